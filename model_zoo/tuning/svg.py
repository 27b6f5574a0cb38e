"""Drawings for the report: static SVG, nothing to load and nothing that runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

from model_zoo.colours import OF_THE_FOUR

_OTHER = "#555555"
_WIDTH, _HEIGHT = 460, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 16, 14, 44


@dataclass(frozen=True, slots=True)
class Dot:
    """A point with its value's interval, None for none."""

    x: float
    y: float
    interval: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """Dots of one colour, which `key` chooses; `joined` draws a line through them."""

    key: str
    title: str
    dots: Sequence[Dot]
    joined: bool = True


def chart(
    series: Sequence[Series],
    *,
    x: str,
    y: str,
    alt: str,
    logarithmic: bool = False,
    percent: bool = True,
    diagonal: bool = False,
) -> str:
    """An SVG of the series with axes called `x` and `y`; `alt` says in words what it shows.

    `percent` writes shares as per cent; `diagonal` draws where x equals y.
    """
    dots = [dot for each in series for dot in each.dots]
    across = _Scale([dot.x for dot in dots], _LEFT, _WIDTH - _RIGHT, logarithmic)
    heights = [value for dot in dots for value in (dot.y, *(dot.interval or ()))]
    if diagonal:
        across = _Scale([0.0, 1.0], _LEFT, _WIDTH - _RIGHT, False)
        heights = [0.0, 1.0]
    up = _Scale(heights, _HEIGHT - _BOTTOM, _TOP, False)
    parts = [
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(alt, quote=True)}">'
    ]
    parts += _axes(across, up, x, y, percent, percent and diagonal)
    if diagonal:
        parts.append(
            f'<line x1="{across(0):.1f}" y1="{up(0):.1f}" x2="{across(1):.1f}" y2="{up(1):.1f}" '
            'class="grid" stroke-dasharray="4 4"/>'
        )
    for each in series:
        parts += _drawn(each, across, up)
    return "".join([*parts, "</svg>"])


def legend(series: Mapping[str, str]) -> str:
    """HTML that names the colours: key -> title."""
    entries = (
        f'<span><i style="background:{OF_THE_FOUR.get(key, _OTHER)}"></i>{escape(title)}</span>'
        for key, title in series.items()
    )
    return f'<p class="legend">{"".join(entries)}</p>'


class _Scale:
    """Values -> pixels between two edges, with ticks at round values."""

    def __init__(self, values: Sequence[float], start: float, end: float, logarithmic: bool):
        low, high = min(values), max(values)
        self._start, self._end, self._log = start, end, logarithmic and low > 0
        if self._log:
            self._low, self._high = low / 1.4, high * 1.4
            powers = range(floor(log10(self._low)), ceil(log10(self._high)) + 1)
            ticks = [m * 10.0**p for p in powers for m in (1, 2, 5)]
        else:
            margin = (high - low) * 0.08 or abs(high) * 0.05 or 1.0
            self._low, self._high = low - margin, high + margin
            step = _round_step((self._high - self._low) / 5)
            first = ceil(self._low / step)
            ticks = [step * n for n in range(first, floor(self._high / step) + 1)]
        self.ticks = [tick for tick in ticks if self._low <= tick <= self._high]

    def __call__(self, value: float) -> float:
        low, high = self._low, self._high
        if self._log:
            low, high, value = log10(low), log10(high), log10(value)
        return self._start + (value - low) / (high - low) * (self._end - self._start)


def _round_step(rough: float) -> float:
    """The next of 1, 2, 5, 10, … times a power of ten.

    >>> _round_step(0.013), _round_step(3.0)
    (0.02, 5.0)
    """
    power = 10.0 ** floor(log10(rough))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= rough)


def _axes(across: _Scale, up: _Scale, x: str, y: str, percent: bool, percent_x: bool) -> list[str]:
    bottom, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
    parts = []
    for tick in up.ticks:
        at = up(tick)
        parts.append(f'<line x1="{_LEFT}" y1="{at:.1f}" x2="{right}" y2="{at:.1f}" class="grid"/>')
        parts.append(
            f'<text x="{_LEFT - 6}" y="{at + 4:.1f}" text-anchor="end">{_figure(tick, percent)}'
            "</text>"
        )
    for tick in across.ticks:
        parts.append(
            f'<text x="{across(tick):.1f}" y="{bottom + 16}" text-anchor="middle">'
            f"{_figure(tick, percent_x)}</text>"
        )
    middle = (_TOP + bottom) / 2
    return [
        *parts,
        f'<line x1="{_LEFT}" y1="{bottom}" x2="{right}" y2="{bottom}" class="axis"/>',
        f'<text x="{(_LEFT + right) / 2}" y="{_HEIGHT - 8}" text-anchor="middle">{escape(x)}'
        "</text>",
        f'<text x="14" y="{middle}" text-anchor="middle" transform="rotate(-90 14 {middle})">'
        f"{escape(y)}</text>",
    ]


def _drawn(series: Series, across: _Scale, up: _Scale) -> list[str]:
    colour = OF_THE_FOUR.get(series.key, _OTHER)
    parts = []
    if series.joined and len(series.dots) > 1:
        line = " ".join(f"{across(dot.x):.1f},{up(dot.y):.1f}" for dot in series.dots)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
    for dot in series.dots:
        at, height = across(dot.x), up(dot.y)
        if dot.interval is not None:
            low, high = map(up, dot.interval)
            parts.append(
                f'<line x1="{at:.1f}" y1="{low:.1f}" x2="{at:.1f}" y2="{high:.1f}" '
                f'stroke="{colour}" stroke-opacity="0.5"/>'
            )
        parts.append(
            f'<circle cx="{at:.1f}" cy="{height:.1f}" r="4" fill="{colour}">'
            f"<title>{escape(series.title)}: {dot.y:.3g} at {dot.x:.4g}</title></circle>"
        )
    return parts


def _figure(value: float, percent: bool) -> str:
    """
    >>> _figure(0.925, True), _figure(1500.0, False), _figure(0.1, False)
    ('92.5 %', '1,500', '0.1')
    """
    if percent:
        return f"{100 * value:.4g} %"
    return f"{value:,.0f}" if value >= 10 else f"{value:.3g}"
