"""The scored rows as a table to filter, sort and search, to open and to download."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from io import BytesIO

import numpy as np
import pandas as pd
import streamlit as st

from model_zoo.labels import LABELS
from model_zoo.reading.score import WINDOW, Scored, answer_cells, answer_columns
from model_zoo.tables.writer import Writer
from ui.data.dataset import Dataset
from ui.frame.open_in import open_in
from ui.show.theme import TITLES
from ui.show.wording import plain

SHOWN = 500
ORDERS = ("models disagree most", "as in the file", "longest first", "shortest first")
SUREST = "surest mistakes"
DOWNLOADS = {
    ".csv": ("CSV", "text/csv"),
    ".parquet": ("Parquet", "application/vnd.apache.parquet"),
}


@st.fragment
def rows_section(data: Dataset, labels: np.ndarray | None, scored: Scored) -> None:
    """Rows with every model's probability; a click on one offers to open it elsewhere."""
    st.header("Row by row")
    frame = _frame(data, labels, scored)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        parts = _parts(frame, labels, scored)
        part = st.selectbox("Rows", list(parts), key="rows part", width=280)
        orders = [*ORDERS, SUREST] if labels is not None else list(ORDERS)
        order = st.selectbox("Order", orders, key="rows order", width=240)
        wanted = st.text_input("Containing", key="rows search", width=240)
    frame = frame[parts[part]]
    if wanted:
        frame = frame[frame["text"].str.contains(wanted, case=False, regex=False)]
    frame = _sorted(frame, order, scored)
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
    _downloads(data, scored)


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
    said = scored.positive > 0.5
    read = ~np.isnan(scored.positive).any(axis=1)
    found = {"all": np.full(len(frame), True)}
    if len(scored.models) > 1:
        found["models disagree"] = read & (said != said[:, :1]).any(axis=1)
    if labels is not None:
        truth = labels[: len(scored)]
        known = read & (truth >= 0)
        wrong = known[:, None] & (said != (truth == 1)[:, None])
        found["at least one is wrong"] = wrong.any(axis=1)
        found["all are wrong"] = wrong.all(axis=1)
        for i, name in enumerate(scored.models):
            found[f"{TITLES[name]} is wrong"] = wrong[:, i]
            if len(scored.models) > 1:
                found[f"only {TITLES[name]} is wrong"] = wrong[:, i] & (wrong.sum(axis=1) == 1)
    if not read.all():
        found["nothing to read"] = ~read
    return {f"{name} ({part.sum():,})": part for name, part in found.items()}


def _sorted(frame: pd.DataFrame, order: str, scored: Scored) -> pd.DataFrame:
    if order == "models disagree most":
        return frame.sort_values("spread", ascending=False, kind="stable")
    if order in ("longest first", "shortest first"):
        by = pd.Series(scored.tokens, index=range(len(scored))).loc[frame.index]
        return frame.loc[by.sort_values(ascending=order[0] == "s", kind="stable").index]
    if order == SUREST:
        shares = frame[[TITLES[name] for name in scored.models]]
        off = shares.sub((frame["label"] == LABELS[1]).astype(float), axis=0).abs().max(axis=1)
        off[frame["label"] == ""] = -1
        return frame.loc[off.sort_values(ascending=False, kind="stable").index]
    return frame


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


def _downloads(data: Dataset, scored: Scored) -> None:
    with st.container(horizontal=True):
        for kind, (title, mime) in DOWNLOADS.items():
            st.download_button(
                f"Download as {title}",
                data=_file(data, scored, kind),
                file_name=f"{_stem(data.name)}-scored{kind}",
                mime=mime,
                key=f"download{kind.replace('.', '-')}",
                icon=":material/download:",
                on_click="ignore",
            )
    st.caption(
        "All rows scored so far, with your columns and each model's label and probability. In CSV, "
        "cells that a spreadsheet would run as a formula get an apostrophe before them."
    )


def _stem(name: str) -> str:
    """A file's name without its ending and without what other systems may not take in names."""
    kept = re.sub(r"[^\w .()-]+", "_", name.rpartition(".")[0]).strip(" .")
    return kept[:80] or "answers"


def _free(names: Sequence[str], taken: Collection[str]) -> list[str]:
    """The names, marked where the file has such columns already: it was scored before."""
    free = []
    for name in names:
        while name in taken:
            name += "_new"
        free.append(name)
    return free


def _file(data: Dataset, scored: Scored, kind: str) -> Callable[[], bytes]:
    """What makes the file, once it is asked for."""

    def write() -> bytes:
        added = _free(answer_columns(scored.models), data.frame.columns)
        stream = BytesIO()
        with Writer(stream, kind, [*data.frame.columns, *added], numbers=added[1::2]) as writer:
            for start in range(0, len(scored), WINDOW):
                block = slice(start, min(len(scored), start + WINDOW))
                own = data.frame.iloc[block].itertuples(index=False, name=None)
                answers = answer_cells(scored.positive[block])
                writer.write([[*row, *cells] for row, cells in zip(own, answers, strict=True)])
        return stream.getvalue()

    return write
