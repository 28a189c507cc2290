"""Panels of points and lines on logarithmic axes, as one SVG in the colours of Mien's figures."""

import dataclasses
import math
from xml.sax.saxutils import escape

COLOURS = ["#0072b2", "#d55e00", "#009e73"]
WIDTH, HEIGHT, GAP = 300, 190, 66
INK, SOFT, GRID = "#1a1a1a", "#5a5a5a", "#e2e2e2"


@dataclasses.dataclass
class Panel:
    title: str
    axis: str
    series: dict  # name: [(x, median, least, most)]


def ticks(low, high):
    """Powers of ten within the range, or 1, 2 and 5 times them where it is narrow."""
    steps = [1] if high / low >= 1000 else [1, 2, 5]
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    return [step * 10.0 ** power for power in powers for step in steps
            if low <= step * 10.0 ** power <= high]


def bounds(values):
    """A range with some room, at least a factor of four."""
    low, high = min(values), max(values)
    room = max(1.08, (4 * low / high) ** 0.5)
    return low / room, high * room


def label(value):
    return f"{value:,.0f}" if value >= 1 else f"{value:g}"


def text(x, y, words, size=11, anchor="middle", colour=INK):
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" '
            f'fill="{colour}">{escape(words)}</text>')


def drawn(panel, left, top):
    points = [point for series in panel.series.values() for point in series]
    all_x = sorted({x for x, *_ in points})
    low_x, high_x = bounds(all_x)
    low_y, high_y = bounds([value for _, *values in points for value in values])

    def place_x(value):
        return left + WIDTH * math.log(value / low_x) / math.log(high_x / low_x)

    def place_y(value):
        return top + HEIGHT * (1 - math.log(value / low_y) / math.log(high_y / low_y))

    yield text(left, top - 10, panel.title, 12, "start")
    for value in ticks(low_y, high_y):
        y = place_y(value)
        yield f'<path d="M{left} {y:.1f}h{WIDTH}" stroke="{GRID}" stroke-width=".5"/>'
        yield text(left - 5, y + 3.5, label(value), 9, "end", SOFT)
    for value in all_x:
        x = place_x(value)
        yield f'<path d="M{x:.1f} {top + HEIGHT}v4" stroke="{SOFT}" stroke-width=".75"/>'
        yield text(x, top + HEIGHT + 14, label(value), 9, colour=SOFT)
    yield text(left + WIDTH / 2, top + HEIGHT + 28, panel.axis, 10, colour=SOFT)
    yield (f'<path d="M{left} {top}v{HEIGHT}h{WIDTH}" fill="none" stroke="{SOFT}" '
           'stroke-width=".75"/>')
    for number, (name, series) in enumerate(panel.series.items()):
        colour = COLOURS[number % len(COLOURS)]
        dash = ' stroke-dasharray="4 2"' if number else ""
        line = "L".join(f"{place_x(x):.1f} {place_y(y):.1f}" for x, y, *_ in series)
        yield f'<path d="M{line}" fill="none" stroke="{colour}" stroke-width="1.5"{dash}/>'
        for x, y, least, most in series:
            yield (f'<path d="M{place_x(x):.1f} {place_y(least):.1f}V{place_y(most):.1f}" '
                   f'stroke="{colour}"/><circle cx="{place_x(x):.1f}" cy="{place_y(y):.1f}" r="3" '
                   f'fill="{colour}"><title>{escape(name)}, {label(x)}: {y:.4g} ({least:.4g} to '
                   f'{most:.4g})</title></circle>')
        if len(panel.series) > 1:
            yield text(left + WIDTH, top - 10 + 12 * number, name, 10, "end", colour)


def svg(panels, caption):
    """The panels in two columns."""
    rows = (len(panels) + 1) // 2
    width, height = 2 * (WIDTH + GAP) + 20, rows * (HEIGHT + GAP) + 40
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        'font-family="Helvetica,Arial,Liberation Sans,sans-serif">',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
    ]
    for number, panel in enumerate(panels):
        parts += drawn(panel, GAP + number % 2 * (WIDTH + GAP),
                       30 + number // 2 * (HEIGHT + GAP))
    parts += [text(10, height - 8, caption, 10, "start", SOFT), "</svg>"]
    return "\n".join(parts) + "\n"
