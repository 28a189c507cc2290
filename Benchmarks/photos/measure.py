"""Reads what was detected on the pictures of make_pictures.py and says how good it is.

    mien predict --json --model M DIR/canvases DIR/faceless DIR/tight > rows.jsonl
    python measure.py DIR rows.jsonl [--minimum-size 40] [--confidence 0.3]

recall      of the 48 x 48 faces that are at least --minimum-size pixels large on the picture, those
            with a box whose middle lies less than 0.3 sides from the face's and whose size is 0.35
            to 1.5 sides (some faces fill only half of their 48 x 48 pixels)
false       boxes on canvases that lie outside every face, and boxes on faceless pictures
frame       how far the corners of the aligned crop lie from the true frame, in sides of it
geometry    of the tight faces: where the landmarks lie in FER-2013's frame

95 % intervals are Wilson's. Needs numpy.
"""

import argparse
import collections
import json
import math
import pathlib

import numpy as np

NAMES = ["left_eye", "right_eye", "nose", "left_mouth", "right_mouth"]


def wilson(hits, n):
    if n == 0:
        return "no faces"
    z, p = 1.959963984540054, hits / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return f"{p:.4f} ({max(0, middle - half):.4f} to {min(1, middle + half):.4f}), n = {n}"


def box_of(row):
    box = row["box"]
    return np.array([box["left"], box["top"], box["left"] + box["width"],
                     box["top"] + box["height"]])


def points_of(row):
    return np.array([[row["landmarks"][f"{name}_{axis}"] for axis in "xy"] for name in NAMES])


def upright(face):
    """The box around the turned frame's inner upright square, as the detector's box is upright."""
    a, b, x, c, d, y = face["matrix"]
    centre = np.array([a * 24 + b * 24 + x, c * 24 + d * 24 + y])
    half = 24 * face["scale"]
    return np.concatenate([centre - half, centre + half])


def overlap(first, second):
    low, high = np.maximum(first[:2], second[:2]), np.minimum(first[2:], second[2:])
    common = np.prod(np.clip(high - low, 0, None))
    areas = [np.prod(box[2:] - box[:2]) for box in (first, second)]
    return common / (sum(areas) - common)


def fits(box, frame):
    side = frame[2] - frame[0]
    away = np.hypot(*((box[:2] + box[2:] - frame[:2] - frame[2:]) / 2))
    return away < 0.3 * side and 0.35 <= math.sqrt(np.prod(box[2:] - box[:2])) / side <= 1.5


def geometry(points, boxes):
    """What FaceAlignment holds, of faces in frames of side 1."""
    eyes, mouth = points[:, :2].mean(1), points[:, 3:].mean(1)
    size = np.sqrt(np.prod(boxes[:, 2:] - boxes[:, :2], axis=1))
    return dict(
        face_size=size, box_centre_x=(boxes[:, 0] + boxes[:, 2]) / 2,
        box_centre_y=(boxes[:, 1] + boxes[:, 3]) / 2,
        eyes_to_mouth=np.hypot(*(mouth - eyes).T), feature_centre_x=((eyes + mouth) / 2)[:, 0],
        feature_centre_y=((eyes + mouth) / 2)[:, 1],
        eye_distance=np.hypot(*(points[:, 1] - points[:, 0]).T), eye_centre_x=eyes[:, 0],
        eye_centre_y=eyes[:, 1],
        roll_degrees=-np.degrees(np.arctan2(*(points[:, 1] - points[:, 0])[:, ::-1].T)),
        nose_height=(points[:, 2, 1] - eyes[:, 1]) / (mouth[:, 1] - eyes[:, 1]),
    )


def frames(points, boxes, fer):
    """FaceAlignment.frame: the four corners of the aligned crop in the picture."""
    eyes, mouth = points[:, :2].mean(1), points[:, 3:].mean(1)
    size = np.sqrt(np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)) / fer["face_size"]
    feature = np.hypot(*(mouth - eyes).T) / fer["eyes_to_mouth"]
    side = np.sqrt(size * np.maximum(feature, size / 2))
    eye = points[:, 1] - points[:, 0]
    turn = side * np.exp(1j * (np.arctan2(eye[:, 1], eye[:, 0]) + np.radians(fer["roll_degrees"])))
    middle = ((fer["box_centre_x"] + fer["feature_centre_x"]) / 2
              + 1j * (fer["box_centre_y"] + fer["feature_centre_y"]) / 2)
    target = ((boxes[:, :2] + boxes[:, 2:]) / 2 + (eyes + mouth) / 2) / 2
    return np.stack([turn * (corner - middle) + target @ [1, 1j]
                     for corner in (0, 1, 1j, 1 + 1j)], 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("pictures", type=pathlib.Path)
    parser.add_argument("rows", nargs="+", type=pathlib.Path)
    parser.add_argument("--minimum-size", type=float, default=40)
    parser.add_argument("--confidence", type=float, default=0.0)
    options = parser.parse_args()
    truth = json.loads((options.pictures / "truth.json").read_text())
    found, seen = collections.defaultdict(list), set()
    for file in options.rows:
        for line in file.read_text().splitlines():
            row = json.loads(line)
            path = "/".join(row["path"].split("/")[-2:])
            seen.add(path)
            if "box" in row and row["detection_confidence"] >= options.confidence:
                found[path].append(row)

    tight = [(entry, max(found[entry["path"]], key=lambda row: box_of(row)[2] - box_of(row)[0]))
             for entry in truth["tight"] if found[entry["path"]]]
    looked = [entry for entry in truth["tight"] if entry["path"] in seen]
    fer = None
    if tight:
        print("tight faces found:", wilson(len(tight), len(looked)))
        points = np.array([points_of(row) for _, row in tight]) / 192
        boxes = np.array([box_of(row) for _, row in tight]) / 192
        values = geometry(points, boxes)
        fer = {name: float(np.median(value)) for name, value in values.items()}
        for name, value in values.items():
            print(f"  {name:17} median {np.median(value):8.4f}  mean {value.mean():8.4f}  "
                  f"sd {value.std():7.4f}  5 % {np.quantile(value, .05):8.4f}  "
                  f"95 % {np.quantile(value, .95):8.4f}")
        for name, point in zip(NAMES, np.median(points, 0)):
            print(f"  {name:17} median at {point[0]:.4f}, {point[1]:.4f}")
        for name in tight[0][1]["quality"]:
            value = np.array([row["quality"][name] for _, row in tight])
            print(f"  quality {name:13} 0.5 % {np.quantile(value, .005):8.3f}  median "
                  f"{np.median(value):8.3f}  99.5 % {np.quantile(value, .995):8.3f}")

    hits, strays, pictures, pairs = [], 0, 0, []
    for entry in truth["canvases"]:
        if entry["path"] not in seen:
            continue
        pictures += 1
        rows = found[entry["path"]]
        covered = [[overlap(box_of(row), upright(face)) for row in rows]
                   for face in entry["faces"]]
        for face, values in zip(entry["faces"], covered):
            fitting = [index for index, row in enumerate(rows) if fits(box_of(row), upright(face))]
            best = max(fitting, key=lambda index: values[index], default=-1)
            hit = best >= 0
            hits.append((48 * face["scale"], abs(face["degrees"]), hit))
            if hit:
                pairs.append((face, rows[best]))
        strays += sum(all(values[index] < 0.05 for values in covered) for index in range(len(rows)))
    if pictures:
        table = np.array(hits)
        large = table[:, 0] >= options.minimum_size
        print(f"recall, faces of at least {options.minimum_size:g} pixels:",
              wilson(int(table[large, 2].sum()), int(large.sum())))
        for low, high in ((40, 64), (64, 96), (96, 192), (192, 384), (384, 577)):
            part = (table[:, 0] >= low) & (table[:, 0] < high)
            print(f"  {low:3} to {high:3} pixels:",
                  wilson(int(table[part, 2].sum()), int(part.sum())))
        for low, high in ((0, 10), (10, 20), (20, 31)):
            part = (table[:, 1] >= low) & (table[:, 1] < high) & large
            print(f"  turned {low:2} to {high:2} degrees:",
                  wilson(int(table[part, 2].sum()), int(part.sum())))
        print(f"false faces beside them: {strays} on {pictures} pictures")
    if pairs and fer:
        corners = frames(np.array([points_of(row) for _, row in pairs]),
                         np.array([box_of(row) for _, row in pairs]), fer)
        error, inside, turns, sizes = [], [], [], []
        for (face, row), corner in zip(pairs, corners):
            a, b, x, c, d, y = face["matrix"]
            slope, shift = complex(a, c), complex(x, y)
            local = (corner - shift) / slope / 48
            error.append(np.sqrt(np.mean(np.abs(local - [0, 1, 1j, 1 + 1j]) ** 2)))
            edge = local[1] - local[0]
            turns.append(math.degrees(np.angle(edge)))
            sizes.append(abs(edge))
            # The landmarks in the crop, against their spread in FER-2013.
            inside.append((points_of(row) @ [1, 1j] - corner[0]) / (corner[1] - corner[0]))
        error, inside = np.array(error), np.array(inside)
        print(f"frame: corners off by {np.median(error):.4f} of a side (median), "
              f"{np.sqrt(np.mean(error ** 2)):.4f} (rms), size {np.median(sizes):.4f} "
              f"(sd {np.std(sizes):.4f}), turned by {np.median(turns):.2f} degrees "
              f"(sd {np.std(turns):.2f}), n = {len(error)}")
        for index, name in enumerate(NAMES):
            place = inside[:, index]
            low = np.quantile(points[:, index], 0.025, axis=0)
            high = np.quantile(points[:, index], 0.975, axis=0)
            share = np.mean((place.real >= low[0]) & (place.real <= high[0])
                            & (place.imag >= low[1]) & (place.imag <= high[1]))
            print(f"  {name:12} median at {np.median(place.real):.4f}, "
                  f"{np.median(place.imag):.4f} of the crop; {100 * share:.1f} % within FER-2013's "
                  "95 % ranges of x and y")

    faceless = [path for path in seen if path.startswith("faceless/")]
    if faceless:
        false = [row for path in faceless for row in found[path]]
        bad = sum(bool(found[path]) for path in faceless)
        print(f"faceless pictures with a face: {bad}, {len(false)} faces; share",
              wilson(bad, len(faceless)))
        for row in sorted(false, key=lambda row: -row["detection_confidence"])[:5]:
            print(f"  {row['path']} {row['detection_confidence']:.2f} {row['box']}")


if __name__ == "__main__":
    main()
