"""Counts the instructions of small fixed jobs and holds them against instructions.json.

    python3 guard.py BUILD_FOLDER          exit 1 where a job takes more than the margin allows
    python3 guard.py BUILD_FOLDER --write  writes the figures anew

The counts do not depend on time, load or number of cores. Valgrind shows a program a
fixed processor, with AVX2 where the machine has it: the figures of scoring are those with AVX2. They
do depend on the versions of Swift and valgrind: with others than the figures' own, nothing is
compared, and that is said. Needs
valgrind (Debian: valgrind) at build time and now; without it nothing is done, and that is said.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

FIGURES = pathlib.Path(__file__).with_name("instructions.json")
MARGIN = 0.05


def version(*command):
    return re.search(r"\d+(\.\d+)+", subprocess.check_output(command, text=True))[0]


def count(program, folder):
    """Instructions of each job by name; `None` and why where it cannot count."""
    # Hash tables are otherwise seeded anew in each process; threads would wait by spinning. On one
    # core the service has one worker, and one thread for tasks. Valgrind runs threads by turns.
    settings = {"SWIFT_DETERMINISTIC_HASHING": "1", "OMP_NUM_THREADS": "1",
                "LIBDISPATCH_COOPERATIVE_POOL_STRICT": "1"}
    done = subprocess.run(
        ["valgrind", "--tool=callgrind", "--instr-atstart=no", "--quiet", "--fair-sched=yes",
         f"--callgrind-out-file={folder}/counts", program, folder],
        capture_output=True, text=True, env={**os.environ, **settings},
        preexec_fn=lambda: os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}))
    if done.returncode == 3:
        return None, done.stdout.strip()
    if done.returncode != 0:
        raise SystemExit(f"guard: it ended with {done.returncode}: {done.stdout}{done.stderr}")
    found = {}
    for number, name in enumerate(done.stdout.splitlines(), 1):
        text = pathlib.Path(folder, f"counts.{number}").read_text()
        found[name] = int(re.search(r"^totals: (\d+)", text, re.MULTILINE)[1])
    return found, None


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    if shutil.which("valgrind") is None or shutil.which("strip") is None:
        print("guard: no valgrind here, so no instructions are counted (Debian: valgrind).")
        return 0
    versions = {"swift": version("swift", "--version"), "valgrind": version("valgrind", "--version")}
    known = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    if not options.write and known.get("versions") != versions:
        print(f"guard: the figures are of {known.get('versions')}, this is {versions}: nothing is "
              "compared. `make bench-guard` writes figures of one's own.")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        # Valgrind cannot read the debug information that Swift's linker writes.
        program = str(pathlib.Path(folder, "InstructionGuard"))
        # The libraries of the service's job lie beside the program.
        for name in ("InstructionGuard", "libmien-scoring.so", "libmien-vision.so"):
            subprocess.run(["strip", "--strip-debug", "-o", str(pathlib.Path(folder, name)),
                            str(options.build / name)], check=True)
        found, reason = count(program, folder)
    if found is None:
        print("guard: " + reason)
        return 0
    if options.write:
        FIGURES.write_text(json.dumps({"versions": versions, "jobs": found}, indent=1) + "\n")
    worse = 0
    for name, instructions in found.items():
        figure = known.get("jobs", {}).get(name)
        change = f"{instructions / figure - 1:+.2%}" if figure else "no figure yet"
        verdict = ""
        if not figure or instructions > figure * (1 + MARGIN):
            verdict = "  MORE THAN ALLOWED" if not options.write else ""
            worse += 1
        print(f"guard: {name}: {instructions:,} instructions ({change}){verdict}")
    if worse and not options.write:
        print(f"guard: more than {MARGIN:.0%} above the figures. If the work is worth it, write "
              "them anew: make bench-guard")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
