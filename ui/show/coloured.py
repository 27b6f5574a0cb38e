"""A text coloured by its words' scores, as HTML. Everything that is not ours is escaped."""

from collections.abc import Sequence
from html import escape

from ui.show.attribution import AGAINST_AND_FOR
from ui.show.theme import UNSIGNED, model_style
from ui.show.wording import signed_number


def coloured_words(
    name: str,
    title: str,
    words: Sequence[str],
    scores: Sequence[float],
    largest: float,
    signed: bool,
    *,
    numbers: bool = True,
    heading: bool = True,
    colours: tuple[str, str] = AGAINST_AND_FOR,
) -> str:
    """A text with each word on its score's colour, and the score below it where `numbers`.

    `colours` are those of scores below and above zero; `largest`, above zero, is the score of the
    deepest one. Unsigned scores are grey. Without a `heading` only screen readers say the title.
    Raises ValueError unless every word has a score.
    """
    spans = []
    for word, score in zip(words, scores, strict=True):
        colour = colours[score > 0] if signed else UNSIGNED
        number = signed_number(score) if signed else f"{score:.2f}"
        depth = round(60 * min(1.0, abs(score) / largest))
        below = f"<small>{number}</small>" if numbers else ""
        spans.append(
            f'<span title="{number}" style="background:'
            f'color-mix(in srgb,{colour} {depth}%,transparent)">{escape(word)}{below}</span>'
        )
    unseen = "" if heading else ' class="q-unseen"'
    return (
        f'<section class="q-words" aria-label="{escape(title)}" '
        f'style="{model_style(name)}">'
        f"<h3{unseen}>{escape(title)}</h3><div>{' '.join(spans)}</div></section>"
    )
