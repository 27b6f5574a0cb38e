"""How the answers form: word by word and layer by layer."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st

from model_zoo.errors import ZooError
from model_zoo.internals.stepwise import Course
from model_zoo.models.network import Capability
from model_zoo.models.registry import having
from model_zoo.text.tokens import Encoded
from ui.compare import figures
from ui.compare.answers import Answers
from ui.frame import state
from ui.frame.captions import cannot, caption
from ui.serve import cached
from ui.serve.my_turn import my_turn
from ui.show.theme import PLAIN
from ui.show.titles import named_apart
from ui.show.wording import listing, percent, plain, turns

_CHOSEN = "the label whose probability is looked at"


def formation(answers: Answers) -> list[Course]:
    """Charts of how the answers form, word by word and layer by layer; the courses they show."""
    # plotly looks at pandas where it is imported, and fails on one that another thread has only
    # begun to import; not at the top, for the answers need not wait for it
    import pandas  # noqa: F401

    encoded = cached.encoded(answers.text, state.view().set)
    titles = named_apart(answers.now)
    courses, empty = _courses(answers, titles)
    st.header("How the answer forms")
    label = _choose_label(answers, courses)
    shown = [course for course in courses if label in course.labels]
    left, right = st.columns(2)
    by_word = [course for course in shown if course.reading != "layers"]
    by_layer = [course for course in shown if course.reading == "layers"]
    if by_word:
        with left:
            _by_word(by_word, encoded, label, titles)
    if by_layer:
        with right:
            _by_layer(by_layer, label, titles)
    others = {titles[course.model]: None for course in courses if course not in shown}
    if others:
        know = "knows" if len(others) == 1 else "know"
        names = listing(list(others))
        empty.append(plain(f"{names} {know} no “{label}”: choose another label to see more lines."))
    for sentence in empty:
        st.caption(sentence)
    return courses


def _courses(answers: Answers, titles: Mapping[str, str]) -> tuple[list[Course], list[str]]:
    """The courses of all models that can be asked for them, and why others are left out."""
    begin = partial(my_turn, st.empty())
    stepwise = having(Capability.STEPS, answers.now)
    courses: list[Course] = []
    empty = cannot([name for name in answers.now if name not in stepwise], Capability.STEPS)
    for name in stepwise:
        try:
            courses += cached.courses(name, answers.text, begin)
        except ZooError as error:  # its tokenizer or its network may lack what its kind has
            empty.append(plain(f"{titles[name]}: {error}"))
    return courses, empty


def _choose_label(answers: Answers, courses: Sequence[Course]) -> str:
    """The label whose probability is shown: the second of two; of more, one from a menu.

    There, what most models answer comes first.
    """
    labels = list(dict.fromkeys(label for course in courses for label in course.labels))
    usual = state.current_set().labels
    if len(labels) <= 2:
        return labels[-1] if labels else usual[-1]
    if len(usual) == 2 and usual[1] in labels:
        first = usual[1]
    else:
        votes = Counter(answers.now[course.model].label for course in courses)
        first = votes.most_common(1)[0][0]
    chosen = st.session_state.get(_CHOSEN)
    start = labels.index(chosen if chosen in labels else first)
    key = f"course-of-{hash(tuple(labels))}-{start}"  # another one to start with, another menu
    return st.selectbox(
        "Probability of", labels, start, key=key, on_change=_keep, args=(key,), width=320
    )


def _keep(key: str) -> None:
    """What was chosen holds for other texts, too."""
    st.session_state[_CHOSEN] = st.session_state[key]


def _by_word(
    courses: Sequence[Course], encoded: Encoded, label: str, titles: Mapping[str, str]
) -> None:
    text = _in_words(courses, encoded, titles)
    st.markdown("**Word by word:** the recurrent models change their mind as they read")
    st.plotly_chart(
        figures.by_word(courses, encoded, titles, label),
        key="by-word",
        config=PLAIN,
        alt=f"Line chart of the probability of {label} after each word. {text}",
    )
    below = plain(text)
    if any(course.reading == "forward" and _alone(course, courses) for course in courses):
        below += " The line of a model that reads one way is its answer if the text ended there."
    if any(course.reading == "backward" for course in courses):
        below += (
            " A model that reads both ways has a line for each direction alone; its answer comes "
            "from both together, so neither line need end at it."
        )
    caption(below)


def _alone(course: Course, courses: Sequence[Course]) -> bool:
    """Whether it is the only one of its model."""
    return sum(other.model == course.model for other in courses) == 1


def _by_layer(courses: Sequence[Course], label: str, titles: Mapping[str, str]) -> None:
    text = _in_words(courses, None, titles)
    st.markdown("**Layer by layer:** the Transformers read all words at once, many times")
    st.plotly_chart(
        figures.by_layer(courses, titles, label),
        key="by-layer",
        config=PLAIN,
        alt=f"Line chart of the probability of {label} after each layer. {text}",
    )
    unsure = 1 / max(len(course.labels) for course in courses)
    caption(
        plain(text) + " A probe: the classification head, the step that gives the answer, was "
        "trained on the last layer only and is applied here to every layer’s output. Near "
        f"{percent(unsure)} means that the head cannot read that layer, not that the model is "
        "undecided there. Embeddings are the words’ vectors before the first layer. Models with "
        "fewer layers are stretched to the same width."
    )


def _in_words(courses: Sequence[Course], encoded: Encoded | None, titles: Mapping[str, str]) -> str:
    """Where each course changes sides, a sentence each."""
    return " ".join(
        f"{titles[course.model]}, {figures.READINGS[course.reading][2]}, "
        f"{turns(course, _steps(course, encoded))}."
        for course in courses
    )


def _steps(course: Course, encoded: Encoded | None) -> list[str]:
    """What the steps of a course are called: layers, or tokens of the text `encoded`."""
    if encoded is None:
        return ["the embeddings", *(f"layer {i}" for i in range(1, len(course.probabilities)))]
    return [f"“{word}”" for word in figures.token_texts(encoded, course.spans)]
