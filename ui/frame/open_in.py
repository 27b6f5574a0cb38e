"""A text that one page shows, opened on another."""

import streamlit as st

from ui.frame import state

PLACES = (
    ("app.py", "Compare", ":material/compare_arrows:"),
    ("pages/attributions.py", "Attributions", ":material/rule:"),
    ("pages/inside.py", "Inside", ":material/grid_on:"),
)


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
