"""Sentences that stand under a picture, or in the place of one."""

from collections.abc import Iterable

import streamlit as st

from model_zoo.models.network import Capability
from model_zoo.models.registry import spec, title
from ui.show.wording import listing, plain

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
    sentences, elsewhere = [], []
    for name in names:
        if capability in spec(name).architecture.capabilities:
            elsewhere.append(title(name))  # it is its engine that cannot
        else:
            sentences.append(
                f"{title(name)} is not a model that {capability}, so this place stays empty."
            )
    if elsewhere:
        stay = "stays" if len(elsewhere) == 1 else "stay"
        sentences.append(
            f"{listing(elsewhere)} {stay} empty here: a model {capability} on the usual "
            "engine or on torch only: choose one of these under “Engines”, on Compare."
        )
    return list(map(plain, sentences))
