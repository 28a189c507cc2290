"""Draws covers and light over faces in pictures, placed by the landmarks of a detector.

For measure_covers.py. Shapes and surfaces are this file's own: cover_faces.py, whose crops the
occlusion probe is fitted on, draws others in another way. Needs numpy and Pillow.

A face's own frame: the origin between the eyes, u along the line of the eyes to the right of the
picture, v down, in units of the mean of eye distance and eyes-to-mouth distance. The mouth is at
about v = 1, the chin at 1.7, the brows at -0.3, the hairline at -0.9, the ears at u = -1 and 1.
"""

import math

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

# Sides of a drawing's pixel: edges are antialiased by drawing finer.
FINER = 3
MASKS = dict(light_blue=(150, 196, 222), white=(236, 238, 236), black=(28, 28, 32),
             green=(120, 176, 140), pink=(228, 160, 178))
SKIN = dict(light=(232, 192, 168), medium=(186, 134, 104), dark=(92, 62, 48))
HAIR = [(24, 20, 18), (60, 40, 28), (110, 76, 48), (190, 156, 104), (150, 148, 146)]


class Frame:
    """From a face's own frame to the picture."""

    def __init__(self, landmarks):
        points = {name: np.array([landmarks[f"{name}_x"], landmarks[f"{name}_y"]]) for name in (
            "left_eye", "right_eye", "left_mouth", "right_mouth")}
        self.origin = (points["left_eye"] + points["right_eye"]) / 2
        eyes = points["right_eye"] - points["left_eye"]
        mouth = (points["left_mouth"] + points["right_mouth"]) / 2 - self.origin
        self.unit = (np.hypot(*eyes) + np.hypot(*mouth)) / 2
        self.along = eyes / np.hypot(*eyes)
        self.down = np.array([-self.along[1], self.along[0]])

    def __call__(self, points):
        """[..., 2] of the face's frame, in pixels of the picture."""
        points = np.asarray(points, float)
        return self.origin + self.unit * (
            points[..., :1] * self.along + points[..., 1:] * self.down)

    def places(self, left, top, width, height):
        """u and v of each pixel of a rectangle of the picture."""
        rows, columns = np.mgrid[0:height, 0:width] + 0.5
        x, y = columns + left - self.origin[0], rows + top - self.origin[1]
        return ((x * self.along[0] + y * self.along[1]) / self.unit,
                (x * self.down[0] + y * self.down[1]) / self.unit)


class Pen:
    """Draws in a face's frame on a patch of the picture, FINER times as fine."""

    def __init__(self, picture, frame, reach=2.6):
        centre, half = frame((0, 0.5)), reach * frame.unit
        low = np.maximum(np.floor(centre - half), 0).astype(int)
        high = np.minimum(np.ceil(centre + half), picture.size).astype(int)
        self.picture, self.frame, self.low, self.size = picture, frame, low, high - low
        self.layer = Image.new("L", tuple(self.size * FINER), 0)
        self.draw = ImageDraw.Draw(self.layer)

    def pixels(self, points):
        return [tuple(point) for point in (self.frame(points) - self.low) * FINER]

    def polygon(self, points, fill=255):
        self.draw.polygon(self.pixels(smooth(points)), fill=fill)

    def corners(self, points, fill=255):
        self.draw.polygon(self.pixels(points), fill=fill)

    def line(self, points, width, fill=255):
        """Of a width in units of the face, with round ends."""
        thick = max(1, round(width * self.frame.unit * FINER))
        points = self.pixels(points)
        self.draw.line(points, fill=fill, width=thick, joint="curve")
        for x, y in (points[0], points[-1]):
            half = thick / 2
            self.draw.ellipse((x - half, y - half, x + half, y + half), fill=fill)

    def paint(self, colour, surface=None, strength=1.0):
        """Lays a colour over the picture where something was drawn, and begins anew.

        surface: of u and v, what each place's colour is multiplied with."""
        share = self.layer.resize(tuple(self.size), Image.BOX)
        share = np.asarray(share, float)[..., None] / 255 * strength
        box = (*self.low, *(self.low + self.size))
        ground = np.asarray(self.picture.crop(box), float)
        u, v = self.frame.places(*self.low, *self.size)
        shade = np.ones_like(u) if surface is None else surface(u, v)
        drawn = ground * (1 - share) + np.array(colour, float) * shade[..., None] * share
        self.picture.paste(Image.fromarray(drawn.clip(0, 255).astype(np.uint8)), box[:2])
        self.layer.paste(0, (0, 0, *self.layer.size))


def smooth(points, steps=6):
    """A closed curve through points (Catmull-Rom)."""
    points = np.asarray(points, float)
    before, after = np.roll(points, 1, 0), np.roll(points, -1, 0)
    beyond = np.roll(points, -2, 0)
    curve = []
    for t in np.arange(steps) / steps:
        curve.append(0.5 * (2 * points + t * (after - before)
                            + t * t * (2 * before - 5 * points + 4 * after - beyond)
                            + t ** 3 * (3 * points - before - 3 * after + beyond)))
    return np.stack(curve, 1).reshape(-1, 2)


def rising(x):
    """From 0 to 1 around 0."""
    return 0.5 + 0.5 * np.tanh(x / 2)


def shaken(random, points, by=0.04):
    return np.asarray(points, float) + random.normal(0, by, (len(points), 2))


def near(random, colour, by=10):
    return np.clip(np.array(colour) + random.normal(0, by, 3), 0, 255)


def mask(colour):
    def cover(random, picture, frame):
        """A surgical mask: bent upper edge, pleats, loops to the ears, darker to the sides."""
        pen, paint, top = Pen(picture, frame), near(random, colour), random.uniform(-0.1, 0.12)
        for side in (-1, 1):
            pen.line([(side * 0.88, 0.36 + top), (side * 1.15, 0.1)], 0.035)
            pen.line([(side * 0.84, 1.25), (side * 1.15, 0.5)], 0.035)
        pen.paint(np.clip(paint * 0.95 + 8, 0, 255))
        right = [(0.2, 0.2 + top), (0.55, 0.34 + top), (0.92, 0.33 + top), (0.9, 0.95),
                 (0.68, 1.5), (0.3, 1.84)]
        left = [(-u, v) for u, v in reversed(right)]
        pen.polygon(shaken(random, right + left, 0.02))
        pleat = random.uniform(0.16, 0.24)
        pen.paint(paint, lambda u, v: (1.04 - 0.16 * u ** 2)
                  * (1 - 0.10 * np.exp(-((v / pleat) % 1) * 6) * (abs(v - 1) < 0.5)))
    return cover


def scarf(random, picture, frame):
    """Knitted, from the nose down over chin and neck."""
    pen, top = Pen(picture, frame), random.uniform(0.3, 0.6)
    pen.polygon(shaken(random, [(-1.35, top - 0.1), (-0.6, top), (0, top + 0.05), (0.6, top),
                                (1.35, top - 0.1), (1.6, 1.6), (1.3, 2.6), (-1.3, 2.6),
                                (-1.6, 1.6)]))
    step, turn = random.uniform(0.1, 0.25), random.uniform(-0.6, 0.6)
    depth = random.uniform(0.05, 0.35)
    pen.paint(random.uniform(40, 220, 3), lambda u, v: 1 + depth * np.sin(
        2 * math.pi / step * (v * math.cos(turn) + u * math.sin(turn) + 0.05 * np.cos(9 * u))))


def lenses(random, pen, width, height):
    """Draws both lenses, and says where their inner edges are."""
    form, middle = random.integers(3), random.uniform(0.02, 0.1)
    for side in (-1, 1):
        centre = side * 0.52
        if form == 0:
            angle = np.linspace(0, 2 * math.pi, 20, endpoint=False)
            pen.polygon(np.stack([centre + width / 2 * np.cos(angle),
                                  middle + height / 2 * np.sin(angle)], 1))
        else:
            low = 0.75 if form == 2 else 0.95
            pen.polygon([(centre - width / 2, middle - height / 2),
                         (centre, middle - height / 2 - 0.02),
                         (centre + width / 2, middle - height / 2),
                         (centre + width / 2 * low, middle + height * 0.35),
                         (centre, middle + height / 2),
                         (centre - width / 2 * low, middle + height * 0.35)])
    return middle, 0.52 - width / 2


def dark_glasses(random, picture, frame):
    pen, tint = Pen(picture, frame), random.uniform(8, 45)
    middle, inner = lenses(random, pen, random.uniform(0.72, 0.9), random.uniform(0.5, 0.72))
    pen.paint(near(random, (tint,) * 3, 5), lambda u, v: 1.2 + 0.5 * (v - middle),
              random.uniform(0.92, 1))
    pen.line([(-inner, middle - 0.1), (inner, middle - 0.1)], 0.06)
    for side in (-1, 1):
        pen.line([(side * 0.9, middle - 0.15), (side * 1.2, middle - 0.1)], 0.06)
    pen.paint((tint,) * 3)


def clear_glasses(random, picture, frame):
    """Frames, and a faint glint; the eyes are seen as before."""
    pen, colour = Pen(picture, frame), near(random, (50, 42, 38), 20)
    width, height = random.uniform(0.7, 0.85), random.uniform(0.5, 0.66)
    thick = random.uniform(0.03, 0.08)
    state = random.bit_generator.state
    middle, inner = lenses(random, pen, width + thick, height + thick)
    outer = pen.layer.copy()
    pen.layer.paste(0, (0, 0, *pen.layer.size))
    random.bit_generator.state = state
    lenses(random, pen, width - thick, height - thick)
    inside = pen.layer.copy()
    pen.layer.paste(outer)
    pen.layer.paste(0, (0, 0), inside)
    pen.line([(-inner, middle - 0.08), (inner, middle - 0.08)], thick)
    for side in (-1, 1):
        pen.line([(side * (0.52 + width / 2), middle - 0.15), (side * 1.2, middle - 0.1)], thick)
    pen.paint(colour)
    pen.layer.paste(inside)
    pen.paint((255, 255, 255), strength=random.uniform(0, 0.08))


def hand(tone):
    def cover(random, picture, frame):
        """A palm and four fingers, over the mouth, a cheek or an eye."""
        pen, skin = Pen(picture, frame), near(random, SKIN[tone], 8)
        side = random.choice([-1, 1])
        target = [(0.05, 0.95), (0.45, 0.8), (0.5, 0.1)][random.integers(3)]
        turn = random.uniform(-0.5, 0.5) + side * random.uniform(0.2, 0.9)
        wide = random.uniform(0.9, 1.15)

        def turned(points):
            points = np.asarray(points, float) * wide
            cos, sin = math.cos(turn), math.sin(turn)
            return points @ np.array([[cos, sin], [-sin, cos]]) + (side * target[0], target[1])

        fingers = [[(u, 0.1), (u * 1.25, -random.uniform(0.6, 0.85))]
                   for u in (-0.42, -0.14, 0.14, 0.42)]
        pen.polygon(turned([(-0.55, 0), (0, -0.15), (0.55, 0), (0.58, 0.5), (0.4, 0.95),
                            (0.35, 1.8), (-0.35, 1.8), (-0.4, 0.95), (-0.58, 0.5)]))
        for finger in fingers:
            pen.line(turned(finger), 0.26 * wide)
        pen.line(turned([(side * 0.5, 0.6), (side * 0.85, 0.1)]), 0.26 * wide)
        lean = random.uniform(-0.15, 0.15)
        pen.paint(skin, lambda u, v: 1 + lean * u + 0.03 * np.sin(7 * u) * np.cos(5 * v))
        for first, second in zip(fingers, fingers[1:]):
            gap = (np.array(first) + np.array(second)) / 2
            pen.line(turned([gap[0] - (0, 0.1), gap[1]]), 0.035)
        pen.paint(skin * 0.55, strength=0.8)
    return cover


def strands(random, pen, outline, roots, tips):
    """A polygon of hair, and finer strands from roots to tips over it."""
    colour = near(random, HAIR[random.integers(len(HAIR))], 6)
    pen.polygon(shaken(random, outline, 0.03))
    pen.paint(colour)
    for _ in range(60):
        t = random.uniform(0, 1)
        start = np.array(roots[0]) * (1 - t) + np.array(roots[1]) * t
        end = np.array(tips[0]) * (1 - t) + np.array(tips[1]) * t
        bend = (start + end) / 2 + random.normal(0, 0.06, 2)
        pen.line([start, bend, end + random.normal(0, 0.08, 2)], random.uniform(0.015, 0.04))
        pen.paint(np.clip(colour * random.uniform(0.6, 1.5), 0, 255), strength=0.8)


def hair_over_eye(random, picture, frame):
    side = random.choice([-1, 1])
    outline = [(-0.3, -1.1), (0.6, -1.2), (1.2, -0.6), (1.25, 0.9), (0.95, 1.1), (0.7, 0.5),
               (0.2, 0.25), (0.1, -0.3)]
    place = [(side * u, v) for u, v in outline]
    strands(random, Pen(picture, frame), place, [(side * -0.2, -1), (side * 1.1, -0.9)],
            [(side * 0.25, 0.3), (side * 1.2, 0.95)])


def hair_over_forehead(random, picture, frame):
    low = random.uniform(-0.4, -0.2)
    outline = [(-1.15, 0.2), (-1.25, -0.8), (-0.6, -1.4), (0.6, -1.4), (1.25, -0.8), (1.15, 0.2),
               (0.95, low), (0.4, low), (-0.4, low), (-0.95, low)]
    strands(random, Pen(picture, frame), outline, [(-0.9, -1.2), (0.9, -1.2)], [(-1, low), (1, low)])


def half_grey(random, picture, frame):
    """Everything of the head beyond a line through its middle is one grey."""
    turn = random.choice(4) * math.pi / 2 + random.normal(0, 0.12)
    along = np.array([math.cos(turn), math.sin(turn)])
    across = np.array([-along[1], along[0]])
    middle = np.array([0, 0.45]) + along * random.uniform(0, 0.12)
    pen = Pen(picture, frame)
    pen.corners([middle + across * 1.7, middle + along * 1.7 + across * 1.7,
                 middle + along * 1.7 - across * 1.7, middle - across * 1.7])
    pen.paint((random.uniform(40, 215),) * 3)


def half_lit(random, picture, frame):
    """One side in shadow; what is there can still be seen."""
    side, left = random.choice([-1, 1]), random.uniform(0.25, 0.5)
    wide, middle = random.uniform(0.15, 0.4), random.uniform(-0.1, 0.1)
    pixels = np.asarray(picture, float)
    u, v = frame.places(0, 0, *picture.size)
    reach = np.hypot(u, v - 0.45)
    dark = rising((2 - reach) / 0.1) * rising((side * u - middle) / wide * 4)
    lit = pixels * (1 - (1 - left) * dark[..., None])
    picture.paste(Image.fromarray(lit.clip(0, 255).astype(np.uint8)))


KINDS = {f"mask_{name}": mask(colour) for name, colour in MASKS.items()} | {
    f"hand_{name}": hand(name) for name in SKIN} | dict(
    scarf=scarf, dark_glasses=dark_glasses, half_grey=half_grey, hair_over_eye=hair_over_eye,
    hair_over_forehead=hair_over_forehead, clear_glasses=clear_glasses, half_lit=half_lit)


def covers(kind):
    """A change of a whole picture, of all its faces."""
    def change(random, picture, frames):
        for frame in frames:
            KINDS[kind](random, picture, frame)
        return picture
    return change


def pointwise(function):
    """A change of each pixel's value, 0...255."""
    table = [int(min(max(function(value), 0), 255) + 0.5) for value in range(256)] * 3
    return lambda random, picture, frames: picture.point(table)


def noise(deviation):
    def change(random, picture, frames):
        pixels = np.asarray(picture, float)
        return Image.fromarray(
            (pixels + random.normal(0, deviation, pixels.shape)).clip(0, 255).astype(np.uint8))
    return change


def blur(share):
    """By a Gaussian of a share of the unit of the picture's smallest face."""
    def change(random, picture, frames):
        unit = min(frame.unit for frame in frames)
        return picture.filter(ImageFilter.GaussianBlur(float(share * unit)))
    return change


def smaller(unit):
    """So that the largest face's unit is as many pixels."""
    def change(random, picture, frames):
        factor = unit / max(frame.unit for frame in frames)
        return picture.resize([max(32, round(side * factor)) for side in picture.size], Image.BOX)
    return change


LIGHT = {f"gamma {gamma:g}": pointwise(lambda v, gamma=gamma: 255 * (v / 255) ** gamma)
         for gamma in (0.25, 2, 4, 8)} | {
    f"gain {gain:g}": pointwise(lambda v, gain=gain: gain * v)
    for gain in (0.5, 0.3, 0.2, 0.1, 2, 4)} | {
    f"contrast {share:g}": pointwise(lambda v, share=share: 128 + share * (v - 128))
    for share in (0.2, 0.1, 0.05)} | {
    f"noise {deviation}": noise(deviation) for deviation in (10, 30, 60)} | {
    f"blur {share:g}": blur(share) for share in (0.1, 0.2, 0.4)} | {
    f"unit {unit} px": smaller(unit) for unit in (16, 8)}
