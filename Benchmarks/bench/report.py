"""From the rounds of all contenders to rows, JSON and a page of Markdown."""

import statistics


def scaled(value, unit):
    return value / 1e6 if unit == "MB" else value


def evaluate(row, rounds):
    """Medians, the ratio of each round, and the share of the ceiling; `None` without both."""
    ours, theirs = (rounds.get(name, []) for name in (row.ours, row.theirs))
    pairs = [(a[row.key], b[row.key]) for a, b in zip(ours, theirs)
             if a and b and row.key in a and row.key in b]
    if not pairs:
        return None
    # Rates: ours by theirs. Seconds: how much sooner. Memory: the share of theirs.
    ratios = [b / a if row.unit == "s" else a / b for a, b in pairs]
    middle = statistics.median(ratios)
    reached = None
    if row.target is not None:
        reached = middle <= row.target if row.unit == "MB" else middle >= row.target
    result = {
        "work": row.title, "ours": row.ours, "theirs": row.theirs, "unit": row.unit,
        "ours_median": scaled(statistics.median(a for a, _ in pairs), row.unit),
        "theirs_median": scaled(statistics.median(b for _, b in pairs), row.unit),
        "ratios": ratios, "ratio_median": middle, "ratio_min": min(ratios),
        "ratio_max": max(ratios), "target": row.target, "reached": reached,
    }
    shares = [a[row.key] / b["images_per_s"] for a, b in
              zip(ours, rounds.get(row.ceiling, [])) if a and b and row.key in a]
    if shares:
        result["ceiling"] = row.ceiling
        result["share_of_ceiling"] = statistics.median(shares)
    cpu = [b["cpu_ms_per_image"] / a["cpu_ms_per_image"] for a, b in zip(ours, theirs)
           if a and b and "cpu_ms_per_image" in a and "cpu_ms_per_image" in b]
    if cpu:
        result["cpu_ratio"] = statistics.median(cpu)
    return result


def ceilings(groups, copy_rate):
    """What the convolutions alone allow, and what moving their operands once would."""
    result = []
    for group, rounds in groups.items():
        for name, runs in rounds.items():
            runs = [run for run in runs if run and "moved_bytes_per_image" in run]
            if not runs:
                continue
            entry = {"group": group, "name": name}
            for key in ["images_per_s", "gflop_per_s", "moved_bytes_per_image"]:
                entry[key] = statistics.median(run[key] for run in runs)
            if copy_rate:
                entry["memory_images_per_s"] = copy_rate / entry["moved_bytes_per_image"]
            result.append(entry)
    return result


def number(value):
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def target(row):
    if row["target"] is None:
        return ""
    sign = "at most " if row["unit"] == "MB" else ""
    return f"{sign}{row['target']:g}: {'reached' if row['reached'] else 'missed'}"


def table(rows):
    lines = [
        "| work | | against | | ratio (min to max) | target | of the convolutions' rate |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        share = row.get("share_of_ceiling")
        lines.append(
            f"| {row['work']} | {row['ours']}: {number(row['ours_median'])} {row['unit']} "
            f"| {row['theirs']} | {number(row['theirs_median'])} {row['unit']} "
            f"| {row['ratio_median']:.2f} ({row['ratio_min']:.2f} to {row['ratio_max']:.2f}) "
            f"| {target(row)} | {'' if share is None else f'{share:.0%}'} |")
    return lines


def markdown(result):
    machine, settings = result["machine"], result["settings"]
    lines = [f"# Speed, {result['date']}", ""]
    if settings["quick"]:
        lines += ["**A short run on small images, to see that all works: no figure of speed.**", ""]
    if result["load_before"] > machine["physical_cores"] / 2:
        lines += ["**Other programs ran at the same time: threads that wait for each other then "
                  "lose by up to a factor of ten. Repeat it on a quiet machine.**", ""]
    lines += [
        f"{machine['cpu']}, {machine['physical_cores']} cores ({', '.join(machine['flags'])}), "
        f"{machine['memory_gb']} GB, {machine['system']} {machine['kernel']}; load "
        f"{result['load_before']:.1f} before and {result['load_after']:.1f} after.",
        f"{settings['threads']} threads, {settings['image_size']} x {settings['image_size']}, "
        f"{settings['rounds']} rounds in turns, order drawn with seed {settings['seed']}.",
        "", *table(result["rows"]), "",
        "Rates and times are medians over the rounds; a ratio is taken within each round, above 1",
        "where Mien does more or answers sooner; for memory it is the share of the other's.",
    ]
    if result["missing"]:
        lines += ["", "Not measured:", ""]
        lines += [f"- {entry}" for entry in result["missing"]]
    if result["ceilings"] or result["copy_bytes_per_s"]:
        lines += ["", "## Ceilings", ""]
        if result["copy_bytes_per_s"]:
            lines += [f"Memory is copied at {result['copy_bytes_per_s'] / 1e9:.1f} GB/s, bytes "
                      "read and bytes written.", ""]
        lines += ["| | convolutions alone | | their operands moved once |",
                  "| --- | --- | --- | --- |"]
        for entry in result["ceilings"]:
            memory = entry.get("memory_images_per_s")
            lines.append(
                f"| {entry['group']}: {entry['name']} | {number(entry['images_per_s'])} images/s "
                f"| {number(entry['gflop_per_s'])} GFLOP/s "
                f"| {'' if memory is None else number(memory) + ' images/s'} |")
    lines += ["", "## Versions and commands", ""]
    lines += [f"- {name} {value}" for name, value in result["versions"].items() if value]
    lines += ["", f"Data: {settings['data']}.", ""]
    for group, commands in result["commands"].items():
        lines += [f"    # {group}"] + [f"    {command}" for command in commands.values()]
    return "\n".join(lines) + "\n"
