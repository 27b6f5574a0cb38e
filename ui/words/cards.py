"""Guesses as HTML: a card a model, with what it could see of the text. Pure; all is escaped."""

from collections.abc import Collection, Sequence
from html import escape

from model_zoo.language.guess import Guess
from model_zoo.language.models import LEFT_ONLY, TITLES
from ui.show.theme import model_style
from ui.show.wording import percent


def card(name: str, parts: Sequence[str], best: Sequence[Guess], truth: str, remark: str) -> str:
    """One model's card: what it could see (HTML parts), its guesses with bars, and a remark.

    The guess that is the true word, `truth`, stands out; the remark is plain text.
    """
    title = escape(TITLES[name])
    rows = "".join(_row(guess, best[0].probability, truth) for guess in best)
    return (
        f'<section class="q-card q-brief" aria-label="{title}" style="{model_style(name)}">'
        f'<h2>{title}</h2><p class="q-seen">{"".join(parts)}</p>'
        f'<ol class="q-guesses">{rows}</ol><p class="q-remark">{escape(remark)}</p></section>'
    )


def _row(guess: Guess, most: float, truth: str) -> str:
    right = guess.word == truth.lower()
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
    """The text as the model sees it for the blank `at`: what it cannot see is faded.

    `words` are the spans of the text's words. Other blanks are blank to it, too.
    """
    parts, end = [], 0
    for number, (start, stop) in enumerate(words):
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
    rest = escape(text[end:])
    return [*parts, f"<s>{rest}</s>" if rest and name in LEFT_ONLY else rest]


def expectation(name: str, parts: Sequence[str], best: Sequence[Guess], remark: str) -> str:
    """A card of what is expected next, where no word is the true one."""
    return card(name, parts, best, "", remark)
