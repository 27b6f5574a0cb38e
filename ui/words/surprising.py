"""How surprising each word is to each model: a strip over the sentence."""

from html import escape

import streamlit as st

from model_zoo.language_models.models import TITLES
from model_zoo.language_models.surprise import Surprise
from model_zoo.text.tokens import Encoded
from ui.frame.captions import how_to_read
from ui.serve import cached
from ui.show.theme import UNSIGNED, model_style
from ui.show.wording import counted
from ui.words.asked import of_each

_DEEPEST_BITS = 16.0  # about one word in 65,000


def surprising(encoded: Encoded) -> None:
    """A strip a model: the words, deeper the less they were expected."""
    results = of_each(cached.surprises, encoded.text, doing="is asked for each word in turn")
    for name, result in results.items():
        st.html(strip(name, encoded, result))
    first = next(iter(results.values()), None)
    if first and first.left_out:
        words = counted(len(first.bits), "word")
        st.caption(f"Only the first {words} are asked for, with some of what follows in view.")
    how_to_read(
        "The number is the surprise in bits: 1 for a word as likely as not, 10 for one in a "
        "thousand. The LSTM knows only the words to the left; for the others each word is hidden "
        "in turn and both sides are seen, so their numbers are mostly lower. That is the lesson, "
        "not a ranking.",
        "a word can be surprising because it is rare, wrong, or simply news.",
    )


def strip(name: str, encoded: Encoded, result: Surprise) -> str:
    """One model's words with their bits, as HTML; all that is not ours is escaped."""
    spans = []
    for word, bits in zip(encoded.word_texts, result.bits, strict=False):
        depth = 0 if bits is None else round(60 * min(1.0, bits / _DEEPEST_BITS))
        number = "–" if bits is None else f"{bits:.1f}"
        spans.append(
            f'<span title="{number} bits" style="background:'
            f'color-mix(in srgb,{UNSIGNED} {depth}%,transparent)">{escape(word)}'
            f"<small>{number}</small></span>"
        )
    known = [bits for bits in result.bits if bits is not None]
    mean = f": {sum(known) / len(known):.1f} bits a word" if known else ""
    title = escape(f"{TITLES[name]}{mean}")
    return (
        f'<section class="q-words" aria-label="{title}" style="{model_style(name)}">'
        f"<h3>{title}</h3><div>{' '.join(spans)}</div></section>"
    )
