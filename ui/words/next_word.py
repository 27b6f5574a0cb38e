"""The next word: what each expects behind a beginning, and the LSTM writing on."""

import streamlit as st

from model_zoo.language.continuation import joined
from model_zoo.language.models import LEFT_ONLY, TITLES, available
from model_zoo.text.tokens import Encoded
from ui.frame.captions import how_to_read
from ui.frame.columns import in_rows
from ui.serve import cached
from ui.show.wording import percent, plain
from ui.words import cards
from ui.words.asked import of_each

_TOP_K = {"greedy": 1, "among the 10 best": 10, "among the 50 best": 50}


def next_word(encoded: Encoded) -> None:
    """What each model expects next, and what the LSTM makes of it word by word."""
    answers = of_each(cached.expected, encoded.text, doing="is reading")
    for name, column in in_rows(answers):
        end = "?" if name in LEFT_ONLY else "? <b>■</b>"
        parts = [*cards.seen("bert", encoded.text, encoded.words, (), -1), f" <mark>{end}</mark>"]
        remark = (
            "Trained to say what comes next."
            if name in LEFT_ONLY
            else "Sees that nothing follows (■), and expects an ending."
        )
        column.html(cards.expectation(name, parts, answers[name], remark))
    how_to_read(
        "Only the LSTM learnt to continue a text. The others are given a \\[MASK\\] as the text’s "
        "last word, which is as near as they come to it; so nobody writes with a BERT.",
        "a probable next word is not a true or a sensible one.",
    )
    if any(name in answers for name in LEFT_ONLY):
        _writing(encoded.text)


def _writing(text: str) -> None:
    """Controls, and what the LSTM writes."""
    name = next(name for name in available() if name in LEFT_ONLY)
    st.header(f"{TITLES[name]} writes on")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        how = st.selectbox(
            "Each word is drawn",
            list(_TOP_K),
            index=1,
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
            width=220,
            help="Below 1 the likeliest words are drawn even more often, above 1 less.",
        )
        count = st.slider("Words", 5, 60, 20, 5, width=220)
        seed = st.number_input("Seed", 0, 9999, 0, width=120)
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
        f"{len(written)} words, each with the words before it in view, {percent(sure)} probable on "
        "average. The same seed draws the same. It has read little in training: expect grammar "
        "here and there, and no sense."
    )
