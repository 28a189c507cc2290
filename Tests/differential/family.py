"""Cases, and the families that they are drawn from.

A family has axes, each with its values, the first of which is the usual one. A case is one value of
each; its name has those that are not usual, and from its name it is made again:

    tiff/sample=u16,photometric=miniswhite,compression=lzw
"""

import dataclasses
import random

import numpy as np


class NotMade(Exception):
    """The tools at hand do not make this combination."""


@dataclasses.dataclass
class Case:
    name: str
    data: bytes
    ending: str
    #: Upright, 8 bits, height x width (x 3); a list of such for clips, None where all refuse it.
    truth: object
    #: Levels by which a right reader's mean may be off from `truth`: what the form itself loses.
    loss: float = 0.0
    #: Levels by which Mien may be further off than the best reader, in the mean and in 99.9 % of
    #: all values.
    slack: float = 0.02
    peak: float = 1.0
    #: A pattern that a refusal has to match; None where the kind has to be read.
    refusal: str | None = None
    #: Seconds of a clip's frames since the first.
    times: list | None = None
    #: How ffmpeg has to take a clip's colours: options of its filter `scale`.
    scale: str = ""
    #: Width and height of shown pixels may be had by stretching either side.
    stretched: bool = False
    #: `pq` or `hlg`: frames are tone mapped.
    curve: str = ""

    @property
    def is_clip(self):
        return self.times is not None


class Family:
    name = ""
    axes: dict = {}
    #: Axes of which each value is tried with each of the other's, or with so many of them.
    pairs: list = []

    def valid(self, choice):
        return True

    def settled(self, choice):
        """The choice with what its values need beside them."""
        return choice

    def make(self, choice, original) -> Case:
        raise NotImplementedError

    def case_name(self, choice):
        parts = [f"{axis}={value}" for axis, value in choice.items()
                 if value != self.axes[axis][0]]
        return f"{self.name}/{','.join(parts) or 'usual'}"

    def choice(self, name):
        """The choice that a case's name stands for."""
        choice = {axis: values[0] for axis, values in self.axes.items()}
        text = name.partition("/")[2]
        for part in text.split(",") if text != "usual" else []:
            axis, _, value = part.partition("=")
            known = {str(each): each for each in self.axes.get(axis, ())}
            if value not in known:
                raise SystemExit(f"differential: {name}: there is no {axis}={value}")
            choice[axis] = known[value]
        return choice

    def draw(self, generator, fixed, share):
        """A valid choice with what is fixed, the rest unusual in this share; None if there is none
        within reach."""
        for attempt in range(200):
            choice = {
                axis: fixed.get(axis, generator.choice(values)
                                if generator.random() < share + attempt / 400 else values[0])
                for axis, values in self.axes.items()}
            choice = self.settled(choice) | fixed
            if self.valid(choice):
                return choice
        return None

    def choices(self, seed, further):
        """Each value of each axis, and of each pair, near the usual; then so many at random."""
        generator = random.Random(f"{seed} {self.name}")
        seen = {}

        def add(choice):
            if choice is not None:
                seen.setdefault(self.case_name(choice), choice)

        for axis, values in self.axes.items():
            for value in values:
                add(self.draw(generator, {axis: value}, 0.0))
        for first, second, *count in self.pairs:
            for value in self.axes[first]:
                others = self.axes[second]
                for other in generator.sample(others, *count) if count else others:
                    add(self.draw(generator, {first: value, second: other}, 0.0))
        for _ in range(further):
            add(self.draw(generator, {}, 0.4))
        return list(seen.values())


def levels(picture, bits):
    """8 bits to whole numbers of fewer or more, over the whole range."""
    # 255 goes into every whole number of bytes: no float is needed, which 64 bits overflow.
    if bits % 8 == 0: return picture.astype(np.uint64) * np.uint64(((1 << bits) - 1) // 255)
    return np.rint(picture.astype(np.float64) * ((1 << bits) - 1) / 255).astype(np.uint64)


def from_levels(values, most):
    return np.rint(values.astype(np.float64) * 255 / most).astype(np.uint8)


def alpha(height, width):
    """Opaque but for one corner, nowhere quite transparent."""
    plane = np.full((height, width), 255, np.uint8)
    plane[:height // 2, width // 2:] = np.linspace(255, 40, width - width // 2)
    return plane


def inks(picture):
    """Cyan, magenta, yellow and black, 255 for full ink."""
    black = 255.0 - picture.max(2)
    paper = np.maximum(255.0 - black, 1)[:, :, None]
    colour = 255 - 255.0 * picture / paper
    return np.rint(np.concatenate([colour, black[:, :, None]], 2)).astype(np.uint8)


def palette(picture, count):
    """Indices, and the palette's colours in 8 bits."""
    from PIL import Image
    image = Image.fromarray(picture).quantize(count)
    colours = np.array(image.getpalette()[:3 * count], np.uint8).reshape(-1, 3)
    return np.asarray(image), np.pad(colours, ((0, count - len(colours)), (0, 0)))
