"""Models side by side: in one row up to four, in more where there are more."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

MOST = 4  # in a row
Model = TypeVar("Model")


def in_rows(models: Iterable[Model], most: int = MOST) -> Iterator[tuple[Model, DeltaGenerator]]:
    """Each of the models with a column of its own; rows are as even as they can be."""
    left = list(models)
    rows = -(-len(left) // most)
    while left:
        width = -(-len(left) // rows)
        row, left, rows = left[:width], left[width:], rows - 1
        columns = st.columns(width)
        yield from zip(row, columns, strict=True)
