"""The labelled file that is to be trained on: an upload or a sample, and which columns count."""

from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pandas as pd
import streamlit as st

from model_zoo.errors import DataError
from model_zoo.tables.columns import guess_text
from model_zoo.tables.source import Row
from model_zoo.tuning.rows import LEAST_ROWS
from ui.frame.upload import (
    MAX_UPLOAD_MB,
    choose_upload,
    formats,
    open_upload,
    preview,
    reading,
)
from ui.show.wording import plain

SAMPLES = {"requests": "400 messages to a town library, four topics"}
_GUESSED_FROM = 500  # rows
_MOST_GUESSED = 50  # different values of a column that is taken for the labels unasked
_KEPT, _PROBLEM = "file to train on", "problem with the file"


@dataclass(slots=True)
class Labelled:
    """A file with its first rows, and the columns of its texts and labels as chosen so far.

    `number` tells it from other files of the same visitor; without a `header`, line one is a row.
    `notes` say how it was read, `columns` are those without lists and objects.
    """

    name: str
    content: bytes
    number: int
    header: bool
    notes: list[str]
    columns: tuple[str, ...]
    head: list[Row]
    text: str
    label: str


def choose_file() -> Labelled | None:
    """The file to train on, with a preview and its columns to choose; None before there is one."""
    choose_upload(
        f"A file of texts with a label each: {formats()}, {LEAST_ROWS} rows and more, up to "
        f"{MAX_UPLOAD_MB} MB",
        "training-upload",
        SAMPLES,
        _take,
    )
    file: Labelled | None = st.session_state.get(_KEPT)
    if problem := st.session_state.get(_PROBLEM):
        kept = f" {file.name}, opened before, is still here." if file else ""
        st.error(plain(problem + kept), icon=":material/error:")
    if file is None:
        st.caption(
            "A file stays in this server’s memory until you start a training. Then it is copied to "
            "this server’s disk, and deleted there when the training ends."
        )
    else:
        _columns(file)
    return file


def _take(content: bytes, name: str) -> None:
    """Make the file the one to train on, or keep what was there and say what is wrong."""
    try:
        st.session_state[_KEPT] = _read(content, name)
        st.session_state[_PROBLEM] = None
    except DataError as error:
        st.session_state[_PROBLEM] = str(error)


def _read(content: bytes, name: str) -> Labelled:
    table = open_upload(content, name)
    columns = tuple(column for column in table.columns if column not in table.content.nested)
    if len(columns) < 2:
        raise DataError(
            f"{name} has one column only. Training needs two: a text and a label in every row."
        )
    at = [table.column(column) for column in columns]
    head = [tuple(row[i] for i in at) for row in islice(table.rows(), _GUESSED_FROM)]
    text = guess_text(columns, head)
    before: Labelled | None = st.session_state.get(_KEPT)
    number = before.number + 1 if before else 0
    return Labelled(
        Path(name).name,
        content,
        number,
        table.source.header,
        reading(table),
        columns,
        head,
        text,
        _label(columns, head, text),
    )


def _label(columns: tuple[str, ...], head: list[Row], text: str) -> str:
    """The column whose values repeat most, of those that could be labels; the text's is none."""
    kinds = {
        name: len({row[at].strip() for row in head})
        for at, name in enumerate(columns)
        if name != text
    }
    fit = [name for name, count in kinds.items() if 2 <= count <= _MOST_GUESSED]
    return min(fit or kinds, key=kinds.__getitem__)


def _columns(file: Labelled) -> None:
    """Preview and the choice of columns."""
    st.subheader(plain(file.name), anchor=False)
    if file.notes:
        st.caption(" · ".join(file.notes))
    preview(pd.DataFrame(file.head, columns=list(file.columns)), "training-preview")
    columns = list(file.columns)
    left, right = st.columns(2)
    file.text = left.selectbox(
        "Texts are in", columns, index=columns.index(file.text), key=_texts(file)
    )
    others = [column for column in columns if column != file.text]
    file.label = right.selectbox(
        "Labels are in",
        others,
        index=others.index(file.label) if file.label in others else 0,
        key=_labels(file),
    )


def columns_are_as_shown(file: Labelled) -> bool:
    """For callbacks: whether the columns are those that the page was drawn with."""
    chosen = (st.session_state.get(_texts(file)), st.session_state.get(_labels(file)))
    return chosen == (file.text, file.label)


def _texts(file: Labelled) -> str:
    """The key of the menu for the column of the texts."""
    return f"texts-of-{file.number}"


def _labels(file: Labelled) -> str:
    """The key of the menu for that of the labels: another one for other texts."""
    return f"labels-of-{file.number}-{file.columns.index(file.text)}"
