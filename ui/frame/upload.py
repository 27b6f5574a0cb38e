"""Choosing a file of rows: an upload or a sample, with or without a line of names, previewed."""

from collections.abc import Callable, Mapping
from secrets import token_hex

import pandas as pd
import streamlit as st

from model_zoo import paths
from model_zoo.errors import DataError, ZooError
from model_zoo.tables.source import PACKED
from model_zoo.tables.table import FORMATS, READ, SYNONYMS, Table, looks_like_data, open_table
from ui.serve.my_turn import my_turn
from ui.show.wording import plain

MAX_UPLOAD_MB = 50
PREVIEW = 6
NAMES = "the first line was taken for column names"
NO_NAMES = "the first line was taken for a row: it does not look like column names"
_MOST_SHOWN = 200  # characters of a cell: a preview is not for reading


def choose_upload(
    what: str, key: str, samples: Mapping[str, str], take: Callable[[bytes, str], None]
) -> None:
    """An uploader called `what` beside a button for each sample; a new file goes to `take`, once.

    `samples` are what is said of those in assets/samples, by their names without the ending. `take`
    gets content and name. `key` tells these widgets from others.
    """
    # another uploader in every visit: after a restart the browser would show in it what it has sent
    # to the server before, where nobody has it any more
    key = f"{key}-{st.session_state.setdefault('visit', token_hex(4))}"
    left, right = st.columns([3, 2], gap="large")
    endings = [ending[1:] for ending in (*FORMATS, *SYNONYMS, PACKED)]
    uploaded = left.file_uploader(what, type=endings, max_upload_size=MAX_UPLOAD_MB, key=key)
    doing = left.empty()
    with right:
        st.caption("Or try a file that comes with Quartet:")
        for sample, about in samples.items():
            st.button(about, key=f"sample-{sample}", on_click=_take_sample, args=(sample, take))
    if uploaded is not None and uploaded.file_id != st.session_state.get(f"{key} taken"):
        try:
            with my_turn(doing, "Reading the file…"):
                take(uploaded.getvalue(), uploaded.name)
        except ZooError as error:  # too many wait, or what nobody foresaw
            doing.error(plain(str(error)), icon=":material/error:")
            return
        st.session_state[f"{key} taken"] = uploaded.file_id
        doing.empty()


def _take_sample(sample: str, take: Callable[[bytes, str], None]) -> None:
    take((paths.SAMPLES / f"{sample}.csv").read_bytes(), f"{sample}.csv")


def formats() -> str:
    """The formats that can be read, for a label."""
    return READ


def open_upload(content: bytes, name: str) -> Table:
    """The file as a table, whose first line is a row where it looks like one.

    DataError if it is unreadable.
    """
    try:
        table = open_table(content, name)
    except DataError:
        if (headless := _without_names(content, name)) is None:
            raise
        return headless
    return open_table(content, name, header=False) if table.doubt else table


def _without_names(content: bytes, name: str) -> Table | None:
    """The file with its first line as a row; None where it does not look like one."""
    try:
        table = open_table(content, name, header=False)
        first = next(table.rows())
    except DataError:
        return None
    return table if looks_like_data(first) else None


def reading(table: Table) -> list[str]:
    """How the file was read, as notes for a line below its name."""
    said = [plain(note) for note in table.notes]
    if table.named is None:
        return said
    return [NAMES if table.named else NO_NAMES, *said]


def preview(frame: pd.DataFrame, key: str) -> None:
    """The first rows, long cells cut."""
    with st.container(key=key):
        head = frame.head(PREVIEW).apply(lambda column: column.str.slice(0, _MOST_SHOWN))
        st.dataframe(head, hide_index=True, alt="The first rows")
