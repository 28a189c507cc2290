"""Measures what `mien predict` says of faces in pictures when covers or light change them.

    python measure_covers.py --data fer2013.csv.gz --votes fer2013new.csv --out DIR
        [--mien .build/release/mien] [--model M] [--kinds covers|light]
        [--only KIND,KIND] [--pictures 60] [--seed 5] [--split PublicTest] [--crops 500]

Faces of a split, enlarged 1.5 to 6 times, turned by up to 20 degrees and tinted, lie on made
pictures of 1024 x 768: on half of them the face's surroundings end at its 48 x 48 frame, as in
make_pictures.py, on half they go on and fade. The faces that the program finds are covered, or the
light is changed, by draw_covers.py at the places of their landmarks. Blur and JPEG come last, alike
with and without a change. Other faces are enlarged four times with nothing around them. DIR keeps
the pictures: another model is measured on the same ones.

Of each kind, of the faces found bare: how many are found still, how many of those are `covered` (or
have which problem) and which status, and how far the score moves. Intervals are Wilson's, 95 %.
Needs numpy and Pillow.
"""

import argparse
import collections
import io
import json
import math
import pathlib
import subprocess

import numpy as np
from PIL import Image, ImageFilter

from draw_covers import KINDS, LIGHT, Frame, covers
from make_pictures import SIDE, background, read
from measure import box_of, fits, upright, wilson

WIDTH, HEIGHT, MARGIN = 1024, 768, 16
TINTS = [(1.18, 0.95, 0.82), (1.12, 0.98, 0.88), (1.28, 0.92, 0.72), (1, 1, 1)]


def put(random, picture, face, surroundings, taken, finer=1):
    """Puts a face, drawn so many times as fine, where there is room; its matrix, or None.

    surroundings: "end" at its frame, "go on" as its mirror image, or "fade" in that."""
    scale = math.exp(random.uniform(math.log(1.5), math.log(6)))
    turn = math.radians(random.uniform(-20, 20))
    margin = 0 if surroundings == "end" else MARGIN
    side = SIDE + 2 * margin
    half = side * scale / 2 * (abs(math.cos(turn)) + abs(math.sin(turn)))
    if 2 * half >= HEIGHT:
        return None
    for _ in range(30):
        x, y = random.uniform(half, WIDTH - half), random.uniform(half, HEIGHT - half)
        if all(max(abs(x - a), abs(y - b)) > half + c for a, b, c in taken):
            break
    else:
        return None
    taken.append((x, y, half))
    along, across = scale * math.cos(turn), scale * math.sin(turn)
    matrix = [along, -across, x - 24 * (along - across), across, along, y - 24 * (across + along)]
    tint = np.array(TINTS[random.integers(len(TINTS))], float)
    tint /= tint @ [0.299, 0.587, 0.114]
    pixels = np.pad(face.astype(float), margin * finer, mode="symmetric")
    share = np.ones(pixels.shape)
    if surroundings == "fade":
        rows, columns = np.abs((np.mgrid[0:len(share), 0:len(share)] + 0.5) / finer - side / 2)
        share = np.clip(1 - (np.maximum(rows, columns) - SIDE / 2) / margin, 0, 1) ** 0.7
    ground = Image.fromarray((255 * share).astype(np.uint8))
    coloured = Image.fromarray((pixels[..., None] * tint).clip(0, 255).astype(np.uint8))
    inverse = np.linalg.inv(np.array(matrix + [0, 0, 1]).reshape(3, 3))
    inverse[:2, 2] += margin
    way = tuple(finer * inverse[:2].ravel())
    size = (WIDTH, HEIGHT)
    picture.paste(coloured.transform(size, Image.AFFINE, way, Image.BICUBIC), (0, 0),
                  ground.transform(size, Image.AFFINE, way, Image.BILINEAR))
    return matrix, scale


def finished(picture, finish):
    blurred = picture.filter(ImageFilter.GaussianBlur(finish["blur"]))
    stream = io.BytesIO()
    blurred.save(stream, "JPEG", quality=finish["quality"])
    return stream.getvalue()


def bare_pictures(random, options):
    """Writes them, and gives of each its faces and how it was finished."""
    rows = [row for row in read(options.data, options.votes) if row[1] == options.split]
    order, used, entries = random.permutation(len(rows)), 0, []
    (options.out / "bare").mkdir(parents=True)
    (options.out / "plain").mkdir()
    for number in range(options.pictures):
        grey = background(random, WIDTH, HEIGHT)[..., None] * random.uniform(0.6, 1, 3)
        picture = Image.fromarray(grey.clip(0, 255).astype(np.uint8))
        taken, faces = [], []
        for _ in range(7):
            row, _, emotion, _, face = rows[order[used % len(order)]]
            placed = put(random, picture, face, ["end", "fade"][number % 2], taken)
            used += 1
            if placed:
                faces.append(dict(row=row, matrix=placed[0], scale=placed[1]))
        finish = dict(blur=random.uniform(0, 0.8), quality=int(random.integers(70, 96)))
        name = f"{number:04}"
        picture.save(options.out / f"plain/{name}.png", compress_level=1)
        (options.out / f"bare/{name}.jpg").write_bytes(finished(picture, finish))
        entries.append(dict(name=name, faces=faces, finish=finish))
    (options.out / "crops").mkdir()
    for index in order[::-1][: options.crops]:
        crop = Image.fromarray(rows[index][-1]).resize((192, 192), Image.BICUBIC)
        crop.save(options.out / f"crops/{rows[index][0]:05}.png")
    return entries


def predicted(options, folder):
    """Rows with a face, by the name of the picture."""
    command = [options.mien, "predict", "--json", "--score-low-quality",
               str(options.out / folder)] + (["--model", options.model] if options.model else [])
    lines = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.decode()
    rows = collections.defaultdict(list)
    for line in lines.splitlines():
        row = json.loads(line)
        if "score" in row:
            rows[pathlib.Path(row["path"]).stem].append(row)
    return rows


def of_face(face, rows, factor=1.0):
    """The row whose box is this face's."""
    frame = upright(face) * factor
    hits = [row for row in rows if fits(box_of(row), frame)]
    return max(hits, key=lambda row: row["detection_confidence"], default=None)


def changed_pictures(options, entries, kind, change, number):
    folder = options.out / kind.replace(" ", "_")
    if folder.exists():
        return
    folder.mkdir()
    for index, entry in enumerate(entries):
        random = np.random.default_rng((options.seed, number, index))
        frames = [Frame(face["landmarks"]) for face in entry["faces"] if "landmarks" in face]
        picture = Image.open(options.out / f"plain/{entry['name']}.png")
        if frames:
            (folder / f"{entry['name']}.jpg").write_bytes(
                finished(change(random, picture, frames), entry["finish"]))


def report(kind, pairs, missed):
    """pairs: (bare, changed) rows of the faces that are found still."""
    n = len(pairs) + missed
    covered = sum("covered" in row["problems"] for _, row in pairs)
    shifts = np.array([row["score"] - bare["score"] for bare, row in pairs])
    moved = int((abs(shifts) > 0.3).sum())
    # Scored without a word, and surely on the other side.
    fine = [(bare, row) for bare, row in pairs if row["status"] == "ok"]
    wrong = sum((row["score"] - 0.5) * (bare["score"] - 0.5) < 0 and row["confidence"] > 0.8
                for bare, row in fine)
    problems = collections.Counter(name for _, row in pairs for name in row["problems"])
    print(f"{kind}\n  found {wilson(len(pairs), n)}\n  covered {wilson(covered, len(pairs))}\n"
          f"  score moved by over 0.3 {wilson(moved, len(pairs))}; mean shift "
          f"{shifts.mean() if len(shifts) else math.nan:+.3f}\n"
          f"  without a problem {len(fine)}, of those on the other side above 0.8: {wrong}; "
          f"problems {dict(problems)}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", required=True)
    parser.add_argument("--votes", required=True)
    parser.add_argument("--out", required=True, type=pathlib.Path)
    parser.add_argument("--mien", default=".build/release/mien")
    parser.add_argument("--model")
    parser.add_argument("--kinds", choices=["covers", "light"], default="covers")
    parser.add_argument("--only", help="some of the kinds, with commas between")
    parser.add_argument("--pictures", type=int, default=60)
    parser.add_argument("--crops", type=int, default=500)
    parser.add_argument("--split", default="PublicTest")
    parser.add_argument("--seed", type=int, default=5)
    options = parser.parse_args()
    truth = options.out / "truth.json"
    if not truth.exists():
        entries = bare_pictures(np.random.default_rng(options.seed), options)
        first = predicted(options, "bare")
        for entry in entries:
            for face in entry["faces"]:
                row = of_face(face, first[entry["name"]])
                if row:
                    face["landmarks"] = row["landmarks"]
        truth.write_text(json.dumps(entries))
    entries = json.loads(truth.read_text())

    bare = predicted(options, "bare")
    known = [(entry["name"], face, of_face(face, bare[entry["name"]]))
             for entry in entries for face in entry["faces"] if "landmarks" in face]
    known = [(name, face, row) for name, face, row in known if row]
    faces = sum(len(entry["faces"]) for entry in entries)
    print(f"bare faces in pictures: found {wilson(len(known), faces)}")
    for name, part in (("all", known), ("surroundings end", [k for k in known if not int(k[0]) % 2]),
                       ("surroundings fade", [k for k in known if int(k[0]) % 2])):
        print(f"  covered, {name}: "
              + wilson(sum("covered" in row["problems"] for _, _, row in part), len(part)))
    crops = [rows[0] for rows in predicted(options, "crops").values()]
    print("bare crops, nothing around them: covered "
          + wilson(sum("covered" in row["problems"] for row in crops), len(crops)))
    kinds = {kind: covers(kind) for kind in KINDS} if options.kinds == "covers" else LIGHT
    for number, (kind, change) in enumerate(kinds.items()):
        if options.only and kind not in options.only.split(","):
            continue
        changed_pictures(options, entries, kind, change, number)
        rows = predicted(options, kind.replace(" ", "_"))
        pairs = []
        for name, face, row in known:
            factor = 1.0
            if rows[name]:
                factor = rows[name][0]["image_width"] / WIDTH
            changed = of_face(face, rows[name], factor)
            if changed:
                pairs.append((row, changed))
        report(kind, pairs, len(known) - len(pairs))


if __name__ == "__main__":
    main()
