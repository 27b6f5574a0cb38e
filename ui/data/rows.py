"""The scored rows as a table to filter, sort and search, and to open on other pages."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import streamlit as st

from model_zoo.inference.score import Scored
from ui.data.dataset import Dataset
from ui.data.downloads import downloads
from ui.data.naming import short, titles
from ui.data.orders import DISAGREEMENT, ORDERS, SUREST
from ui.frame.chosen_row import chosen_row
from ui.frame.open_in import open_in
from ui.show.wording import plain

SHOWN = 500
_PART = "part of the rows that is looked at"
_SURE = ": p"  # after a model's name, for the probability of its answer


@st.fragment
def rows_section(data: Dataset, truth: np.ndarray | None, scored: Scored) -> None:
    """Rows with every model's answer; a click on one offers to open it elsewhere.

    `truth` (all rows,) are indices of the labels in view, -1 where a row is left out.
    """
    st.header("Row by row")
    labels = data.meant
    comparable = scored.by(labels)
    known = None if truth is None else truth[: len(scored)]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        parts = _parts(known, comparable) if comparable.models else {"all": scored.tokens >= 0}
        part = _choose_part(parts)
        orders = [name for name in ORDERS if _possible(name, known, comparable)]
        order = st.selectbox("Order", orders, key="rows order", persist_state="session", width=240)
        search = st.text_input("Containing", key="rows search", persist_state="session", width=240)
    kept = parts[part]
    if search:
        texts = data.frame[data.text].iloc[: len(scored)]
        kept = kept & texts.str.contains(search, case=False, regex=False).to_numpy()
    chosen = np.flatnonzero(kept)
    if not len(chosen):
        st.info("No row fits. Choose other rows, or search for something else.")
    else:
        ranks = ORDERS[order](comparable if comparable.models else scored, known)[chosen]
        at = chosen[np.argsort(ranks, kind="stable")][:SHOWN]
        if len(chosen) > SHOWN:
            st.caption(f"{len(chosen):,} rows fit; the first {SHOWN} in this order are shown.")
        with st.container(key="scored"):
            clicked = _table(data, known, scored, at)
        if clicked is not None:
            text = data.frame[data.text].iloc[clicked]
            st.markdown(f"**Row {clicked + 1}**: {plain(text[:1000])}")
            open_in(text)
        else:
            st.caption("Choose a row, in its first column, to open it on another page.")
    downloads(data, scored)


def _choose_part(parts: Mapping[str, np.ndarray]) -> str:
    """One of the parts, each with how many rows it has; the last choice stays while it is there."""
    counts = {name: f"{name} ({part.sum():,})" for name, part in parts.items()}
    names, before = list(parts), st.session_state.get(_PART)
    chosen: str = st.selectbox(
        "Rows",
        names,
        index=names.index(before) if before in names else 0,
        format_func=counts.__getitem__,
        # other counts, another menu: Streamlit tells entries of a menu by how they are called
        key=f"rows part-{hash(tuple(counts.values()))}",
        width=280,
    )
    st.session_state[_PART] = chosen
    return chosen


def _possible(order: str, truth: np.ndarray | None, comparable: Scored) -> bool:
    """Whether rows can be put into this order: some need labels, or models that have them."""
    if order == DISAGREEMENT:
        return bool(comparable.models)
    return order != SUREST or (truth is not None and bool(comparable.models))


def _parts(truth: np.ndarray | None, scored: Scored) -> Mapping[str, np.ndarray]:
    """What can be looked at: name -> which rows (N,).

    Of models that all have the labels that `truth` (N,) is about.
    """
    answers, read = scored.answers, scored.read
    names = list(titles(scored.models).values())
    parts = {"all": np.full(len(scored), True)}
    if len(names) > 1:
        parts["models disagree"] = read & (answers != answers[:, :1]).any(axis=1)
    if truth is not None:
        wrong = (read & (truth >= 0))[:, None] & (answers != truth[:, None])
        parts["at least one is wrong"] = wrong.any(axis=1)
        parts["all are wrong"] = wrong.all(axis=1)
        for i, name in enumerate(names):
            parts[f"{name} is wrong"] = wrong[:, i]
            if len(names) > 1:
                parts[f"only {name} is wrong"] = wrong[:, i] & (wrong.sum(axis=1) == 1)
    if not read.all():
        parts["nothing to read"] = ~read
    return parts


def rows_table(
    data: Dataset, truth: np.ndarray | None, scored: Scored, at: np.ndarray
) -> tuple[pd.DataFrame, list[str]]:
    """The rows at positions `at` as they are shown, and which columns are probabilities.

    Of two labels of the set, each model has the probability of the second; of more, and where a
    model has other labels, its answer and how sure it is of that.
    """
    labels = data.meant
    frame = pd.DataFrame(
        {"row": at + 1, "text": data.frame[data.text].iloc[at].str.slice(0, 300).to_numpy()}
    )
    if truth is not None:
        frame["label"] = np.array([*map(short, labels), ""], dtype=object)[truth[at]]
    probabilities = []
    names = titles(scored.models)
    for model, own, shares in zip(scored.models, scored.labels, scored.probabilities, strict=True):
        name, rows = names[model], shares[at]
        if own == labels and len(labels) == 2:
            frame[name] = rows[:, 1]
        else:
            unread = np.isnan(rows[:, 0])
            answers = np.where(unread, len(own), rows.argmax(axis=1))
            frame[name] = np.array([*map(short, own), ""], dtype=object)[answers]
            name = f"{name}{_SURE}"
            frame[name] = rows.max(axis=1)
        probabilities.append(name)
    return frame, probabilities


def _table(data: Dataset, truth: np.ndarray | None, scored: Scored, at: np.ndarray) -> int | None:
    """Draw the rows at positions `at`; the position of the one that was chosen."""
    frame, probabilities = rows_table(data, truth, scored, at)
    second = f"probability of {data.meant[1]}"
    clicked = chosen_row(
        frame,
        list(zip(at.tolist(), frame["text"], strict=True)),
        "rows",
        lazy=False,
        column_config={
            "row": st.column_config.NumberColumn(width="small"),
            "text": st.column_config.TextColumn(width="large"),
            **{
                name: st.column_config.ProgressColumn(
                    width="small",
                    min_value=0,
                    max_value=1,
                    format="percent",
                    help="probability of its answer" if name.endswith(_SURE) else second,
                )
                for name in probabilities
            },
        },
        alt=f"Rows with every model’s {second if len(data.meant) == 2 else 'answer'}",
    )
    return None if clicked is None else int(at[clicked])
