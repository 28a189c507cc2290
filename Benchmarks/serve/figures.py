"""Numbers from samples: percentiles, slopes with their intervals, csv files."""
import csv
import math
import os
import pathlib
import re
import statistics
import tempfile
import time

# Two-sided 95 % points of Student's t, by degrees of freedom; beyond the last, the normal one.
STUDENT = {1: 12.71, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262,
           10: 2.228, 12: 2.179, 15: 2.131, 20: 2.086, 25: 2.060, 30: 2.042, 40: 2.021, 60: 2.000}


def student(freedom):
    """The point of the nearest listed number of degrees of freedom that is not above `freedom`."""
    return STUDENT[max(key for key in STUDENT if key <= freedom)]


def percentile(values, share):
    """The smallest value that at least this share of the values does not exceed; None of none."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else None


def slope(times, values, blocks=20):
    """The mean increment between the means of consecutive blocks.

    Memory grows in steps that stay: residuals about a line would not be independent, increments are.
    Returns the slope per unit of time and the half width of its 95 % interval."""
    size = len(times) // blocks
    if size < 1:
        raise ValueError(f"{len(times)} samples are fewer than {blocks} blocks")
    first = len(times) - size * blocks
    x = [statistics.fmean(times[i:i + size]) for i in range(first, len(times), size)]
    y = [statistics.fmean(values[i:i + size]) for i in range(first, len(times), size)]
    steps = [(after - before) / (x[-1] - x[0]) * (blocks - 1) for before, after in zip(y, y[1:])]
    return statistics.fmean(steps), student(blocks - 2) * statistics.stdev(steps) / math.sqrt(blocks - 1)


def write_csv(path, rows):
    """Writes dictionaries whole or not at all; their keys are the columns."""
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = list(dict.fromkeys(key for row in rows for key in row))
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        file.flush()
        os.fsync(file.fileno())
    os.chmod(file.name, 0o644)
    os.replace(file.name, path)


def machine():
    """Cores and processor, as `lscpu` names them."""
    lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    fields = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    name = re.sub(r"\(R\)| Processor", "", fields.get("model name", "unknown"))
    kinds = [word for word in ("avx512_bf16", "amx_bf16") if word in fields.get("flags", "").split()]
    return f"{os.cpu_count()} cores {name} {' '.join(kinds)}".strip()


def stamp():
    """When, where and beside how much other work: in every row."""
    return {"date": time.strftime("%Y-%m-%d %H:%M"), "machine": machine(),
            "load_average": round(os.getloadavg()[0], 2)}


def rounded(row, digits=4):
    return {key: float(f"{value:.{digits}g}") if isinstance(value, float) else value
            for key, value in row.items()}
