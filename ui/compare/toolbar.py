"""Which models to ask, and the pin."""

import streamlit as st

from model_zoo.models.registry import SPECS
from ui.frame import state
from ui.frame.callbacks import whole
from ui.show.theme import TITLES

CHOSEN = "chosen"  # key of the pills that choose models


def toolbar(reading: str) -> None:
    """Which models to ask, and the pin; `reading` is the text as it is read now."""
    st.pills(
        "Models",
        list(SPECS),
        format_func=lambda name: TITLES[name],
        selection_mode="multi",
        key=state.show(CHOSEN, list(state.view().models)),
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
    chosen = tuple(name for name in SPECS if name in st.session_state[CHOSEN])
    if chosen:
        state.change(models=chosen)
    else:  # one at least stays
        st.session_state[CHOSEN] = list(state.view().models)
