"""Makes pictures of covered and of uncovered faces, to fit what tells them apart.

    python cover_pictures.py --data fer2013.csv.gz --votes fer2013new.csv --out DIR [--pictures 500]
        [--split Training] [--seed 1]
    python cover_faces.py --data fer2013.csv.gz --votes fer2013new.csv --out PLAIN --faces 8000
    for kind in covered uncovered; do
        mien faces --keep-low-quality --model M --out FOUND/$kind DIR/$kind
        python deal_crops.py CROPS/$kind FOUND/$kind PLAIN/$kind:2500; done
    mien probe occlusion --model M --covered CROPS/covered --uncovered CROPS/uncovered --out MODEL

Crops of FER-2013 itself go with those that are found, covered and not: were they uncovered alone,
the fit would take sharp crops for uncovered.

DIR/covered/    as many pictures with faces of a split that something covers: NUMBER-KIND.jpg, one
                kind of cover a picture
DIR/uncovered/  others: bare, with clear glasses, a fringe, or a shadow

Covers are drawn in FER-2013's frame, three times as fine, before a face is put into a picture: what
they are and how they look is not what measure_covers.py draws. Rows that FER+ gives no name, or
whose taggers mostly said "not a face", are left out. Needs numpy and Pillow.
"""

import argparse
import math
import pathlib

import numpy as np
from PIL import Image

from make_pictures import SIDE, background, read
from measure_covers import HEIGHT, WIDTH, finished, put

FINER = 3
Y, X = (np.mgrid[0:SIDE * FINER, 0:SIDE * FINER] + 0.5) / FINER - SIDE / 2


def turned(x, y, angle):
    """Coordinates along and across a direction."""
    return x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)


def mask(random):
    """Over mouth and chin: straight, bent or peaked above, round or square below."""
    x = X - random.normal(0, 1.5)
    top = random.uniform(-3, 7) + (x / 24) ** 2 * random.uniform(-5, 8)
    top -= random.uniform(0, 4) * np.exp(-(x / random.uniform(3, 7)) ** 2)
    wide, low, power = random.uniform(13, 23), random.uniform(20, 30), random.uniform(2, 6)
    return (Y > top) & (abs(x / wide) ** power + abs((Y - 8) / (low - 8)) ** power * (Y > 8) < 1)


def wrap(random):
    """From somewhere between eyes and mouth all the way down."""
    lean = random.uniform(-0.25, 0.25)
    return Y > random.uniform(-2, 9) + lean * X + random.uniform(-2, 2) * np.sin(X / 5)


def lens(random, grown=0.0, narrow=False):
    middle, apart = random.uniform(-9, -3), random.uniform(8, 11)
    wide = random.uniform(5.5, 8.5) + grown
    high, power = random.uniform(3.5, 7) + grown, random.uniform(1.8, 5)
    slope = random.uniform(-0.15, 0.3)
    aside = abs(X) - apart
    return abs(aside / wide) ** power + abs((Y - middle - slope * aside) / high) ** power < 1, middle


def glasses(random):
    shape, middle = lens(random)
    bar = (abs(Y - middle + random.uniform(0, 3)) < random.uniform(0.3, 1.2)) & (abs(X) < 22)
    return shape | bar if random.random() < 0.8 else shape


def hand(random):
    """A palm and fingers that come from one side, or a fist."""
    angle = random.uniform(-0.5, math.pi + 0.5)
    x, y = random.uniform(-10, 10), random.uniform(-8, 16)
    along, across = turned(X - x, Y - y, angle)
    size = random.uniform(6, 10)
    shape = (along / (size * random.uniform(1, 1.5))) ** 2 + (across / size) ** 2 < 1
    shape |= (along > 0) & (abs(across) < size * random.uniform(0.5, 0.9))
    if random.random() < 0.75:
        for finger in range(-2, 2):
            place, reach = (finger + 0.5) * size / 2.1, random.uniform(1.2, 2.2) * size
            tilt = random.normal(0, 0.05) * along
            shape |= (abs(across - place - tilt) < size / random.uniform(4.3, 5.2)) & (
                along < 0) & (along > -reach)
    return shape


def hair(random):
    """Down one side over an eye."""
    side, lean = random.choice([-1, 1]), random.uniform(-0.5, 0.3)
    edge = random.uniform(-1, 7) + lean * Y + random.uniform(-2, 2) * np.sin(Y / 6)
    return (side * X > edge) & (Y < random.uniform(-2, 18)) & (side * X < random.uniform(17, 26))


def edge(random):
    along, _ = turned(X, Y - random.uniform(-2, 4), random.uniform(0, 2 * np.pi))
    return along > random.uniform(-3, 6)


def block(random):
    x, y, size = random.uniform(-12, 12), random.uniform(-10, 16), random.uniform(6, 12)
    along, across = turned(X - x, Y - y, random.uniform(-0.4, 0.4))
    power = random.choice([2, 8])
    return abs(along / size) ** power + abs(across / size / random.uniform(0.6, 1.4)) ** power < 1


def fringe(random):
    return Y < random.uniform(-19, -12) + random.uniform(-3, 3) * abs(X / 16) ** 2


def rims(random):
    """Of clear glasses."""
    state, thick = random.bit_generator.state, random.uniform(0.3, 0.9)
    outer, middle = lens(random, thick)
    random.bit_generator.state = state
    random.uniform(0.3, 0.9)
    inner, _ = lens(random, -thick)
    bar = (abs(Y - middle + 1) < thick) & (abs(X) < 20) & ~inner
    return outer & ~inner | bar


def stripes(random, fine=(0.3, 3)):
    along, across = turned(X, Y, random.uniform(0, 2 * np.pi))
    return np.sin((along + random.uniform(0, 1) * np.sin(across / 3)) * random.uniform(*fine))


def skin(random, face):
    tone = np.median(face[14 * FINER:34 * FINER, 10 * FINER:38 * FINER]) + random.normal(0, 30)
    tone = tone + random.uniform(-15, 15) * X / 24 + random.uniform(-15, 15) * Y / 24
    if random.random() < 0.5:
        tone = tone + random.uniform(3, 20) * (stripes(random, (0.5, 1.5)) > 0.9)
    return tone


def cloth(random):
    """Flat, shaded, pleated or patterned."""
    tone = np.full_like(X, random.uniform(5, 250))
    if random.random() < 0.6:
        tone += random.uniform(-40, 40) * X / 24 + random.uniform(-40, 40) * Y / 24
        tone -= random.uniform(0, 40) * (X / 20) ** 2
    if random.random() < 0.35:
        tone -= random.uniform(5, 30) * (np.sin(Y * random.uniform(0.8, 2)) > 0.8)
    if random.random() < 0.3:
        tone += random.uniform(10, 50) * stripes(random)
    return tone


def strands(random):
    along, across = turned(X, Y, random.normal(np.pi / 2, 0.4))
    tone = random.uniform(10, 170)
    noise = np.convolve(random.normal(0, 1, 400), np.ones(3) / 3, "same")
    places = np.clip((across + along ** 2 / 300 + 60) * 3, 0, 399).astype(int)
    return tone + random.uniform(5, 40) * noise[places]


KINDS = dict(mask=mask, wrap=wrap, glasses=glasses, hand=hand, hair=hair, edge=edge, block=block)
SURFACES = dict(hand=0.85, block=0.4, edge=0.1)  # shares of skin


def surface(random, kind, face, other):
    if kind == "glasses" and random.random() < 0.85:
        return random.uniform(0, 60) + random.uniform(-10, 25) * Y / 12
    if kind == "hair" and random.random() < 0.85:
        return strands(random)
    if random.random() < SURFACES.get(kind, 0):
        return skin(random, face)
    if kind in ("edge", "block") and random.random() < 0.3:
        return other
    if kind == "edge" and random.random() < 0.6:
        return np.full_like(X, random.uniform(5, 250))
    return cloth(random)


def laid_over(random, face, shape, drawn):
    grain = random.choice([0, 0, 1, 4])
    share = np.asarray(Image.fromarray((255 * shape).astype(np.uint8)).resize(
        (SIDE, SIDE), Image.BOX).resize(shape.shape, Image.BICUBIC), float) / 255
    share = np.where(random.random() < 0.5, share, shape)
    return face * (1 - share) + (drawn + random.normal(0, 1, X.shape) * grain) * share


def covered(random, kind, face, other):
    shape = KINDS[kind](random)
    return laid_over(random, face, shape, surface(random, kind, face, other))


def uncovered(random, face):
    kind = random.choice(4, p=[0.55, 0.15, 0.15, 0.15])
    if kind == 1:
        return laid_over(random, face, rims(random), np.full_like(X, random.uniform(5, 160)))
    if kind == 2:
        return laid_over(random, face, fringe(random), strands(random))
    if kind == 3:
        along, _ = turned(X, Y, random.uniform(0, 2 * np.pi))
        dark = 0.5 + 0.5 * np.tanh((along - random.uniform(-6, 6)) / random.uniform(1.5, 8))
        return face * (1 - random.uniform(0.3, 0.8) * dark)
    return face


def finer(face):
    side = SIDE * FINER
    return np.asarray(Image.fromarray(face).resize((side, side), Image.BICUBIC), float)


def ground(random, rows):
    """What make_pictures.py draws, or a blurred bit of another face."""
    if random.random() < 0.5:
        return background(random, WIDTH, HEIGHT)
    face = rows[random.integers(len(rows))][-1]
    cut = int(random.integers(6, 40))
    x, y = random.integers(0, SIDE - cut, 2)
    return np.asarray(Image.fromarray(face[y:y + cut, x:x + cut]).resize(
        (WIDTH, HEIGHT), Image.BICUBIC), float)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", required=True)
    parser.add_argument("--votes", required=True)
    parser.add_argument("--out", required=True, type=pathlib.Path)
    parser.add_argument("--pictures", type=int, default=500)
    parser.add_argument("--faces", type=int, default=9, help="in a picture, where there is room")
    parser.add_argument("--split", default="Training")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    random = np.random.default_rng(options.seed)
    rows = [row for row in read(options.data, options.votes) if row[1] == options.split]
    order, used = random.permutation(len(rows)), 0
    kinds = list(KINDS)
    for folder in ("covered", "uncovered"):
        (options.out / folder).mkdir(parents=True)
    for number in range(2 * options.pictures):
        picture = Image.fromarray(ground(random, rows).clip(0, 255).astype(np.uint8)).convert("RGB")
        kind, taken = kinds[number // 2 % len(kinds)], []
        surroundings = ["end", "go on", "fade"][random.integers(3)]
        for _ in range(options.faces):
            face = finer(rows[order[used % len(order)]][-1])
            used += 1
            other = finer(rows[random.integers(len(rows))][-1])
            drawn = covered(random, kind, face, other) if number % 2 else uncovered(random, face)
            light = random.normal(1, 0.15)
            put(random, picture, (drawn * light).clip(0, 255), surroundings, taken, FINER)
        finish = dict(blur=random.uniform(0, 1.2), quality=int(random.integers(50, 97)))
        folder, name = ("covered", kind) if number % 2 else ("uncovered", "bare")
        (options.out / folder / f"{number // 2:04}-{name}.jpg").write_bytes(
            finished(picture, finish))
    print(f"{options.pictures} pictures of either kind in {options.out}")


if __name__ == "__main__":
    main()
