"""The visitor's file to take along, with every model's answers beside their own columns."""

import re
from collections.abc import Callable, Collection, Sequence
from io import BytesIO

import streamlit as st

from model_zoo.inference.score import (
    WINDOW,
    Scored,
    answer_cells,
    answer_columns,
    number_columns,
)
from model_zoo.tables.writer import Writer
from ui.data.dataset import Dataset

FORMATS = {  # ending -> what it is called, MIME type
    ".csv": ("CSV", "text/csv"),
    ".parquet": ("Parquet", "application/vnd.apache.parquet"),
}


def downloads(data: Dataset, scored: Scored) -> None:
    """A button a format; the file is made when its button is pressed."""
    with st.container(horizontal=True):
        for ending, (title, mime) in FORMATS.items():
            st.download_button(
                f"Download as {title}",
                data=answers_file(data, scored, ending),
                file_name=f"{_stem(data.name)}-scored{ending}",
                mime=mime,
                key=f"download{ending.replace('.', '-')}",
                icon=":material/download:",
                on_click="ignore",
            )
    st.caption(
        "All rows scored so far, with your columns, each model’s label and its probability of each "
        "label. In CSV, cells that a spreadsheet would run as a formula get an apostrophe before "
        "them."
    )


def answers_file(data: Dataset, scored: Scored, ending: str) -> Callable[[], bytes]:
    """What makes the file of the format `ending`, of FORMATS, once it is wanted."""

    def write() -> bytes:
        names = answer_columns(scored.models, scored.labels)
        added = _new_columns(names, data.frame.columns)
        numbers = set(number_columns(scored.models, scored.labels))
        stream = BytesIO()
        typed = data.typed if ending == ".parquet" else {}
        with Writer(
            stream,
            ending,
            [*data.frame.columns, *added],
            types={name: values.type for name, values in typed.items()},
            numbers=[new for name, new in zip(names, added, strict=True) if name in numbers],
        ) as writer:
            for start in range(0, len(scored), WINDOW):
                block = slice(start, min(len(scored), start + WINDOW))
                size = block.stop - start
                columns = [
                    typed[name].slice(start, size).to_pylist()
                    if name in typed
                    else data.frame[name].iloc[block].tolist()
                    for name in data.frame.columns
                ]
                own = zip(*columns, strict=True)
                shares = [rows[block] for rows in scored.probabilities]
                answers = answer_cells(shares, scored.labels)
                writer.write([[*row, *cells] for row, cells in zip(own, answers, strict=True)])
        return stream.getvalue()

    return write


def _stem(name: str) -> str:
    """A file's name without its ending and without what other systems may not take in names.

    >>> _stem("my reviews.csv"), _stem("a/b?.csv"), _stem(".csv")
    ('my reviews', 'a_b_', 'answers')
    """
    kept = re.sub(r"[^\w .()-]+", "_", name.rpartition(".")[0]).strip(" .")
    return kept[:80] or "answers"


def _new_columns(names: Sequence[str], taken: Collection[str]) -> list[str]:
    """The names, marked where the file has such columns already: it was scored before.

    >>> _new_columns(["lstm_label", "lstm_p_yes"], ["text", "lstm_label"])
    ['lstm_label_new', 'lstm_p_yes']
    """
    free: list[str] = []
    for name in names:
        while name in taken or name in free:
            name += "_new"
        free.append(name)
    return free
