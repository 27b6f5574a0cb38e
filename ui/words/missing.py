"""The missing word: blank one, and see who guesses it from what."""

from collections.abc import Sequence

import streamlit as st

from model_zoo.language_models.guess import MOST_BLANKS, Blank
from model_zoo.language_models.models import LEFT_ONLY
from model_zoo.text.tokens import MASK, Encoded
from ui.frame import state
from ui.frame.captions import how_to_read
from ui.frame.columns import in_rows
from ui.frame.text import word_chips
from ui.serve import cached
from ui.show.wording import percent, plain
from ui.words import cards
from ui.words.asked import of_each


def missing(encoded: Encoded) -> None:
    """Chips to blank words with, and each model's guesses for every blank."""
    with st.container(key="blanks"):
        word_chips(encoded, blanks="Click a word to blank it, or several")
    chosen = {word for word in state.view().without if word < len(encoded.words)}
    blanks = sorted(chosen | _typed(encoded))
    if not blanks:
        blanks = [_usual(encoded)]
        st.caption("A blank to begin with. Click any word above to choose your own.")
    if len(blanks) > MOST_BLANKS:
        st.info(
            f"{len(blanks)} blanks are too many to guess. Leave at most {MOST_BLANKS}.",
            icon=":material/edit:",
        )
        return
    answers = of_each(cached.guesses, encoded.text, tuple(blanks), doing="is guessing")
    if not answers:
        return
    for number, word in enumerate(blanks):
        if len(blanks) > 1:
            st.subheader(f"Blank {number + 1}: {plain(_word(encoded, word))}")
        for name, column in in_rows(answers):
            blank = next(blank for blank in answers[name] if blank.word == word)
            parts = cards.seen(name, encoded.text, encoded.words, blanks, word)
            column.html(cards.card(name, parts, blank.best, blank.rank, remark(name, blank)))
    how_to_read(
        "Each column lists a model’s ten best words for the blank, with probabilities among all "
        "whole words it knows. Faded text is what that model cannot see: the LSTM reads from the "
        "left and stops at the blank; the others see both sides, and none sees the word itself.",
        "several words often fit equally well, and a lower rank is then no mistake; words of "
        "several pieces cannot be guessed at all.",
    )


def remark(name: str, blank: Blank) -> str:
    """What became of the true word, in a sentence."""
    side = "from the words before it" if name in LEFT_ONLY else "from both sides"
    if blank.truth is None:
        return f"Guessed {side}."
    if blank.rank is None or blank.probability is None:
        return f"“{blank.truth}” is not one piece of the vocabulary, so no model can guess it."
    return f"“{blank.truth}” is its guess no. {blank.rank:,}, at {percent(blank.probability)}."


def _word(encoded: Encoded, word: int) -> str:
    start, end = encoded.words[word]
    return encoded.text[start:end]


def _typed(encoded: Encoded) -> set[int]:
    """Where the visitor typed [MASK] into the text."""
    return {number for number in range(len(encoded.words)) if _word(encoded, number) == MASK}


def _usual(encoded: Encoded) -> int:
    """The word that is blank before one is chosen: the last long one, with words on both sides."""
    inside: Sequence[int] = range(1, len(encoded.words) - 1) or [0]
    longest = max(len(_word(encoded, number)) for number in inside)
    return max(n for n in inside if len(_word(encoded, n)) >= min(4, longest))
