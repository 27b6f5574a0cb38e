"""The visitor's own rows, as pages other than Your data may use them."""

from typing import Protocol

import numpy as np
import streamlit as st

KEPT = "data"  # in the session


class OwnRows(Protocol):
    """What Your data holds: a text for every row, and what labels say of `meant`."""

    name: str
    meant: tuple[str, ...]

    @property
    def texts(self) -> list[str]:
        """The text of every row."""
        ...

    @property
    def labels(self) -> np.ndarray | None:
        """The index in `meant` of every row's label (N,), -1 for none; None without labels."""
        ...


def own_rows() -> OwnRows | None:
    """The rows that are open on Your data, if any are."""
    return st.session_state.get(KEPT)
