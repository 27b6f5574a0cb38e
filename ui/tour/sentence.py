"""The sentence of a step: the visitor's own, which all pages share, or else the step's example."""

import streamlit as st

from model_zoo.text.tokens import Encoded
from ui.frame import pictures, state
from ui.serve import cached
from ui.tour.step import Scene, Step

MAX_CHARACTERS = 300
MAX_TOKENS = 64  # every picture shows so many at once
_TYPED, _LENT = "sentence typed on the tour", "example that went along to another page"
_TAKEN = "how often a sentence of the tour was taken"


def sentence(step: Step) -> Encoded:
    """The sentence to show the step with, below a box for another."""
    of = state.current_set().name
    text, remark = step.example, "An example: type a sentence of your own, and all steps read it."
    if _is_own(state.view().text):
        own = cached.encoded(state.view().text, of)
        tokens = sum(word is not None for word in own.word_of)
        if own.truncated or tokens > MAX_TOKENS or len(own.text) > MAX_CHARACTERS:
            remark = (
                f"Your text is longer than the {MAX_TOKENS} tokens or {MAX_CHARACTERS} characters "
                "that a step shows, so an example stands here. The other pages have your text, "
                "until you type another sentence."
            )
        else:
            text, remark = own.text, ""
    _box(text)
    if remark:
        st.caption(remark)
    else:
        st.button(
            "Back to the examples",
            icon=":material/undo:",
            type="tertiary",
            on_click=_take,
            args=("",),
        )
    pictures.are_of(text)
    return cached.encoded(text, of)


def _is_own(text: str) -> bool:
    """Whether this text of the view is one that the visitor chose."""
    kept = st.session_state
    lent = (state.DEFAULT.text, kept.get(_LENT))
    return text == kept.get(_TYPED) or text not in lent


def _box(text: str) -> None:
    # another text, another box: it starts with that text; and so does one after a blank was typed
    key = f"tour-typed-{hash(text)}-{st.session_state.get(_TAKEN, 0)}"
    with st.form("tour-sentence", border=False, enter_to_submit=True):
        left, right = st.columns([6, 1], vertical_alignment="bottom")
        left.text_input("The sentence", text, max_chars=MAX_CHARACTERS, autocomplete="off", key=key)
        right.form_submit_button("Read it", width="stretch", on_click=_submit, args=(key, text))


def _submit(key: str, shown: str) -> None:
    """Take what was typed; an example that only stands in for a long text of one's own is not."""
    typed = st.session_state[key] or ""
    if typed != shown or not _is_own(state.view().text):
        _take(typed)


def _take(text: str) -> None:
    """Look at `text` from now on, or at the examples again where it is empty."""
    st.session_state[_TAKEN] = st.session_state.get(_TAKEN, 0) + 1
    st.session_state[_TYPED] = text.strip() and text
    state.change(text=st.session_state[_TYPED] or state.DEFAULT.text, without=())


def try_it(step: Step, scene: Scene) -> None:
    """A button to the page that has the whole picture, with the same sentence."""
    st.button(
        f"Try it yourself on “{step.place}”",
        icon=":material/open_in_full:",
        on_click=_take_along,
        args=(step, scene.text),
    )


def _take_along(step: Step, text: str) -> None:
    """Go to the step's page; with its example only where the visitor has no text of their own."""
    if not _is_own(state.view().text):
        st.session_state[_LENT] = text
        state.change(text=text, without=())
    if step.section:
        st.session_state["section"] = step.section
    state.go_to(step.page)
