"""What each value of the label column means: guessed, and put right by the visitor.

A few values have a row of buttons or a menu each, many of them a line each in a table.
"""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from model_zoo.labels import Meanings
from model_zoo.tables.columns import most_values
from ui.data.dataset import Dataset
from ui.show.wording import plain

MOST_BUTTONS = 4  # labels: more do not fit into a row
MOST_MENUS = 20  # values: more are a table
_KEY = "meaning-"
_SHOWN = "number of the table of meanings, and what was in it when it was drawn first"


def choose_meanings(data: Dataset) -> None:
    """Draw the choice for the dataset's label column, and take over what was chosen."""
    if len(data.mapping) > most_values(data.meant):
        st.warning(
            plain(
                f"“{data.label}” holds more than {most_values(data.meant)} different values, so it "
                "is not a column of labels. Choose another, or none."
            ),
            icon=":material/label_off:",
        )
        data.mapping = {}
        return
    many = len(data.mapping) > MOST_MENUS
    meanings = _table(data) if many else _one_by_one(data)
    data.mapping, data.fresh = meanings, False
    if all(label is None for label in meanings.values()):
        say = (
            f"Say which values mean {data.meant[0]} and which {data.meant[1]}"
            if len(data.meant) == 2
            else "Say which label each value means"
        )
        st.warning(
            plain(f"{say}; without that, there is nothing to compare the answers with."),
            icon=":material/label:",
        )


def _one_by_one(data: Dataset) -> Meanings:
    """Buttons or a menu for each value."""
    absent = left_out(data.meant)
    choices = [*data.meant, absent]
    meanings: Meanings = {}
    with st.container(horizontal=True, key="mapping"):
        for number, (value, label) in enumerate(data.mapping.items()):
            title = f"“{plain(value[:30])}” means" if value else "no value means"
            key = f"{_KEY}{data.label}-{number}"
            if data.fresh or key not in st.session_state:  # not what another file left there
                st.session_state[key] = absent if label is None else data.meant[label]
            if len(data.meant) <= MOST_BUTTONS:
                meaning = st.segmented_control(
                    title,
                    choices,
                    required=True,
                    format_func=plain,
                    key=key,
                )
            else:
                meaning = st.selectbox(title, choices, key=key, width=240)
            meanings[value] = _index(meaning, data.meant)
    return meanings


def _table(data: Dataset) -> Meanings:
    """A line for each value; those that mean nothing yet come first."""
    number, shown = st.session_state.get(_SHOWN, (0, data.mapping))
    if data.fresh or f"{_KEY}table-{number}" not in st.session_state:
        # else the same as before: what is edited must not change below the visitor's hands
        number, shown = number + 1, dict(data.mapping)
        st.session_state[_SHOWN] = number, shown
    column = data.frame[str(data.label)].str.strip()
    edited = st.container(key="meanings").data_editor(
        meanings_table(shown, data.meant, column.value_counts().to_dict()),
        key=f"{_KEY}table-{number}",
        hide_index=True,
        num_rows="fixed",
        height=320,
        column_config={
            "value": st.column_config.TextColumn(disabled=True, width="medium"),
            "rows": st.column_config.NumberColumn(disabled=True, width="small"),
            "means": st.column_config.SelectboxColumn(
                options=[*data.meant, left_out(data.meant)], required=True, width="medium"
            ),
        },
        alt="What each value of the label column means",
    )
    meanings = meanings_of(edited, shown, data.meant)
    known = sum(label is not None for label in meanings.values())
    st.caption(
        f"{known:,} of {len(meanings):,} values mean one of the set’s {len(data.meant)} labels; "
        "rows with the others are left out. Click into “means” to change it."
    )
    return meanings


def meanings_table(
    meanings: Meanings, labels: Sequence[str], rows: Mapping[str, int]
) -> pd.DataFrame:
    """A line for each value: how many rows have it and what it means; the unclear ones first."""
    order = sorted(meanings, key=lambda value: meanings[value] is not None)
    names = [*labels, left_out(labels)]  # None is the last of them
    return pd.DataFrame(
        {
            "value": order,
            "rows": [rows.get(value, 0) for value in order],
            "means": [names[-1 if (at := meanings[value]) is None else at] for value in order],
        }
    )


def meanings_of(table: pd.DataFrame, meanings: Meanings, labels: Sequence[str]) -> Meanings:
    """What the lines of a `meanings_table` say now, in the order of `meanings`."""
    chosen = dict(zip(table["value"], table["means"], strict=True))
    return {value: _index(chosen[value], labels) for value in meanings}


def left_out(labels: Sequence[str]) -> str:
    """What a value means that stands for none of the labels; none of them is called that.

    >>> left_out(["spam", "ham"]), left_out(["left out", "kept"])
    ('left out', '(left out)')
    """
    name = "left out"
    while name in labels:
        name = f"({name})"
    return name


def _index(meaning: str | None, labels: Sequence[str]) -> int | None:
    return labels.index(meaning) if meaning in labels else None
