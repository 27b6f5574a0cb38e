"""Which models to ask, what computes them, the pin, and how much to show."""

import streamlit as st

from ui.frame import state
from ui.frame.engine_pills import engine_pills
from ui.frame.model_pills import model_pills
from ui.show.titles import named_apart


def toolbar() -> None:
    """Which models to ask, and on what."""
    model_pills("Models", "chosen", named_apart(state.lineup()))
    engine_pills("chosen-on")


def actions(reading: str) -> bool:
    """The pin for the text as it is read now, and whether only numbers are wanted, as returned."""
    pinned = state.view().pinned
    if pinned is None:
        st.button(
            "Pin this sentence",
            icon=":material/keep:",
            help="Keep it to compare with: then edit the sentence and see what changes.",
            disabled=not reading.strip(),
            on_click=state.change,
            kwargs={"pinned": reading},
        )
    else:
        st.button(
            "Unpin", icon=":material/keep_off:", on_click=state.change, kwargs={"pinned": None}
        )
    return st.toggle(
        "Numbers only",
        key="numbers-only",
        persist_state="session",
        help="A line for each answer, without charts: for a small screen.",
    )
