"""The scored rows as a table to filter, sort and search, and to open on other pages."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
import streamlit as st

from model_zoo.labels import LABELS
from model_zoo.reading.score import Scored
from ui.data.dataset import Dataset
from ui.data.downloads import downloads
from ui.frame.open_in import open_in
from ui.show.theme import TITLES
from ui.show.wording import plain

SHOWN = 500
SUREST = "surest mistakes"


@st.fragment
def rows_section(data: Dataset, labels: np.ndarray | None, scored: Scored) -> None:
    """Rows with every model's probability; a click on one offers to open it elsewhere."""
    st.header("Row by row")
    frame = _frame(data, labels, scored)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        parts = _parts(frame, labels, scored)
        part = st.selectbox("Rows", list(parts), key="rows part", width=280)
        orders = [name for name in _ORDERS if labels is not None or name != SUREST]
        order = st.selectbox("Order", orders, key="rows order", width=240)
        search = st.text_input("Containing", key="rows search", width=240)
    frame = frame[parts[part]]
    if search:
        frame = frame[frame["text"].str.contains(search, case=False, regex=False)]
    frame = frame.loc[_ORDERS[order](frame, scored).sort_values(kind="stable").index]
    count = len(frame)
    if not count:
        st.info("No row fits. Choose other rows, or search for something else.")
    else:
        if count > SHOWN:
            st.caption(f"{count:,} rows fit; the first {SHOWN} in this order are shown.")
        frame = frame.head(SHOWN)
        with st.container(key="scored"):
            chosen = _table(frame)
        if chosen is not None:
            text = data.frame[data.text].iloc[int(frame.iloc[chosen]["row"]) - 1]
            st.markdown(f"**Row {frame.iloc[chosen]['row']}**: {plain(text[:1000])}")
            open_in(text)
        else:
            st.caption("Choose a row, in its first column, to open it on another page.")
    downloads(data, scored)


def _frame(data: Dataset, labels: np.ndarray | None, scored: Scored) -> pd.DataFrame:
    """One line a row scored: number, text, label, probabilities, and what is sorted by."""
    rows = len(scored)
    frame = pd.DataFrame(
        {"row": np.arange(1, rows + 1), "text": data.frame[data.text].iloc[:rows].to_numpy()}
    )
    if labels is not None:
        names = np.array([*LABELS, ""])
        frame["label"] = names[labels[:rows]]
    for i, name in enumerate(scored.models):
        frame[TITLES[name]] = scored.positive[:, i]
    frame["spread"] = scored.positive.max(axis=1) - scored.positive.min(axis=1)
    return frame


def _parts(
    frame: pd.DataFrame, labels: np.ndarray | None, scored: Scored
) -> Mapping[str, np.ndarray]:
    """What can be looked at: name, with how many rows, -> which rows."""
    answers = scored.positive > 0.5  # (N, M)
    read = ~np.isnan(scored.positive).any(axis=1)
    parts = {"all": np.full(len(frame), True)}
    if len(scored.models) > 1:
        parts["models disagree"] = read & (answers != answers[:, :1]).any(axis=1)
    if labels is not None:
        truth = labels[: len(scored)]
        known = read & (truth >= 0)
        wrong = known[:, None] & (answers != (truth == 1)[:, None])
        parts["at least one is wrong"] = wrong.any(axis=1)
        parts["all are wrong"] = wrong.all(axis=1)
        for i, name in enumerate(scored.models):
            parts[f"{TITLES[name]} is wrong"] = wrong[:, i]
            if len(scored.models) > 1:
                parts[f"only {TITLES[name]} is wrong"] = wrong[:, i] & (wrong.sum(axis=1) == 1)
    if not read.all():
        parts["nothing to read"] = ~read
    return {f"{name} ({part.sum():,})": part for name, part in parts.items()}


SortKey = Callable[[pd.DataFrame, Scored], pd.Series]  # of some of the rows; least comes first


def _tokens(frame: pd.DataFrame, scored: Scored) -> pd.Series:
    return pd.Series(scored.tokens, index=range(len(scored))).loc[frame.index]


def _rightness(frame: pd.DataFrame, scored: Scored) -> pd.Series:
    """How near the answer furthest from a row's label is to it, -1 to 0; without a label 1."""
    shares = frame[[TITLES[name] for name in scored.models]]
    off = shares.sub((frame["label"] == LABELS[1]).astype(float), axis=0).abs().max(axis=1)
    off[frame["label"] == ""] = -1
    return -off


_ORDERS: Mapping[str, SortKey] = {
    "models disagree most": lambda frame, _: -frame["spread"],
    "as in the file": lambda frame, _: frame["row"],
    "longest first": lambda frame, scored: -_tokens(frame, scored),
    "shortest first": _tokens,
    SUREST: _rightness,  # where there are labels
}


def _table(frame: pd.DataFrame) -> int | None:
    """Draw the rows; the position of the one that was chosen."""
    share = st.column_config.ProgressColumn(
        width="small", min_value=0, max_value=1, format="percent", help="probability of positive"
    )
    event = st.dataframe(
        frame.assign(text=frame["text"].str.slice(0, 300)).drop(columns="spread"),
        hide_index=True,
        key="rows",
        on_select="rerun",
        selection_mode="single-row",
        lazy=False,
        column_config={
            "row": st.column_config.NumberColumn(width="small"),
            "text": st.column_config.TextColumn(width="large"),
            **{title: share for title in TITLES.values() if title in frame},
        },
        alt="Rows with every model's probability of positive",
    )
    chosen = event["selection"]["rows"]
    return chosen[0] if chosen and chosen[0] < len(frame) else None
