"""Draws things over faces, to fit and to measure what tells covered faces from others.

    python cover_faces.py --data fer2013.csv.gz --votes fer2013new.csv --out DIR [--faces 10000]
        [--split Training] [--seed 1]
    mien probe occlusion --covered DIR/covered --uncovered DIR/uncovered --out MODEL

DIR/uncovered/  faces of a split as they are, ROW.png; some are behind a hand or glasses already
DIR/covered/    others, ROW-KIND.png, of which a part is drawn over: a mask over mouth and chin,
                dark glasses, a hand of the face's own grey, everything beyond a straight edge, a
                block. What is drawn is flat, shaded, striped, or part of another face

Rows that FER+ gives no name, or whose taggers mostly said "not a face", are left out. Half of the
faces are covered. Needs numpy and Pillow. The same seed gives the same faces.
"""

import argparse
import pathlib

import numpy as np
from PIL import Image

from make_pictures import SIDE, read

ROWS, COLUMNS = np.mgrid[0:SIDE, 0:SIDE].astype(float)
# From the middle of the face.
X, Y = COLUMNS - SIDE / 2, ROWS - SIDE / 2


def mask(random):
    """Over mouth and chin, its upper edge bent."""
    top = random.uniform(2, 7) + X ** 2 / 576 * random.uniform(-4, 3)
    return (Y > top) & (abs(X) < random.uniform(17, 25))


def glasses(random):
    height, middle = random.uniform(4, 6.5), random.uniform(-8, -4)
    return (abs(Y - middle) < height) & (
        abs(abs(X) - random.uniform(9, 10.5)) < random.uniform(5, 9))


def hand(random):
    """An ellipse over the lower half, to one side."""
    x, y = random.choice([-1, 1]) * random.uniform(2, 14), random.uniform(4, 18)
    turn = random.uniform(-0.8, 0.8)
    along = (X - x) * np.cos(turn) + (Y - y) * np.sin(turn)
    across = (Y - y) * np.cos(turn) - (X - x) * np.sin(turn)
    return (along / random.uniform(6, 11)) ** 2 + (across / random.uniform(9, 16)) ** 2 < 1


def edge(random):
    turn = random.uniform(0, 2 * np.pi)
    return X * np.cos(turn) + Y * np.sin(turn) > random.uniform(1, 9)


def block(random):
    x, y, size = random.uniform(-12, 12), random.uniform(-10, 14), random.uniform(6, 11)
    return (abs(X - x) < size) & (abs(Y - y) < size * random.uniform(0.7, 1.4))


KINDS = dict(mask=mask, glasses=glasses, hand=hand, edge=edge, block=block)


def skin(random, face):
    """Of about the face's own grey, shaded and with fine lines."""
    return (np.median(face[14:34, 10:38]) + random.uniform(-20, 30) + random.uniform(-15, 15) * X / 24
            + random.uniform(-15, 15) * Y / 24 + random.normal(0, 3, face.shape)
            + 6 * np.sin(COLUMNS * random.uniform(0.5, 1.5) + random.uniform(0, 2 * np.pi)))


def filling(random, kind, face, other):
    if kind == "hand":
        return skin(random, face)
    if kind == "glasses" and random.random() < 0.8:
        return random.uniform(0, 50) + random.normal(0, 4, face.shape)
    surface = random.integers(4)
    if surface == 0:
        plain = random.uniform(10, 245)
    elif surface == 1:
        plain = (np.median(face[14:34, 10:38]) + random.uniform(-25, 25)
                 + random.uniform(-12, 12) * X / 24 + random.uniform(-12, 12) * Y / 24)
    elif surface == 2:
        plain = other.astype(float)
    else:
        turn = random.uniform(0, 2 * np.pi)
        plain = random.uniform(40, 215) + random.uniform(-40, 40) * np.sin(
            (COLUMNS * np.cos(turn) + ROWS * np.sin(turn)) * random.uniform(0.2, 2))
    return plain + random.normal(0, 4, face.shape)


def covered(random, kind, face, other):
    """The face, 48 x 48, with a cover whose edge is soft."""
    share = np.pad(KINDS[kind](random).astype(float), 1, mode="edge")
    share = (share[:-2, 1:-1] + share[2:, 1:-1] + share[1:-1, :-2] + share[1:-1, 2:]
             + 2 * share[1:-1, 1:-1]) / 6
    drawn = face * (1 - share) + filling(random, kind, face, other) * share
    return drawn.clip(0, 255).astype(np.uint8)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", required=True)
    parser.add_argument("--votes", required=True)
    parser.add_argument("--out", required=True, type=pathlib.Path)
    parser.add_argument("--faces", type=int, default=10000)
    parser.add_argument("--split", default="Training")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    random = np.random.default_rng(options.seed)
    rows = [row for row in read(options.data, options.votes) if row[1] == options.split]
    chosen = random.permutation(len(rows))[: options.faces]
    kinds = list(KINDS)
    for folder in ("covered", "uncovered"):
        (options.out / folder).mkdir(parents=True)
    for number, index in enumerate(chosen):
        row, face = rows[index][0], rows[index][-1]
        name = f"uncovered/{row:05}.png"
        if number % 2:
            kind = kinds[number // 2 % len(kinds)]
            name = f"covered/{row:05}-{kind}.png"
            face = covered(random, kind, face, rows[random.integers(len(rows))][-1])
        Image.fromarray(face).save(options.out / name)
    print(f"{len(chosen)} faces in {options.out}, {len(chosen) // 2} of them covered")


if __name__ == "__main__":
    main()
