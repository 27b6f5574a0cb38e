"""The visitor's own texts: a file or a bundled set, its columns, and what the labels mean.

Kept in the session until another file takes its place, through visits to other pages and through
files that turn out to be of no use.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
import pandas as pd
import pyarrow
import streamlit as st

from model_zoo import paths
from model_zoo.errors import DataError
from model_zoo.labels import LABELS
from model_zoo.reading.score import Scored
from model_zoo.tables.columns import MAX_VALUES, guess_label, guess_mapping, guess_text
from model_zoo.tables.source import Row
from model_zoo.tables.table import FORMATS, Table, looks_like_data, open_table
from ui.show.wording import plain

MAX_UPLOAD_MB = 50
MAX_ROWS = 100_000
MAX_TEXT_MB = 100  # of all cells together, once unpacked
MOST_COUNTED = 1_000_000  # rows beyond MAX_ROWS: a small Parquet file may hold billions
SAMPLES = {
    "opinions": "72 opinions with labels, written for this project to be hard",
    "messages": "30 messages to a software maker, without labels",
}
PREVIEW = 6
LEFT_OUT = "left out"
Asked = tuple[str, tuple[str, ...], tuple[str, ...]]  # column of the texts, models, their weights
_KEPT, _PROBLEM, _TAKEN = "data", "problem with the data", "upload taken"


@dataclass(slots=True)
class Dataset:
    """Rows, which of their columns are texts and labels, and what has been scored of them so far.

    `scored` maps what was asked to blocks of rows in order; `running` says whether the visitor
    wants more of them.
    """

    name: str
    frame: pd.DataFrame
    left_out: int  # rows beyond MAX_ROWS
    text: str
    label: str | None
    mapping: dict[str, int | None]
    scored: dict[Asked, list[Scored]] = field(default_factory=dict)
    running: bool = False

    @property
    def texts(self) -> list[str]:
        return self.frame[self.text].tolist()

    @property
    def labels(self) -> np.ndarray | None:
        """1, 0 or -1 (left out) for every row; None where no column holds labels."""
        if self.label is None:
            return None
        known = {value: label for value, label in self.mapping.items() if label is not None}
        if not known:
            return None
        return self.frame[self.label].str.strip().map(known).fillna(-1).to_numpy(dtype=int)


def choose() -> Dataset | None:
    """The data to work on, with a preview and choices of columns; None before there is any."""
    left, right = st.columns([3, 2], gap="large")
    uploaded = left.file_uploader(
        f"A file of texts: {', '.join(ending[1:].upper() for ending in FORMATS)}, up to "
        f"{MAX_UPLOAD_MB} MB and {MAX_ROWS:,} rows",
        type=[ending[1:] for ending in FORMATS],
        max_upload_size=MAX_UPLOAD_MB,
        key="upload",
    )
    with right:
        st.caption("Or try a set that comes with Quartet:")
        for sample, about in SAMPLES.items():
            st.button(about, key=f"sample-{sample}", on_click=_take_sample, args=(sample,))
    if uploaded is not None and uploaded.file_id != st.session_state.get(_TAKEN):
        st.session_state[_TAKEN] = uploaded.file_id
        _read(uploaded.getvalue(), uploaded.name)
    data = st.session_state.get(_KEPT)
    if problem := st.session_state.get(_PROBLEM):
        kept = f" {data.name}, loaded before, is still here." if data else ""
        st.error(plain(problem + kept), icon=":material/error:")
    if data is not None:
        _columns(data)
    else:
        st.caption(
            "Texts stay in this server's memory, for this visit only: nothing is written down or "
            "sent on."
        )
    return data


def _take_sample(sample: str) -> None:
    _read((paths.SAMPLES / f"{sample}.csv").read_bytes(), f"{sample}.csv")


def _read(content: bytes, name: str) -> None:
    """Make the file the visitor's data, or keep what was there and say what is wrong."""
    try:
        table = open_table(content, name)
        if looks_like_data(table.columns):
            table = open_table(content, name, header=False)
        st.session_state[_KEPT] = _dataset(table)
        st.session_state[_PROBLEM] = None
    except DataError as error:
        st.session_state[_PROBLEM] = str(error)


def _dataset(table: Table) -> Dataset:
    rows = table.rows()
    held = _held(islice(rows, MAX_ROWS), table.name)
    blocks = []
    while chunk := list(islice(held, max(1, 100_000 // len(table.columns)))):
        blocks.append(
            [pyarrow.array(column, pyarrow.string()) for column in zip(*chunk, strict=True)]
        )
    left_out = sum(1 for _ in islice(rows, MOST_COUNTED))
    columns = [pyarrow.chunked_array(parts) for parts in zip(*blocks, strict=True)]
    frame = pyarrow.table(columns, names=list(table.columns)).to_pandas()
    head = list(frame.head(500).itertuples(index=False, name=None))
    text = guess_text(table.columns, head)
    label = guess_label(table.columns, head, text)
    return Dataset(table.name, frame, left_out, text, label, _guess(frame, label))


def _held(rows: Iterator[Row], name: str) -> Iterator[Row]:
    """The rows, as long as memory for all of them is not out of proportion; then DataError."""
    size = 0
    for row in rows:
        size += sum(16 + len(cell.encode()) for cell in row)
        if size > MAX_TEXT_MB * 1_000_000:
            raise DataError(
                f"{name} takes more than {MAX_TEXT_MB} MB once it is unpacked. Leave columns or "
                "rows out, or score it on the command line, which reads files of any size."
            )
        yield row


def _guess(frame: pd.DataFrame, label: str | None) -> dict[str, int | None]:
    """What each value of the column `label` means, as far as that can be guessed."""
    if label is None:
        return {}
    values = _values(frame, label)
    return guess_mapping(values) or dict.fromkeys(values)


def _values(frame: pd.DataFrame, column: str) -> list[str]:
    """The column's different values, the commonest first; no more than are fit for labels."""
    return frame[column].str.strip().value_counts().index[: MAX_VALUES + 1].tolist()


def _columns(data: Dataset) -> None:
    """Preview, and the choice of columns and of what label values mean."""
    rows = f"{len(data.frame):,} row{'s' * (len(data.frame) != 1)}"
    st.header(plain(data.name), anchor=False)
    notes = [f"{rows}, {len(data.frame.columns)} column{'s' * (len(data.frame.columns) != 1)}"]
    if data.frame.columns[0] == "column 1":
        notes.append("the first line was taken for a row: it does not look like column names")
    if data.left_out:
        more = " or more" * (data.left_out == MOST_COUNTED)
        notes.append(
            f"**the first {MAX_ROWS:,} rows are used, {data.left_out:,}{more} are left out** (the "
            "command line has no such limit)"
        )
    blank = int((data.frame[data.text].str.strip() == "").sum())
    if blank:
        notes.append(f"{blank:,} have no text and get no answer")
    numbers = int(pd.to_numeric(data.frame[data.text], errors="coerce").notna().sum())
    if numbers:
        notes.append(f"{numbers:,} of the texts are bare numbers, read as text")
    st.caption(" · ".join(notes))
    with st.container(key="preview"):
        st.dataframe(_shown(data.frame.head(PREVIEW)), hide_index=True, alt="The first rows")
    columns = list(data.frame.columns)
    left, right = st.columns(2)
    text = left.selectbox("Texts are in", columns, index=columns.index(data.text))
    others = [None, *(column for column in columns if column != text)]
    label = right.selectbox(
        "Labels are in",
        others,
        index=others.index(data.label) if data.label in others else 0,
        format_func=lambda column: "no column: there are no labels" if column is None else column,
    )
    if text != data.text:
        data.text, data.running = text, False
    if label != data.label:
        data.label, data.mapping = label, _guess(data.frame, label)
    if label is not None:
        _labels(data)


def _labels(data: Dataset) -> None:
    """What each value of the label column means."""
    if len(data.mapping) > MAX_VALUES:
        st.warning(
            plain(
                f"“{data.label}” holds more than {MAX_VALUES} different values, so it is not a "
                "column of labels. Choose another, or none."
            ),
            icon=":material/label_off:",
        )
        data.mapping = {}
        return
    choices = (*LABELS, LEFT_OUT)
    meanings = {}
    with st.container(horizontal=True, key="mapping"):
        for number, (value, label) in enumerate(data.mapping.items()):
            said = st.segmented_control(
                f"“{plain(value[:30])}” means" if value else "no value means",
                choices,
                default=LEFT_OUT if label is None else LABELS[label],
                required=True,
                key=f"meaning-{data.label}-{number}",
            )
            meanings[value] = None if said == LEFT_OUT else LABELS.index(said)
    data.mapping = meanings
    used = {label for label in meanings.values() if label is not None}
    if not used:
        st.warning(
            "Say which values mean negative and which positive; without that, there is nothing to "
            "compare the answers with.",
            icon=":material/label:",
        )
        data.mapping = dict.fromkeys(meanings)


def _shown(frame: pd.DataFrame) -> pd.DataFrame:
    """Long cells cut: a preview is not for reading."""
    return frame.apply(lambda column: column.str.slice(0, 200))
