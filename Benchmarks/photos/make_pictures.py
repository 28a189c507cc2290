"""Makes the pictures that face detection is measured on, with what is in them.

    python make_pictures.py --data fer2013.csv.gz --votes fer2013new.csv --out DIR [--canvases 300]
        [--faceless 300] [--tight 3000] [--seed 1] [--split PublicTest]

DIR/canvases/   faces of a split on larger pictures: enlarged 1 to 12 times, turned by up to 30
                degrees, several in one picture, noise, blobs, gradients or stripes around them
DIR/faceless/   pictures without a face: noise, gradients, textures, made scenes
DIR/tight/      Training faces enlarged four times, nothing around them: FER-2013's own geometry
DIR/truth.json  where each face lies (from 48 x 48 face to picture), its row and its votes

Rows that FER+ gives no name, or whose taggers mostly said "not a face", are left out.
Needs numpy and Pillow. The same seed gives the same pictures.
"""

import argparse
import csv
import gzip
import json
import math
import pathlib

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

SIDE = 48


def read(data, votes):
    """Rows of FER-2013 as (row, usage, emotion, votes, 48 x 48 pixels), not-faces left out."""
    opened = gzip.open(data, "rt") if data.endswith(".gz") else open(data)
    with opened as lines, open(votes) as tagged:
        tags = csv.reader(tagged)
        next(tags), next(lines)
        for row, (line, tag) in enumerate(zip(lines, tags)):
            emotion, pixels, usage = line.strip().split(",")
            counts = [int(value or 0) for value in tag[2:12]]
            if not tag[1] or counts[9] * 2 >= max(1, sum(counts)):
                continue
            face = np.array(pixels.split(), np.uint8).reshape(SIDE, SIDE)
            yield row, usage, int(emotion), counts, face


def background(random, width, height):
    """Grey, float: noise, blobs, a gradient, stripes, or a mixture."""
    kind = random.integers(5)
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    if kind == 0:
        return random.integers(0, 256, (height, width)).astype(np.float32)
    if kind == 1:
        cell = int(random.integers(8, 120))
        small = random.integers(0, 256, (height // cell + 2, width // cell + 2)).astype(np.uint8)
        return np.asarray(Image.fromarray(small).resize((width, height), Image.BICUBIC), np.float32)
    angle, level = random.uniform(0, 2 * math.pi), random.uniform(60, 200)
    along = (columns * math.cos(angle) + rows * math.sin(angle)) / max(width, height)
    if kind == 2:
        return level + 90 * along + random.normal(0, 6, (height, width))
    if kind == 3:
        return level + 50 * np.sin(along * random.uniform(20, 300)) + random.normal(
            0, 4, (height, width)
        )
    noise = random.normal(0, 1, (height // 4 + 1, width // 4 + 1))
    cloud = sum(
        np.asarray(
            Image.fromarray((noise * 40 + 128).clip(0, 255).astype(np.uint8))
            .filter(ImageFilter.GaussianBlur(radius)).resize((width, height), Image.BILINEAR),
            np.float32,
        ) * radius
        for radius in (1, 4, 16)
    )
    return (cloud - cloud.mean()) / (cloud.std() + 1e-6) * 40 + level


def canvas(random, faces, width, height):
    """The picture, and of each face that found room: row, enlargement, angle, matrix."""
    picture = Image.fromarray(background(random, width, height).clip(0, 255).astype(np.uint8))
    taken, placed = [], []
    for row, _, emotion, counts, face in faces:
        for _ in range(30):
            scale = math.exp(random.uniform(0, math.log(12)))
            degrees = random.uniform(-30, 30)
            turn = math.radians(degrees)
            half = SIDE * scale / 2 * (abs(math.cos(turn)) + abs(math.sin(turn)))
            if 2 * half >= min(width, height):
                continue
            x, y = random.uniform(half, width - half), random.uniform(half, height - half)
            if all(max(abs(x - a), abs(y - b)) > half + c for a, b, c in taken):
                break
        else:
            continue
        taken.append((x, y, half))
        # From the face's pixels to the picture's, corner (0, 0); y points down.
        along, across = scale * math.cos(turn), scale * math.sin(turn)
        shift = (x - 24 * (along - across), y - 24 * (across + along))
        matrix = [along, -across, shift[0], across, along, shift[1]]
        inverse = np.linalg.inv(np.array(matrix + [0, 0, 1]).reshape(3, 3))[:2].ravel()
        patch = Image.fromarray(face).transform(
            (width, height), Image.AFFINE, tuple(inverse), Image.BICUBIC
        )
        mask = Image.new("L", (SIDE, SIDE), 255).transform(
            (width, height), Image.AFFINE, tuple(inverse), Image.NEAREST
        )
        picture.paste(patch, (0, 0), mask)
        placed.append(
            dict(row=row, emotion=emotion, votes=counts, scale=scale, degrees=degrees,
                 matrix=matrix)
        )
    return picture, placed


def scene(random, width, height):
    """A made picture of things: shapes in colours on a background, blurred here and there."""
    base = background(random, width, height).clip(0, 255).astype(np.uint8)
    tint = random.uniform(0.4, 1, 3)
    picture = Image.fromarray((base[:, :, None] * tint).astype(np.uint8))
    draw = ImageDraw.Draw(picture)
    for _ in range(int(random.integers(0, 60))):
        x, y = random.uniform(0, width), random.uniform(0, height)
        a, b = random.uniform(5, width / 4), random.uniform(5, height / 4)
        colour = tuple(int(value) for value in random.integers(0, 256, 3))
        shape = random.integers(5)
        if shape == 0:
            draw.ellipse((x - a, y - b, x + a, y + b), fill=colour)
        elif shape == 1:
            draw.rectangle((x - a, y - b, x + a, y + b), fill=colour)
        elif shape == 2:
            points = [(x + random.uniform(-a, a), y + random.uniform(-b, b)) for _ in range(5)]
            draw.polygon(points, fill=colour)
        elif shape == 3:
            draw.line((x, y, x + a, y + b), fill=colour, width=int(random.integers(1, 20)))
        else:
            draw.text((x, y), "".join(chr(value) for value in random.integers(33, 127, 12)),
                      fill=colour, font_size=int(random.integers(10, 90)))
    if random.random() < 0.3:
        picture = picture.filter(ImageFilter.GaussianBlur(random.uniform(0.5, 4)))
    return picture


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", required=True)
    parser.add_argument("--votes", required=True)
    parser.add_argument("--out", required=True, type=pathlib.Path)
    parser.add_argument("--canvases", type=int, default=300)
    parser.add_argument("--faceless", type=int, default=300)
    parser.add_argument("--tight", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--split", default="PublicTest", help="whose faces lie on the canvases")
    options = parser.parse_args()
    random = np.random.default_rng(options.seed)
    rows = list(read(options.data, options.votes))
    tested = [row for row in rows if row[1] == options.split]
    trained = [row for row in rows if row[1] == "Training"]
    for name in ("canvases", "faceless", "tight"):
        (options.out / name).mkdir(parents=True, exist_ok=True)

    truth = dict(seed=options.seed, canvases=[], tight=[])
    order, used = random.permutation(len(tested)), 0
    sizes = [(640, 480), (1024, 768), (1280, 960), (1920, 1080), (2048, 1536), (4000, 3000)]
    for number in range(options.canvases):
        width, height = sizes[random.choice(6, p=[0.2, 0.2, 0.2, 0.2, 0.15, 0.05])]
        count = int(random.integers(1, 9))
        faces = [tested[order[(used + index) % len(order)]] for index in range(count)]
        used += count
        picture, placed = canvas(random, faces, width, height)
        name = f"canvases/{number:04}.png"
        picture.save(options.out / name, compress_level=1)
        truth["canvases"].append(dict(path=name, width=width, height=height, faces=placed))
    for number in range(options.faceless):
        width, height = sizes[random.choice(5)]
        scene(random, width, height).save(
            options.out / f"faceless/{number:04}.png", compress_level=1)
    for number, index in enumerate(random.permutation(len(trained))[: options.tight]):
        row, _, emotion, counts, face = trained[index]
        name = f"tight/{number:05}.png"
        Image.fromarray(face).resize((192, 192), Image.BICUBIC).save(options.out / name)
        truth["tight"].append(dict(path=name, row=row, emotion=emotion, votes=counts))
    (options.out / "truth.json").write_text(json.dumps(truth))
    faces = sum(len(entry["faces"]) for entry in truth["canvases"])
    print(f"{faces} faces on {options.canvases} pictures, {options.faceless} faceless pictures,"
          f" {len(truth['tight'])} tight faces in {options.out}")


if __name__ == "__main__":
    main()
