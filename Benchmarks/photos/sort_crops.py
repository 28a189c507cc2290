"""Sorts what was cut from the pictures of make_pictures.py into faces and others, by the truth.

    mien faces --min-confidence 0.04 --keep-low-quality --out CROPS DIR/canvases DIR/faceless
    python sort_crops.py DIR CROPS --out SORTED
    mien probe face --faces SORTED/faces --others SORTED/others --out MODEL

A crop is of a face where measure.py would count its box as found. Copies, so that CROPS stays the
data set that it is. Needs numpy.
"""

import argparse
import csv
import json
import pathlib
import shutil

import numpy as np

from measure import fits, upright


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("pictures", type=pathlib.Path)
    parser.add_argument("crops", type=pathlib.Path)
    parser.add_argument("--out", required=True, type=pathlib.Path)
    options = parser.parse_args()
    truth = json.loads((options.pictures / "truth.json").read_text())
    frames = {entry["path"]: [upright(face) for face in entry["faces"]]
              for entry in truth["canvases"]}
    counts = {"faces": 0, "others": 0}
    for kind in counts:
        (options.out / kind).mkdir(parents=True)
    with open(options.crops / "manifest.csv", newline="") as manifest:
        for row in csv.DictReader(manifest):
            source = "/".join(row["source"].split("/")[-2:])
            left, top, width, height = (
                float(row[f"box_{name}"]) for name in ("left", "top", "width", "height"))
            box = np.array([left, top, left + width, top + height])
            is_face = any(fits(box, frame) for frame in frames.get(source, []))
            kind = "faces" if is_face else "others"
            shutil.copy(options.crops / row["path"], options.out / kind)
            counts[kind] += 1
    print(f"{counts['faces']} faces and {counts['others']} others in {options.out}")


if __name__ == "__main__":
    main()
