"""Sentences that stand under a picture, or in the place of one."""

from collections.abc import Iterable

import streamlit as st

from model_zoo.models.network import Capability
from model_zoo.models.registry import spec, title
from ui.show.wording import listing, plain

PRIVACY = (
    "Your text is not written to disk and does not leave the server, whose memory keeps results "
    "until newer ones take their place. The page’s address, and a link you share, contain it."
)
_TWO_LINES, _TWO_NARROW_LINES = 380, 100  # characters, on a wide screen and on a phone


def caption(text: str, more: str = "more") -> None:
    """A caption across the page, as Markdown: two lines of it, and the rest behind `more`.

    The browser folds it, by the style sheet alone: screen readers and searches find all of it.
    """
    st.caption(text)
    if len(text) > _TWO_NARROW_LINES:
        narrow = "" if len(text) > _TWO_LINES else " q-narrow"
        st.html(f'<details class="q-fold{narrow}"><summary>{more}</summary></details>')


def how_to_read(shown: str, doubt: str) -> None:
    """The sentences under a figure, as Markdown: how to read it, and when not to trust it."""
    caption(f"{shown} **When not to trust it:** {doubt}", "more, and when not to trust it")


def cannot(names: Iterable[str], capability: Capability) -> list[str]:
    """Why the places of models without this capability stay empty, as sentences for Markdown."""
    lacking: list[str] = []
    elsewhere: list[str] = []  # of these it is the engine that cannot
    for name in names:
        able = capability in spec(name).architecture.capabilities
        (elsewhere if able else lacking).append(title(name))
    sentences = []
    if lacking:
        each = ("it is not", "neither is", "none of them is")[min(len(lacking), 3) - 1]
        sentences.append(f"{_stay_empty(lacking)}: {each} a model that {capability}.")
    if elsewhere:
        sentences.append(
            f"{_stay_empty(elsewhere)}: a model {capability} on the usual engine or on torch "
            "only: choose one of these under “Engines”, on Compare."
        )
    return list(map(plain, sentences))


def _stay_empty(titles: list[str]) -> str:
    return f"{listing(titles)} {'stays' if len(titles) == 1 else 'stay'} empty here"
