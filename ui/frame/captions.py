"""Sentences that stand under a picture, or in the place of one."""

import streamlit as st

from model_zoo.models.network import Capability
from model_zoo.models.registry import title
from ui.show.wording import plain


def how_to_read(caption: str, doubt: str) -> None:
    """The sentences under a figure, as Markdown: how to read it, and when not to trust it."""
    st.caption(f"{caption} **When not to trust it:** {doubt}")


def cannot(name: str, capability: Capability) -> str:
    """Why a model's place stays empty, for Markdown."""
    return plain(f"{title(name)} is not a model that {capability}, so this place stays empty.")
