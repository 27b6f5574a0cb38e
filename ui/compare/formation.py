"""How the answers form: word by word and layer by layer."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from model_zoo.inside.stepwise import Course
from model_zoo.models.network import Capability
from model_zoo.models.registry import having
from model_zoo.text.tokens import Encoded
from ui.compare import figures
from ui.compare.answers import Answers
from ui.frame.captions import cannot
from ui.serve import cached
from ui.serve.my_turn import my_turn
from ui.show.theme import PLAIN, TITLES
from ui.show.wording import plain, turns


def formation(answers: Answers) -> list[Course]:
    """Charts of how the answers form, word by word and layer by layer; the courses they show."""
    encoded = cached.encoded(answers.text)
    begin = partial(my_turn, st.empty())
    stepwise = [name for name in answers.now if name in having(Capability.STEPS)]
    courses = [course for name in stepwise for course in cached.courses(name, answers.text, begin)]
    words = _token_texts(encoded)
    st.header("How the answer forms")
    left, right = st.columns(2)
    by_word = [course for course in courses if course.reading != "layers"]
    by_layer = [course for course in courses if course.reading == "layers"]
    if by_word:
        with left:
            steps = [f"“{word}”" for word in words]
            text = _in_words(by_word, steps)
            st.markdown("**Word by word:** the recurrent models change their mind as they read")
            st.plotly_chart(
                figures.by_word(by_word, words, TITLES),
                key="by-word",
                config=PLAIN,
                alt=f"Line chart of the probability of positive after each word. {text}",
            )
            st.caption(
                plain(text) + " The LSTM's line is its answer if the text ended there. The "
                "BiLSTM's two are each direction alone; it adds up both ends, so neither line need "
                "end at its answer."
            )
    if by_layer:
        with right:
            deepest = max(len(course.positive) for course in by_layer)
            steps = ["the embeddings", *(f"layer {i}" for i in range(1, deepest))]
            text = _in_words(by_layer, steps)
            st.markdown("**Layer by layer:** the Transformers read all words at once, many times")
            st.plotly_chart(
                figures.by_layer(by_layer, TITLES),
                key="by-layer",
                config=PLAIN,
                alt=f"Line chart of the probability of positive after each layer. {text}",
            )
            st.caption(
                plain(text) + " A probe: the classification head, trained on the last layer only, "
                "is applied to every layer's output. Near 50 % means that the head cannot read "
                "that layer, not that the model is undecided there. Models with fewer layers are "
                "stretched to the same width."
            )
    for name in answers.now:
        if name not in stepwise:
            st.caption(cannot(name, Capability.STEPS))
    return courses


def _in_words(courses: Sequence[Course], steps: Sequence[str]) -> str:
    """Where each course changes sides, a sentence each."""
    return " ".join(
        f"{TITLES[course.model]}, {figures.READINGS[course.reading][2]}, {turns(course, steps)}."
        for course in courses
    )


def _token_texts(encoded: Encoded) -> list[str]:
    """What each token was read from, special tokens left out."""
    inside = [i for i, word in enumerate(encoded.word_of) if word is not None]
    return [encoded.text[slice(*encoded.spans[i])] or encoded.tokens[i] for i in inside]
