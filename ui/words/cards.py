"""Guesses as HTML: a card a model, with what it could see of the text. Pure; all is escaped."""

from collections.abc import Collection, Sequence
from html import escape

from model_zoo.language_models.guess import Guess
from model_zoo.language_models.models import LEFT_ONLY, TITLES
from ui.show.theme import model_style
from ui.show.wording import percent

_AROUND = 200  # characters shown on each side of a blank


def card(
    name: str, parts: Sequence[str], best: Sequence[Guess], rank: int | None, remark: str
) -> str:
    """One model's card: what it could see (HTML parts), its guesses with bars, and a remark.

    The guess that is the true word, the one of this `rank` (from 1), stands out; the remark is
    plain text.
    """
    title = escape(TITLES[name])
    rows = "".join(
        _row(guess, best[0].probability, number == rank) for number, guess in enumerate(best, 1)
    )
    return (
        f'<section class="q-card q-brief" aria-label="{title}" style="{model_style(name)}">'
        f'<h2>{title}</h2><p class="q-seen">{"".join(parts)}</p>'
        f'<ol class="q-guesses">{rows}</ol><p class="q-remark">{escape(remark)}</p></section>'
    )


def _row(guess: Guess, most: float, right: bool) -> str:
    mark = ' <b class="q-true">✓ the word</b>' if right else ""
    width = round(100 * guess.probability / most) if most else 0
    return (
        f"<li{' class=q-right' if right else ''}><span>{escape(guess.word)}{mark}</span>"
        f"<span>{percent(guess.probability)}</span>"
        f'<i style="width:{width}%"></i></li>'
    )


def seen(
    name: str, text: str, words: Sequence[tuple[int, int]], blanks: Collection[int], at: int
) -> list[str]:
    """The text around the blank `at` as the model sees it: what it cannot see is faded.

    `words` are the spans of the text's words. Other blanks are blank to it, too.
    """
    inside = [
        number
        for number, (start, stop) in enumerate(words)
        if words[at][0] - stop <= _AROUND and start - words[at][1] <= _AROUND
    ]
    end = words[inside[0]][0] if inside[0] else 0
    parts = ["… "] if inside[0] else []
    for number in inside:
        start, stop = words[number]
        hidden = name in LEFT_ONLY and number > at
        between, word = escape(text[end:start]), escape(text[start:stop])
        if number == at:
            shown = '<mark aria-label="the blank">?</mark>'
        elif number in blanks:
            shown = "<u>▁▁</u>"
        else:
            shown = word
        parts.append(f"{between}<s>{shown}</s>" if hidden else f"{between}{shown}")
        end = stop
    rest = escape(text[end:]) if inside[-1] == len(words) - 1 else " …"
    return [*parts, f"<s>{rest}</s>" if rest and name in LEFT_ONLY else rest]


def up_to(name: str, text: str, end: int) -> list[str]:
    """The text with a blank behind its first `end` characters, and what is around that.

    What follows is faded, for no model sees it.

    Models that read both sides see that nothing follows, which a mark says.
    """
    stop = "" if name in LEFT_ONLY else " <b>■</b>"
    first = text.rfind(" ", 0, max(0, end - _AROUND)) + 1
    last = text.find(" ", end + _AROUND)
    rest = escape(text[end:].strip() if last < 0 else f"{text[end:last].strip()} …")
    before = f"{'… ' * (first > 0)}{escape(text[first:end])}"
    blank = f'{before} <mark aria-label="the next word">?{stop}</mark>'
    return [blank, f" <s>{rest}</s>" if rest else ""]
