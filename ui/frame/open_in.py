"""What one page shows, opened on another."""

from collections.abc import Sequence

import streamlit as st

from model_zoo.models.network import Capability
from model_zoo.models.registry import having
from ui.frame import state

PLACES = (
    ("app.py", "Compare", ":material/compare_arrows:"),
    ("pages/attributions.py", "Attributions", ":material/rule:"),
    ("pages/inside.py", "Inside", ":material/grid_on:"),
)


_SECTIONS = {Capability.ATTENTION: "Attention", Capability.GATES: "Recurrence"}  # of Inside


def section_for(models: Sequence[str]) -> str:
    """The first section of Inside in which there is something to see of the models."""
    shown = (section for can, section in _SECTIONS.items() if having(can, models))
    return next(shown, "What can each position see?")


def look_inside(model: str) -> None:
    """A button to the section of Inside that shows this model."""
    st.button(
        "Look inside",
        key=f"inside-{model}",
        icon=":material/grid_on:",
        type="tertiary",
        on_click=_look_inside,
        args=(section_for([model]),),
    )


def _look_inside(section: str) -> None:
    st.session_state["section"] = section
    state.go_to("pages/inside.py")


def open_in(text: str, pinned: str | None = None) -> None:
    """Three buttons that go to another page with `text` in the view, compared with `pinned`."""
    with st.container(horizontal=True):
        for path, title, icon in PLACES:
            st.button(
                f"Open in {title}",
                icon=icon,
                key=f"open-{title}-{hash((text, pinned))}",
                on_click=_open,
                args=(path, text, pinned),
            )


def _open(path: str, text: str, pinned: str | None) -> None:
    state.change(text=text, without=(), pinned=pinned)
    state.go_to(path)
