"""How cost grows: with the number of images, the image size, the batch and the threads.

    python3 growth.py --mien MIEN [--parts images,size,batch,threads] [--quick] [--out FOLDER]

images    time and peak memory of `mien predict --whole-image` over 1 to 100,000 files (links to
          eight drawn faces), a model of 64 x 64
size      images a second at 48 to 448 pixels, batch 32, inference and training
batch     images a second at batches of 1 to 256 (training from 2), 96 x 96
threads   images a second with 1, 2, 4, ... threads, up to twice the cores, 96 x 96, batch 64

Writes Benchmarks/results/DATE-machine-growth.csv and .svg. The settings of a part run in an order
drawn with the seed, `--rounds` times. Standard library only.
"""

import argparse
import csv
import datetime
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "bench"))
import figure  # noqa: E402
import machine  # noqa: E402
import measure  # noqa: E402

RESULTS = pathlib.Path(__file__).parents[1] / "results"


class Growth:
    def __init__(self, mien, work, quick):
        self.mien, self.work, self.quick = mien, work, quick
        self.cores = machine.processor()["physical_cores"]

    def train_model(self, size):
        """A model for images of `size` pixels; what it has learnt does not matter here."""
        folder = self.work / f"run{size}"
        if not folder.exists():
            subprocess.run(
                [self.mien, "train", "--data", "synthetic:seed=1,train=100,valid=0,test=0",
                 "--labels", "fer2013", "--image-size", str(size), "--batch-size", "40",
                 "--max-steps", "1", "--no-report", "--out", str(folder)],
                check=True, capture_output=True)
        return str(folder / "model.safetensors")

    def files(self, count):
        """A folder with so many links to a few faces."""
        faces = self.work / "faces"
        if not faces.exists():
            faces.mkdir()
            for number in range(8):
                pixels = bytes((x * (number + 3) + y * y) % 256 for y in range(48)
                               for x in range(48))
                (faces / f"{number}.pgm").write_bytes(b"P5 48 48 255\n" + pixels)
        folder = self.work / f"files{count}"
        if not folder.exists():
            folder.mkdir()
            for number in range(count):
                os.symlink(faces / f"{number % 8}.pgm", folder / f"{number:06}.pgm")
        return str(folder)

    def images(self, count):
        command = [self.mien, "predict", "--csv", "--whole-image", "--threads", str(self.cores),
                   "--model", self.train_model(64), self.files(count)]
        values = measure.run(command, answers=False)
        return {"seconds": values["wall_s"], "peak_mb": values["peak_bytes"] / 1e6,
                "images_per_s": count / values["wall_s"]}

    def inference(self, size=96, batch=64, threads=None):
        repetitions = max(2, (200 if self.quick else 1000) // batch)
        return self.timed(
            "infer", size, batch, threads, "--repetitions", str(min(repetitions, 50)), "--model",
            self.train_model(96))

    def training(self, size=96, batch=64, threads=None):
        return self.timed(
            "train", size, batch, threads, "--steps", "2" if self.quick else "4", "--warm-up", "1")

    def timed(self, what, size, batch, threads, *more):
        values = measure.run(
            [self.mien, "benchmark", what, "--json", "--image-size", str(size), "--batch",
             str(batch), "--threads", str(threads or self.cores), *more])
        return {"images_per_s": values["images_per_s"], "peak_mb": values["peak_bytes"] / 1e6}

    def settings(self, part):
        """(series, x, the work) of a part."""
        both = {"inference": self.inference, "training": self.training}
        if part == "images":
            counts = [1, 10, 100, 1000] + ([] if self.quick else [10_000, 100_000])
            return [("predict --whole-image", count, lambda count=count: self.images(count))
                    for count in counts]
        if part == "size":
            sizes = [48, 96, 224] if self.quick else [48, 64, 96, 128, 160, 224, 320, 448]
            return [(name, size, lambda work=work, size=size: work(size=size, batch=32))
                    for name, work in both.items() for size in sizes]
        if part == "batch":
            batches = [2, 16, 64] if self.quick else [1, 2, 4, 8, 16, 32, 64, 128, 256]
            return [(name, batch, lambda work=work, batch=batch: work(batch=batch))
                    for name, work in both.items() for batch in batches
                    if name == "inference" or batch > 1]
        counts = [1]
        while counts[-1] < 2 * self.cores:
            counts.append(2 * counts[-1])
        return [(name, threads, lambda work=work, threads=threads: work(threads=threads))
                for name, work in both.items() for threads in counts]

    def measure(self, part, rounds, generator):
        """Rows of the medians over the rounds; what fails is said and left out."""
        found = {}
        for _ in range(rounds):
            settings = self.settings(part)
            generator.shuffle(settings)
            for series, x, work in settings:
                try:
                    values = work()
                except measure.Failed as error:
                    print(f"{part} {series} {x}: {error}", file=sys.stderr)
                    continue
                shown = ", ".join(f"{key} {value:.4g}" for key, value in values.items())
                print(f"{part} {series} {x}: {shown}", file=sys.stderr, flush=True)
                for key, value in values.items():
                    found.setdefault((series, key, x), []).append(value)
        return [
            {"part": part, "series": series, "x": x, "measure": key,
             "median": statistics.median(values), "min": min(values), "max": max(values),
             "rounds": len(values)}
            for (series, key, x), values in sorted(found.items())]


def panels(rows):
    """What the figure shows: title, axes and points of each panel."""
    wanted = [
        ("images", "seconds", "Seconds for so many images", "images"),
        ("images", "peak_mb", "Peak memory, MB", "images"),
        ("size", "images_per_s", "Images a second by image size", "pixels of a side"),
        ("batch", "images_per_s", "Images a second by batch", "batch"),
        ("threads", "images_per_s", "Images a second by threads", "threads"),
        ("batch", "peak_mb", "Peak memory by batch, MB", "batch"),
    ]
    for part, key, title, axis in wanted:
        series = {}
        for row in rows:
            if row["part"] == part and row["measure"] == key:
                series.setdefault(row["series"], []).append(
                    (row["x"], row["median"], row["min"], row["max"]))
        if series:
            yield figure.Panel(title, axis, series)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--mien", required=True)
    parser.add_argument("--parts", default="images,size,batch,threads")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="few settings, one round")
    parser.add_argument("--out", type=pathlib.Path, default=RESULTS)
    options = parser.parse_args()
    generator, rows, load = random.Random(options.seed), [], os.getloadavg()[0]
    parts = options.parts.split(",")
    if set(parts) - {"images", "size", "batch", "threads"} or options.rounds < 1:
        parser.error("--parts are images, size, batch and threads; --rounds is at least 1")
    with tempfile.TemporaryDirectory() as folder:
        growth = Growth(options.mien, pathlib.Path(folder), options.quick)
        for part in parts:
            rows += growth.measure(part, 1 if options.quick else options.rounds, generator)
    if not rows:
        raise SystemExit("growth: nothing could be measured")
    processor = machine.processor()
    date = datetime.date.today().isoformat()
    name = f"{date}-{machine.slug()}-growth" + ("-quick" if options.quick else "")
    caption = (f"{date}, {processor['cpu']}, {processor['physical_cores']} cores, load "
               f"{load:.1f} at the start; medians, bars from least to most")
    options.out.mkdir(parents=True, exist_ok=True)
    with open(options.out / f"{name}.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    (options.out / f"{name}.svg").write_text(figure.svg(list(panels(rows)), caption))
    print(options.out / f"{name}.svg")


if __name__ == "__main__":
    main()
