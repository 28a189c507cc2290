"""Peak memory of `mien predict` over pictures that all differ in size: python sizes.py [--counts 250,1000,5000]

The pictures are drawn, grey, 150 to 700 pixels a side, and hold no face. Exit 1 where the peak is over --limit.
"""

import argparse
import pathlib
import resource
import subprocess
import sys
import tempfile
import time


def sizes(count):
    """As many different ones; those that the network sees in one size follow each other."""
    sides = range(150, 700, 7)
    pairs = [(width, height) for width in sides for height in sides]
    chosen = [pairs[index * len(pairs) // count] for index in range(count)]
    return sorted(chosen, key=lambda pair: (pair[0] // 32, pair[1] // 32))


def picture(width, height):
    row = bytes(60 + 120 * column // width for column in range(width))
    rows = b"".join(row if line // 9 % 2 else row[::-1] for line in range(height))
    return b"P5 %d %d 255\n" % (width, height) + rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mien", default=".build/release/mien")
    parser.add_argument("--counts", default="250,1000,5000")
    parser.add_argument("--limit", type=int, default=450, help="megabytes")
    options = parser.parse_args()
    worst = 0
    for count in map(int, options.counts.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            for number, (width, height) in enumerate(sizes(count)):
                path = pathlib.Path(folder) / f"{number:05}.pgm"
                path.write_bytes(picture(width, height))
            start = time.monotonic()
            subprocess.run([options.mien, "predict", "--csv", folder], check=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            # Of the largest child so far, in KiB.
            peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
            print(f"{count:5} sizes: peak {peak:.0f} MiB, {time.monotonic() - start:.0f} s", flush=True)
            worst = max(worst, peak)
    return 1 if worst > options.limit else 0


sys.exit(main())
