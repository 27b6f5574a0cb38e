"""What every page starts with: configuration, menu, and a boundary that keeps tracebacks away."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import streamlit as st

from model_zoo.errors import ZooError

ASSETS = Path(__file__).resolve().parent.parent / "assets"
MENU = (("app.py", "Compare"), ("pages/models.py", "The four models"))
TEXT = "text"  # session key of the text all pages share
MAX_CHARACTERS = 20_000


@contextmanager
def page(title: str) -> Iterator[None]:
    """The page's frame; its content goes inside. Errors meant for the user become a message.

    Streamlit's own menu is off (see .streamlit/config.toml): with it, a deep link opened cold
    would skip app.py.
    """
    st.set_page_config(
        page_title=f"{title} · Quartet",
        page_icon=str(ASSETS / "icon.png"),
        layout="wide",
        menu_items={"About": "Quartet: four models read the same sentence side by side."},
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="menu"):
        st.image(str(ASSETS / "icon.png"), width=36)
        st.markdown("**Quartet**", width="content")
        for path, label in MENU:
            st.page_link(path, label=label)
    st.title(title)
    try:
        yield
    except ZooError as error:
        st.error(_plain(str(error)), icon=":material/error:")


def _plain(message: str) -> str:
    """A message as Markdown that shows it as it is (paths and names may hold * or _)."""
    return "".join(f"\\{char}" if char in r"\`*_{}[]()#+-.!|<>~$:" else char for char in message)
