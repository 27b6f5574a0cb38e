"""Which models to ask, and the pin."""

import streamlit as st

from model_zoo.models.registry import title
from ui.frame import state
from ui.frame.callbacks import whole
from ui.show.wording import plain

CHOSEN = "chosen"  # key of the pills that choose models


def toolbar(reading: str) -> None:
    """Which models to ask, and the pin; `reading` is the text as it is read now."""
    st.pills(
        "Models",
        list(state.lineup()),
        format_func=lambda name: plain(title(name)),
        selection_mode="multi",
        key=state.show(f"{CHOSEN}-{state.view().set}", list(state.view().models)),
        on_change=_choose,
    )
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


@whole
def _choose() -> None:
    key = f"{CHOSEN}-{state.view().set}"
    if not state.choose_models(st.session_state[key]):  # one at least stays
        st.session_state[key] = list(state.view().models)
