"""Which models to ask, and the pin."""

import streamlit as st

from ui.frame import state
from ui.frame.callbacks import whole
from ui.show.titles import named_apart
from ui.show.wording import plain

CHOSEN = "chosen"  # key of the pills that choose models


def toolbar(reading: str) -> None:
    """Which models to ask, and the pin; `reading` is the text as it is read now."""
    titles = named_apart(state.lineup())
    st.pills(
        "Models",
        list(titles),
        format_func=lambda name: plain(titles[name]),
        selection_mode="multi",
        key=state.show_models(f"{CHOSEN}-{state.view().set}"),
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
