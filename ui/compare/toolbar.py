"""Which models to ask, what computes them, and the pin."""

import streamlit as st

from ui.frame import state
from ui.frame.engine_pills import engine_pills
from ui.frame.model_pills import model_pills
from ui.show.titles import named_apart


def toolbar(reading: str) -> None:
    """Which models to ask, on what, and the pin; `reading` is the text as it is read now."""
    model_pills("Models", "chosen", named_apart(state.lineup()))
    engine_pills("chosen-on")
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
