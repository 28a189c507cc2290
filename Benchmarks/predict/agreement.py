"""What finding and aligning a face costs: the scores of faces on larger pictures against the
scores of the same faces as FER-2013 gives them.

    python ../photos/make_pictures.py --data fer2013.csv.gz --votes fer2013new.csv --out DIR
    python agreement.py DIR --data fer2013.csv.gz --mien MIEN --model MODEL [--minimum-size 40]

Each face of DIR/canvases is scored twice: found and aligned by `mien predict`, and directly by
`mien predict --whole-image` on its own 48 x 48 pixels. A box belongs to the face whose frame it
covers most (intersection over union above 0.4). Reported: faces missed; how the two scores agree;
AUC both ways on the same faces whose FER+ votes have a majority (sad or neutral against the
rest), with the paired difference and its 95 % bootstrap interval over faces (seed 1).
Needs numpy and Pillow.
"""

import argparse
import gzip
import json
import pathlib
import subprocess
import tempfile

import numpy as np
from PIL import Image

POSITIVE = {0, 3}  # neutral and sad in FER+'s columns


def rows_of(mien, model, arguments):
    command = [mien, "predict", "--json", "--model", model, *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    if done.returncode not in (0, 2):
        raise SystemExit(f"{command} ended with {done.returncode}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def majority(votes):
    """FER+'s majority label: single votes dropped, more than half of the rest of all ten."""
    kept = [vote if vote > 1 else 0 for vote in votes]
    return next((k for k in range(8) if 2 * kept[k] > sum(kept)), None)


def auc(scores, labels):
    order = np.argsort(scores, kind="stable")
    ranks = np.empty(len(scores))
    values = scores[order]
    starts = np.r_[0, np.flatnonzero(np.diff(values)) + 1, len(values)]
    for low, high in zip(starts[:-1], starts[1:]):
        ranks[order[low:high]] = (low + high + 1) / 2
    n = labels.sum()
    return (ranks[labels].sum() - n * (n + 1) / 2) / (n * (len(labels) - n))


def overlap(face, box):
    a, b, x, c, d, y = face["matrix"]
    centre, half = np.array([24 * (a + b) + x, 24 * (c + d) + y]), 24 * face["scale"]
    other = np.array([box["left"], box["top"], box["width"], box["height"]])
    low = np.maximum(centre - half, other[:2])
    high = np.minimum(centre + half, other[:2] + other[2:])
    common = np.prod(np.clip(high - low, 0, None))
    return common / (4 * half * half + other[2] * other[3] - common)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    for name in ["--data", "--mien", "--model"]:
        parser.add_argument(name, required=True)
    parser.add_argument("--minimum-size", type=float, default=40)
    options = parser.parse_args()
    truth = json.loads((options.folder / "truth.json").read_text())["canvases"]

    wanted = {face["row"] for canvas in truth for face in canvas["faces"]}
    direct = {}
    with tempfile.TemporaryDirectory() as folder:
        with gzip.open(options.data, "rt") as lines:
            next(lines)
            for row, line in enumerate(lines):
                if row in wanted:
                    pixels = np.array(line.split(",")[1].split(), np.uint8).reshape(48, 48)
                    Image.fromarray(pixels).save(f"{folder}/{row}.png")
        for row in rows_of(options.mien, options.model, ["--whole-image", folder]):
            direct[int(pathlib.Path(row["path"]).stem)] = row["score"]

    found = {}
    arguments = ["--score-low-quality", str(options.folder / "canvases")]
    for row in rows_of(options.mien, options.model, arguments):
        if "box" in row:
            found.setdefault(pathlib.Path(row["path"]).name, []).append(row)

    pairs, faces, low_quality = [], 0, 0
    for canvas in truth:
        boxes = found.get(pathlib.Path(canvas["path"]).name, [])
        for face in canvas["faces"]:
            if 48 * face["scale"] < options.minimum_size:
                continue
            faces += 1
            best = max(boxes, key=lambda row: overlap(face, row["box"]), default=None)
            if best is not None and overlap(face, best["box"]) > 0.4:
                pairs.append((direct[face["row"]], best["score"], majority(face["votes"])))
                low_quality += best["status"] == "low_quality"

    first, second = (np.array([pair[i] for pair in pairs]) for i in (0, 1))
    print(f"faces of {options.minimum_size:g} pixels or more: {faces}, missed {faces - len(pairs)},"
          f" of low quality {low_quality}")
    print(f"scores, n = {len(pairs)}: mean absolute difference {np.abs(first - second).mean():.4f},"
          f" correlation {np.corrcoef(first, second)[0, 1]:.4f},"
          f" same side of 0.5: {((first >= 0.5) == (second >= 0.5)).mean():.4f}")
    known = np.array([pair[2] is not None for pair in pairs])
    labels = np.array([pair[2] in POSITIVE for pair in pairs])[known]
    first, second = first[known], second[known]
    random = np.random.default_rng(1)
    differences = []
    for _ in range(2000):
        drawn = random.integers(0, len(labels), len(labels))
        if 0 < labels[drawn].sum() < len(labels):
            differences.append(auc(first[drawn], labels[drawn])
                               - auc(second[drawn], labels[drawn]))
    low, high = np.quantile(differences, [0.025, 0.975])
    print(f"AUC, ferplus, n = {len(labels)} ({labels.sum()} positive): direct"
          f" {auc(first, labels):.4f}, found and aligned {auc(second, labels):.4f}, lost"
          f" {auc(first, labels) - auc(second, labels):.4f} ({low:.4f} to {high:.4f})")


if __name__ == "__main__":
    main()
