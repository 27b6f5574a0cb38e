"""Static SVG of a few plain shapes. Pure; everything that is not ours is escaped.

Sizes are in the units of the picture's viewBox. How wide a text will be only a browser knows: here
it is estimated, from what its letters take in a wide sans-serif font (DejaVu Sans).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from html import escape

INK, FAINT, RULE, PAPER = "#101722", "#4a5568", "#d5dbe6", "#ffffff"
DASHES = {  # plotly's names, in multiples of a line's width
    "solid": "",
    "dash": "4 2.5",
    "dot": "1 1.6",
    "longdash": "7 2.5",
    "longdashdot": "7 2 1 2",
}
_WIDTHS = (  # in ems
    (re.compile(r"[\u0300-\u036f\u200b-\u200f\ufe00-\ufe0f]"), 0.0),
    (re.compile(r"[ iljI.,;:'’|\u202f\xa0]"), 0.33),
    (re.compile(r"[tfr!()\[\]]"), 0.41),
    (re.compile(r"[mwMW@%…—]"), 0.98),
    (re.compile(r"[A-Z&#+=<>~−]"), 0.8),
    (re.compile(r"[\u0000-\u05ff“”–]"), 0.63),
)
_BOLD = 1.13  # times as wide
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Box:
    """Where something is drawn: its left upper corner, and how far it goes."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Where it ends."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Where it ends."""
        return self.y + self.height


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text: `background` is behind it, `struck` through it, `marked` underlines it."""

    text: str
    background: str = ""
    struck: bool = False
    marked: bool = False


def picture(width: int, height: int, body: str, says: str) -> str:
    """An `<svg>` of this size; `says` what is seen is for who cannot."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{clean(says)}">{body}</svg>'
    )


def clean(text: str) -> str:
    """Text as SVG shows it: escaped, on one line, without what XML has no place for.

    >>> clean("a <b>\\x00")
    'a &lt;b&gt;\ufffd'
    """
    return escape(" ".join(_NOT_XML.sub("\ufffd", text).split()))


def text_width(text: str, size: float, weight: int = 400) -> float:
    """About how far a text goes in letters of this size."""
    ems = sum(
        next((width for letters, width in _WIDTHS if letters.match(letter)), 1.05)
        for letter in text
    )
    return size * ems * (_BOLD if weight > 500 else 1)


def cut(text: str, width: float, size: float, weight: int = 400) -> str:
    """The text as far as it fits, with an ellipsis where it ends early.

    >>> cut("incomprehensibilities", 100, 20), cut("short", 100, 20)
    ('incomp…', 'short')
    """
    if len(text) <= 2_000 and text_width(text, size, weight) <= width:
        return text
    room, kept = width - text_width("…", size, weight), ""
    for letter in text:
        room -= text_width(letter, size, weight)
        if room < 0:
            break
        kept += letter
    return kept.rstrip() + "…"


def lines_of(
    words: Iterable[Word], width: float, size: float, most: int, weight: int = 400
) -> tuple[list[list[Word]], bool]:
    """Words in at most so many lines, and whether some were left out, for which an ellipsis stands.

    A word that is longer than a line is cut.
    """
    lines: list[list[Word]] = [[]]
    room, space, was_cut = width, text_width(" ", size, weight), False
    for word in words:
        fits = replace(word, text=cut(word.text, width, size, weight))
        taken = text_width(fits.text, size, weight)
        if lines[-1] and taken > room:
            if len(lines) == most:
                kept, end = lines[-1], text_width("…", size, weight)
                while kept and room < end:  # in place of words that leave no room for it
                    room += text_width(kept.pop().text, size, weight) + space
                return [*lines[:-1], [*kept, Word("…")]], True
            lines.append([])
            room = width
        lines[-1].append(fits)
        room -= taken + space
        was_cut = was_cut or fits != word
    return [line for line in lines if line], was_cut


def write(
    x: float,
    y: float,
    text: str,
    size: float,
    *,
    weight: int = 400,
    anchor: str = "start",
    fill: str = INK,
    turned: float = 0,
) -> str:
    """A text on one line, whose letters stand on `y`; `turned` by so many degrees around there."""
    turn = f' transform="rotate({turned} {_n(x)} {_n(y)})"' if turned else ""
    return (
        f'<text x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}" font-weight="{weight}" '
        f'text-anchor="{anchor}" fill="{fill}"{turn}>{clean(text)}</text>'
    )


def write_within(
    x: float, y: float, text: str, width: float, size: float, *, least: float, weight: int = 400
) -> str:
    """A text on one line of this width: smaller where it has to be, cut below the `least` size."""
    size = max(least, min(size, size * width / (text_width(text[:2_000], size, weight) or 1)))
    return write(x, y, cut(text, width, size, weight), size, weight=weight)


def paragraph(
    box: Box, text: str, size: float, *, most: int, weight: int = 400, fill: str = INK
) -> tuple[str, float, bool]:
    """A text in lines of the box: the drawing, where it ends below, whether it had to be cut."""
    words = [Word(word) for word in text.split()]
    return words_in(box, words, size, most=most, weight=weight, fill=fill)


def words_in(
    box: Box, words: Iterable[Word], size: float, *, most: int, weight: int = 400, fill: str = INK
) -> tuple[str, float, bool]:
    """The same of words that may be struck out, marked, or stand on a colour."""
    lines, was_cut = lines_of(words, box.width, size, most, weight)
    step, drawn, y = 1.32 * size, [], box.y
    for line in lines:
        y += step
        if any(word.background for word in line):
            drawn.append(_on_colours(box.x, y - 0.3 * size, line, size))
        else:
            spans = " ".join(map(_span, line))
            drawn.append(
                f'<text x="{_n(box.x)}" y="{_n(y - 0.3 * size)}" font-size="{_n(size)}" '
                f'font-weight="{weight}" fill="{fill}">{spans}</text>'
            )
    return "".join(drawn), y, was_cut


def largest(
    box: Box, words: Sequence[Word], sizes: Sequence[float], *, most: int, weight: int = 400
) -> tuple[str, float, bool]:
    """The same in the largest of these sizes, given from large to small, that needs no cut."""
    for size in sizes:
        drawn = words_in(box, words, size, most=most, weight=weight)
        if not drawn[2]:
            break
    return drawn


def _span(word: Word) -> str:
    if word.struck:
        return f'<tspan text-decoration="line-through">{clean(word.text)}</tspan>'
    if word.marked:
        return f'<tspan text-decoration="underline" font-weight="700">{clean(word.text)}</tspan>'
    return clean(word.text)


def _on_colours(x: float, y: float, line: Sequence[Word], size: float) -> str:
    """Each word has exactly the width that its colour has, whatever the font."""
    drawn = []
    for word in line:
        wide = text_width(word.text, size)
        if word.background:
            behind = Box(x - 0.1 * size, y - 0.95 * size, wide + 0.2 * size, 1.24 * size)
            drawn.append(rectangle(behind, word.background, round_by=0.2 * size))
        drawn.append(
            f'<text x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}" textLength="{_n(wide)}" '
            f'lengthAdjust="spacingAndGlyphs" fill="{INK}">{clean(word.text)}</text>'
        )
        x += wide + text_width(" ", size)
    return "".join(drawn)


def rectangle(
    box: Box, fill: str, *, round_by: float = 0, edge: str = "none", dash: str = ""
) -> str:
    """A rectangle; its `edge` is a colour, its line `dash`ed as SVG has it."""
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<rect x="{_n(box.x)}" y="{_n(box.y)}" width="{_n(max(0.0, box.width))}" '
        f'height="{_n(box.height)}" rx="{_n(round_by)}" fill="{fill}" stroke="{edge}" '
        f'stroke-width="3"{dashes}/>'
    )


def stroke(
    points: Iterable[tuple[float, float]], colour: str, width: float, dash: str = "solid"
) -> str:
    """A line through the points; `dash` is one of DASHES."""
    path = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
    lengths = " ".join(_n(width * float(part)) for part in DASHES[dash].split())
    dashes = f' stroke-dasharray="{lengths}"' if lengths else ""
    return (
        f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{_n(width)}" '
        f'stroke-linejoin="round"{dashes}/>'
    )


def dot(x: float, y: float, radius: float, colour: str, *, filled: bool = True) -> str:
    """A disc, or a ring."""
    inside = colour if filled else PAPER
    return (
        f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}" fill="{inside}" stroke="{colour}" '
        'stroke-width="3"/>'
    )


def tinted(colour: str, share: float) -> str:
    """So much of a colour (#rrggbb) on white paper.

    >>> tinted("#000000", 0.5), tinted("#9C5BB5", 0.0)
    ('#808080', '#ffffff')
    """
    parts = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{round(255 + share * (part - 255)):02x}" for part in parts)


def _n(number: float) -> str:
    """A number as short as a picture needs it."""
    return f"{number:.1f}".removesuffix(".0")
