"""Sentences that stand under a picture, or in the place of one."""

from collections.abc import Iterable

import streamlit as st

from model_zoo.models.network import Capability
from model_zoo.models.registry import spec, title
from ui.show.wording import listing, plain


def how_to_read(caption: str, doubt: str) -> None:
    """The sentences under a figure, as Markdown: how to read it, and when not to trust it."""
    st.caption(f"{caption} **When not to trust it:** {doubt}")


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
            "engine or on torch only (“Engines”, on Compare)."
        )
    return list(map(plain, sentences))
