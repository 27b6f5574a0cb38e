"""Which labels are taken for which: a matrix a model, and the commonest mistakes in a table."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import streamlit as st

from model_zoo.evaluation.classification import Confusion, Quality
from ui.data import figures
from ui.data.figures import MOST_CELLS, MOST_COUNTS
from ui.data.naming import short
from ui.frame.columns import in_rows
from ui.show.theme import PLAIN
from ui.show.wording import plain

MOST_MISTAKES = 10  # kinds of them that are listed


def confusions(
    qualities: Mapping[str, Quality], names: Mapping[str, str], labels: Sequence[str]
) -> None:
    """Every model's matrix, or one's of many labels, and what is mistaken most often."""
    if len(labels) <= MOST_COUNTS:
        for name, column in in_rows(
            list(qualities), 4 if len(labels) <= 3 else 3 if len(labels) <= 6 else 2
        ):
            with column:
                st.subheader(plain(names[name]))
                _matrix(name, names[name], qualities[name].confusion, labels)
    else:
        st.subheader("Which labels are taken for which?")
        name = st.selectbox(
            "Model", list(qualities), format_func=names.__getitem__, key="confusion of", width=280
        )
        counts = qualities[name].confusion
        chosen = list(range(len(labels)))
        if len(labels) > MOST_CELLS:
            chosen = figures.most_mixed_up([quality.confusion for quality in qualities.values()])
            st.caption(
                f"Of the {len(labels)} labels, the {MOST_CELLS} that most mistakes are about."
            )
        _matrix(
            name, names[name], figures.among(counts, chosen), [short(labels[at]) for at in chosen]
        )
    st.caption(
        "Rows of a matrix are the labels, columns the answers: mistakes lie off the diagonal."
    )
    if len(labels) > 2:
        table = mistakes(
            {names[name]: quality.confusion for name, quality in qualities.items()}, labels
        )
        if len(table):
            st.container(key="mistakes").dataframe(
                table, hide_index=True, alt="The commonest mistakes", height="content"
            )
            st.caption("The commonest mistakes of all models together, in rows.")


def mistakes(
    matrices: Mapping[str, Confusion], labels: Sequence[str], most: int = MOST_MISTAKES
) -> pd.DataFrame:
    """The commonest mistakes of all models, and in how many rows each of them makes them.

    >>> mistakes({"A": Confusion(((9, 2), (1, 9)))}, ["no", "yes"], 1).to_dict("records")
    [{'labelled': 'no', 'answered': 'yes', 'A': 2}]
    """
    tables = {name: np.array(matrix.counts) for name, matrix in matrices.items()}
    together = np.sum(list(tables.values()), axis=0)
    np.fill_diagonal(together, 0)
    order = np.argsort(-together, axis=None, kind="stable")[:most]
    cells = [divmod(int(at), len(labels)) for at in order if together.flat[at]]
    return pd.DataFrame(
        [
            {"labelled": labels[true], "answered": labels[answer]}
            | {name: int(counts[true, answer]) for name, counts in tables.items()}
            for true, answer in cells
        ]
    )


def _matrix(name: str, title: str, counts: Confusion, labels: Sequence[str]) -> None:
    st.plotly_chart(
        figures.confusion(counts, labels, name),
        key=f"confusion-{name}",
        config=PLAIN,
        alt=_in_words(title, counts, labels),
    )


def _in_words(title: str, counts: Confusion, labels: Sequence[str]) -> str:
    """What a matrix shows, for who does not see it."""
    if len(labels) == 2:
        (first, second), (third, fourth) = counts.counts
        return (
            f"Confusion matrix of {title}: {first} {labels[0]} and {fourth} {labels[1]} rows "
            f"right, {second} {labels[0]} and {third} {labels[1]} rows wrong."
        )
    return (
        f"Confusion matrix of {title} with {len(labels)} labels: {counts.hits} of {counts.rows} "
        "rows right. The commonest mistakes are in the table below."
    )
