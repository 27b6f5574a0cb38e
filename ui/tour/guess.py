"""A question to guess at, asked before the picture is shown whole."""

import streamlit as st

from ui.show.wording import plain
from ui.tour.questions import Question
from ui.tour.step import Scene

_GUESSES = "guesses on the tour"


def guess(scene: Scene, question: Question | None) -> bool:
    """Ask the question, or say whether it was guessed; whether the answer may be shown now.

    None is a question that the sentence is too short for: then there is nothing to give away.
    """
    if question is None:
        st.caption("This sentence is too short for a question. Type a longer one to be asked.")
        return True
    about = (scene.number, scene.of.name, scene.text, question.asks)
    given = st.session_state.setdefault(_GUESSES, {}).get(about)
    with st.container(border=True, key="guess"):
        if given in question.options:
            _verdict(question, given)
            return True
        key = f"guess-{hash(about)}"
        chosen = st.radio(
            f"**Your guess: {plain(question.asks)}**",
            question.options,
            index=None,
            format_func=plain,
            key=key,
        )
        st.button(
            "Show",
            type="primary",
            icon=":material/visibility:",
            disabled=chosen is None,
            help="Choose an answer first." if chosen is None else None,
            on_click=_keep,
            args=(about, key),
        )
    return False


def _verdict(question: Question, given: str) -> None:
    st.markdown(f"**{plain(question.asks)}**")
    if given == question.answer:
        st.success(f"**{plain(given)}:** you guessed right.", icon=":material/check:")
    else:
        st.info(
            f"**{plain(question.answer)}.** Your guess was “{plain(given)}”.",
            icon=":material/lightbulb:",
        )
    st.markdown(plain(question.because))


def _keep(about: tuple[object, ...], key: str) -> None:
    if chosen := st.session_state.get(key):
        st.session_state[_GUESSES][about] = chosen
