"""Choosing the data to work on: a file or a bundled set, its columns, and what the labels mean.

Kept in the session until another file takes its place, through visits to other pages and through
files that turn out to be of no use.
"""

import pandas as pd
import streamlit as st

from model_zoo.cluster.summary import read_totals
from model_zoo.errors import DataError
from ui.data.dataset import MAX_ROWS, Dataset, read_dataset
from ui.data.meanings import choose_meanings
from ui.data.totals import totals_section
from ui.frame import state
from ui.frame.own_rows import KEPT
from ui.frame.upload import (
    MAX_UPLOAD_MB,
    choose_upload,
    formats,
    open_upload,
    preview,
    reading,
)
from ui.show.wording import plain

OPINIONS = "opinions"  # their labels are those of sentiment
SAMPLES = {
    OPINIONS: "72 opinions with labels, written to be hard",
    "messages": "30 messages to a software maker, without labels",
}
_PROBLEM = "problem with the data"


def choose() -> Dataset | None:
    """The data to work on, with a preview and choices of columns; None before there is any."""
    sentiment = state.current_set().is_sentiment
    choose_upload(
        f"A file of texts: {formats()}, up to {MAX_UPLOAD_MB} MB and {MAX_ROWS:,} rows",
        "upload",
        {name: about for name, about in SAMPLES.items() if sentiment or name != OPINIONS},
        _take,
    )
    data = st.session_state.get(KEPT)
    if problem := st.session_state.get(_PROBLEM):
        kept = f" {data.name}, loaded before, is still here." if data else ""
        st.error(plain(problem + kept), icon=":material/error:")
    if data is not None:
        data.mean(state.current_set().labels)
        _columns(data)
    else:
        st.caption(
            "Texts stay in this server’s memory, for this visit only: nothing is written down or "
            "sent on."
        )
    return data


def _take(content: bytes, name: str) -> None:
    """Make the file the visitor's data, or keep what was there and say what is wrong."""
    try:
        table = open_upload(content, name)
        data = read_dataset(table, state.current_set().labels)
        data.notes = reading(table)
        data.totals = read_totals(content)
        if data.totals and data.label in {f"{name}_label" for name in data.totals.answers}:
            data.labelled_by(None)  # a model's answers are no labels to measure models by
        st.session_state[KEPT] = data
        st.session_state[_PROBLEM] = None
    except DataError as error:
        st.session_state[_PROBLEM] = str(error)


def _columns(data: Dataset) -> None:
    """Preview, and the choice of columns and of what label values mean."""
    rows = f"{len(data.frame):,} row{'s' * (len(data.frame) != 1)}"
    st.header(plain(data.name), anchor=False)
    notes = [f"{rows}, {len(data.frame.columns)} column{'s' * (len(data.frame.columns) != 1)}"]
    notes += data.notes
    if data.left_out:
        more = " or more" * data.more_left_out
        notes.append(
            f"**the first {MAX_ROWS:,} rows are used, {data.left_out:,}{more} are left out** (the "
            "command line has no such limit)"
        )
    blank = int((data.frame[data.text].str.strip() == "").sum())
    if blank:
        notes.append(f"{blank:,} without text get no answer")
    numbers = int(pd.to_numeric(data.frame[data.text], errors="coerce").notna().sum())
    if numbers:
        notes.append(f"bare numbers, read as text: {numbers:,}")
    st.caption(" · ".join(notes))
    if data.totals:
        totals_section(data.totals)
    preview(data.frame, "preview")
    columns = [column for column in data.frame.columns if column not in data.nested]
    left, right = st.columns(2)
    text = left.selectbox("Texts are in", columns, index=columns.index(data.text))
    choices = [None, *(column for column in columns if column != text)]
    label = right.selectbox(
        "Labels are in",
        choices,
        index=choices.index(data.label) if data.label in choices else 0,
        format_func=lambda column: "no column: there are no labels" if column is None else column,
    )
    if text != data.text:
        data.text, data.running = text, False
    if label != data.label:
        data.labelled_by(label)
    if label is not None:
        choose_meanings(data)
