"""A table of which a row can be chosen: that very row, wherever it stands."""

from collections.abc import Hashable, Sequence
from typing import Any

import pandas as pd
import streamlit as st


def chosen_row(frame: pd.DataFrame, what: Sequence[Hashable], key: str, **how: Any) -> int | None:
    """Draw `frame`, and say which of its rows is chosen, by its position; None for none.

    `what` says what every row is. Streamlit knows a chosen row by its place alone: with other rows
    there, this is another table, in which the row that was chosen is so still, if it is in it.
    `key` tells these tables from others, `how` is for `st.dataframe`.
    """
    kept = f"{key} chosen"
    before = st.session_state.get(kept)
    event = st.dataframe(
        frame,
        hide_index=True,
        key=f"{key}-{hash(tuple(what))}",
        on_select="rerun",
        selection_mode="single-row",
        selection_default={"selection": {"rows": [what.index(before)]}} if before in what else None,
        **how,
    )
    rows = event["selection"]["rows"]
    at = rows[0] if rows and rows[0] < len(what) else None
    st.session_state[kept] = None if at is None else what[at]
    return at
