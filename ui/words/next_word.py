"""The next word: what each expects behind a beginning, and the LSTM writing on."""

import streamlit as st

from model_zoo.language_models.continuation import joined
from model_zoo.language_models.models import LEFT_ONLY, TITLES, available
from model_zoo.text.tokens import Encoded
from ui.frame import state
from ui.frame.captions import how_to_read
from ui.frame.columns import in_rows
from ui.frame.text import word_chips
from ui.serve import cached
from ui.show.wording import counted, percent, plain
from ui.words import cards
from ui.words.asked import of_each

_ENDS, _QUOTES = (".", "!", "?", "…"), " \n\"'”’)"
_TOP_K = {"greedy": 1, "among the 10 best": 10, "among the 50 best": 50}


def next_word(encoded: Encoded) -> None:
    """Where the beginning ends, what each model expects next, and what the LSTM makes of it."""
    word_chips(encoded, blanks="Click a word: it and all behind it are hidden", first=1)
    at = _place(encoded)
    beginning = encoded.text[: encoded.words[at - 1][1]]
    truth = [encoded.tokens[i] for i, word in enumerate(encoded.word_of) if word == at]
    answers = of_each(cached.expected, beginning, doing="is reading")
    for name, column in in_rows(answers):
        parts = cards.up_to(name, encoded.text, len(beginning))
        remark = (
            "Trained to say what comes next."
            if name in LEFT_ONLY
            else "Sees that nothing follows (■), and expects an ending."
        )
        guesses = [guess.word for guess in answers[name]]
        rank = 1 + guesses.index(truth[0]) if len(truth) == 1 and truth[0] in guesses else None
        column.html(cards.card(name, parts, answers[name], rank, remark))
    how_to_read(
        "Nobody sees the faded text. Only the LSTM learnt to continue one. The others are given a "
        "\\[MASK\\] as the last word, which is as near as they come to it; so nobody writes with a "
        "BERT.",
        "a probable next word is not a true or a sensible one.",
    )
    if any(name in answers for name in LEFT_ONLY):
        _writing(beginning)


def _place(encoded: Encoded) -> int:
    """How many words the beginning has, 1 and more: those before the first that is hidden.

    Before any is, an unfinished text is a beginning, and a finished one is up to its middle: behind
    its end, an ending is all that could be expected.
    """
    count = len(encoded.words)
    hidden = [word for word in state.view().without if word < count]
    if hidden:
        return max(1, hidden[0])
    if count < 3 or not encoded.text.rstrip(_QUOTES).endswith(_ENDS):
        return count
    st.caption("The second half is hidden to begin with. Click any word above to choose your own.")
    return count // 2


def _writing(text: str) -> None:
    """Controls, and what the LSTM writes."""
    name = next(name for name in available() if name in LEFT_ONLY)
    st.header(f"{TITLES[name]} writes on")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        how = st.selectbox(
            "Each word is drawn",
            list(_TOP_K),
            index=1,
            key="drawn",
            bind="query-params",
            width=200,
            help="Greedy: always the likeliest word. Otherwise one of the likeliest by chance, the "
            "likelier the more often.",
        )
        temperature = st.slider(
            "Temperature",
            0.2,
            1.5,
            0.8,
            0.1,
            key="temperature",
            bind="query-params",
            width=220,
            help="Below 1 the likeliest words are drawn even more often, above 1 less.",
        )
        count = st.slider("Words", 5, 60, 20, 5, key="count", bind="query-params", width=220)
        seed = st.number_input("Seed", 0, 9999, 0, key="seed", bind="query-params", width=120)
    written = cached.written(
        name,
        text,
        most_words=count,
        top_k=_TOP_K[how],
        temperature=temperature,
        seed=int(seed),
    )
    if not written:
        st.info("It ends the text here. Draw among more words, or with another seed.")
        return
    st.markdown(f"> {plain(joined(text, written))}")
    sure = sum(word.probability for word in written) / len(written)
    st.caption(
        f"{counted(len(written), 'word')}, each with the words before it in view, {percent(sure)} "
        "probable on average. The same seed draws the same. It has read little in training: expect "
        "grammar here and there, and no sense."
    )
