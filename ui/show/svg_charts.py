"""Static SVG of two plain charts: bars, and lines from 0 % to 100 %. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from ui.show.svg import (
    FAINT,
    INK,
    RULE,
    Box,
    cut,
    dot,
    rectangle,
    stroke,
    text_width,
    write,
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a chart: `points` are fractions of its width and of its height, from below."""

    name: str
    colour: str
    dash: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a chart: its length, and where a thin mark stands on the same scale, if one does."""

    value: float
    mark: float | None
    colour: str
    says: str


def bars(box: Box, rows: Sequence[Bar], size: float) -> str:
    """A bar for each row, one below the other, all on one scale, with what it says at its end."""
    most = max((max(row.value, row.mark or 0) for row in rows), default=0) or 1
    step = box.height / max(1, len(rows))
    high = min(0.55 * step, 1.6 * size)
    wide = box.width - max((text_width(row.says, size) for row in rows), default=0) - size
    drawn = []
    for at, row in enumerate(rows):
        middle = box.y + (at + 0.5) * step
        drawn.append(
            rectangle(
                Box(box.x, middle - high / 2, wide * row.value / most, high), row.colour, round_by=4
            )
        )
        ends = wide * max(row.value, row.mark or 0) / most
        if row.mark is not None:
            x = box.x + wide * row.mark / most
            reach = [(box.x + wide * row.value / most, middle), (x, middle)]
            drawn.append(stroke(reach, row.colour, 3))
            drawn.append(stroke([(x, middle - high / 2), (x, middle + high / 2)], INK, 4))
        drawn.append(write(box.x + ends + 0.6 * size, middle + 0.35 * size, row.says, size))
    return "".join(drawn)


def line_chart(
    box: Box,
    lines: Sequence[Line],
    ticks: Sequence[tuple[float, str]],
    size: float,
    *,
    guide: float | None = None,
    slanted: bool = False,
    most_dots: int = 60,
) -> str:
    """Lines on a scale from 0 % to 100 %, with `ticks` below and a dotted `guide` across.

    Lines of more than `most_dots` points have no dots on them.
    """
    drawn = []
    for share in (0, 0.25, 0.5, 0.75, 1):
        y = box.bottom - share * box.height
        drawn.append(stroke([(box.x, y), (box.right, y)], RULE, 1.5))
        drawn.append(write(box.x - 0.5 * size, y + 0.35 * size, f"{share:.0%}", size, anchor="end"))
    if guide is not None:
        y = box.bottom - guide * box.height
        drawn.append(stroke([(box.x, y), (box.right, y)], FAINT, 2.5, "dot"))
    for x, label in ticks:
        turned, anchor = (-40.0, "end") if slanted else (0.0, "middle")
        at = box.x + x * box.width + (0.3 * size if slanted else 0)
        drawn.append(write(at, box.bottom + 1.5 * size, label, size, anchor=anchor, turned=turned))
    for line in lines:
        points = [(box.x + x * box.width, box.bottom - y * box.height) for x, y in line.points]
        drawn.append(stroke(points, line.colour, 5, line.dash))
        if len(points) <= most_dots:
            filled = line.dash == "solid"
            drawn += [dot(x, y, 6, line.colour, filled=filled) for x, y in points]
    return "".join(drawn)


def legend(box: Box, lines: Sequence[Line], size: float) -> tuple[str, float]:
    """The names of lines, each beside a piece of it, in rows of the box; and where that ends."""
    drawn, x, y, piece = [], box.x, box.y, 2 * size
    for line in lines:
        name = cut(line.name, box.width - 1.5 * piece, size)
        taken = 1.25 * piece + text_width(name, size)
        if x > box.x and x + taken > box.right:
            x, y = box.x, y + 1.35 * size
        middle = y + 0.65 * size
        drawn.append(stroke([(x, middle), (x + piece, middle)], line.colour, 5, line.dash))
        drawn.append(write(x + 1.25 * piece, y + size, name, size))
        x += taken + size
    return "".join(drawn), y + 1.35 * size
