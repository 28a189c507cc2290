"""Makes files in every kind from one drawn original and holds what Mien reads against it.

Pixels, time stamps and scores are compared with those of the original; other readers say whether a
file is what it was meant to be. Exit 1 where anything is wrong.
"""

import argparse
import collections
import dataclasses
import json
import os
import pathlib
import random
import sys
import tempfile
import time

import damage
import golden
from bmp_files import Bmp
from clip_files import Clip
from foreign_files import Foreign, ForeignClip
from jpeg_files import Jpeg
from original import Original
from png_files import Png
from pnm_files import Pnm
from run import Run
from tiff_files import Tiff
from webp_files import WebP

# Other readers have much to say of rare files.
os.environ |= {"OPENCV_LOG_LEVEL": "OFF", "OPENCV_FFMPEG_LOGLEVEL": "-8"}
FAMILIES = {family.name: family for family in
            (Tiff(), Png(), Pnm(), Jpeg(), Bmp(), WebP(), Foreign(), Clip(), ForeignClip())}


def arguments():
    parser = argparse.ArgumentParser(
        prog="scripts/differential", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=".build/release", help="where mien and DecodeCheck are")
    parser.add_argument("--kinds", default=",".join(FAMILIES), help="of these alone, with commas")
    parser.add_argument("--case", help="one case by its name, again")
    parser.add_argument("--seed", type=int, default=1, help="which cases are drawn")
    parser.add_argument("--further", type=int, default=60, help="cases of each kind at random")
    parser.add_argument("--most", type=int, metavar="N", help="N of each kind's cases, at random")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--damage", type=int, default=10, help="damaged forms of 24 files a kind")
    parser.add_argument("--no-scores", action="store_true", help="pixels and times alone")
    parser.add_argument("--keep", metavar="FOLDER", help="keep the files that are made")
    parser.add_argument("--write-golden", metavar="FOLDER", help="write the quick suite's files")
    parser.add_argument("--json", metavar="FILE", help="write all verdicts")
    return parser.parse_args()


def jobs(options):
    if options.case:
        kind = options.case.partition("/")[0]
        if kind not in FAMILIES: raise SystemExit(f"differential: there is no kind {kind}")
        return [(FAMILIES[kind], FAMILIES[kind].choice(options.case))]
    kinds = options.kinds.split(",")
    for kind in kinds:
        if kind not in FAMILIES: raise SystemExit(f"differential: there is no kind {kind}")
    drawn = []
    for kind in kinds:
        choices = FAMILIES[kind].choices(options.seed, options.further)
        if options.most and options.most < len(choices):
            choices = random.Random(f"{options.seed} {kind} most").sample(choices, options.most)
        drawn += [(FAMILIES[kind], choice) for choice in choices]
    return drawn


def hush():
    """Libraries inside other readers write to the process's error output; Python's own stays."""
    sys.stderr = os.fdopen(os.dup(2), "w", buffering=1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def main():
    options = arguments()
    hush()
    build = pathlib.Path(options.build).resolve()
    start = time.monotonic()
    if options.write_golden:
        golden.write(options.write_golden, FAMILIES, Original(build / "mien"))
        return 0
    with tempfile.TemporaryDirectory(prefix="mien-differential-") as folder:
        if options.keep:
            folder = options.keep
            pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
        run = Run(build, Original(build / "mien"), folder, options.workers)
        run.decode_all(jobs(options))
        if options.damage: damage.harm(run, options.seed, options.damage, most=24)
        scored = 0 if options.no_scores else run.score_all()
    return report(run, scored, time.monotonic() - start, options)


def report(run, scored, seconds, options):
    wrong = [each for each in run.verdicts if each.outcome in ("WRONG", "disputed")]
    for each in sorted(wrong, key=lambda each: (each.outcome, each.case)):
        print(f"{each.outcome:8} {each.case}\n         {each.why}")
    outcomes = ["equal", "read", "refused", "WRONG", "disputed", "not made"]
    print(f"\n{'kind':14}" + "".join(f"{name:>10}" for name in outcomes))
    total = collections.Counter()
    for kind, counts in run.table().items():
        total += counts
        print(f"{kind:14}" + "".join(f"{counts[name]:10}" for name in outcomes))
    print(f"{'all':14}" + "".join(f"{total[name]:10}" for name in outcomes))
    reasons = collections.Counter(
        each.why.splitlines()[0][:90] for each in run.verdicts if each.outcome == "not made")
    for reason, count in reasons.most_common(): print(f"not made: {count} times {reason}")
    print(f"\n{scored} of them also by score and box. Seed {options.seed}, {seconds:.0f} s.")
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(
            {"seed": options.seed, "further": options.further, "counts": run.table(),
             "verdicts": [dataclasses.asdict(each) for each in run.verdicts]}, indent=1))
    return 1 if total["WRONG"] else 0


if __name__ == "__main__":
    sys.exit(main())
