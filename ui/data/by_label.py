"""Every label's own figures, a line each, to be sorted by a click on a column."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from model_zoo.evaluation.classification import Quality

FIGURES = {"F1": "f1", "precision": "precision", "recall": "recall", "ROC area": "auc"}


def label_table(
    qualities: Mapping[str, Quality], names: Mapping[str, str], labels: Sequence[str]
) -> None:
    """One figure of every label, a column a model."""
    st.header("Which labels are hard?")
    figure = st.segmented_control(
        "Figure", list(FIGURES), default="F1", required=True, key="figure by label"
    )
    frame = by_label(qualities, names, labels, FIGURES[figure])
    st.container(key="by-label").dataframe(
        frame,
        hide_index=True,
        height=min(460, 40 + 36 * len(frame)),
        column_config={
            name: st.column_config.ProgressColumn(min_value=0, max_value=1, format="%.3f")
            for name in frame.columns[2:]
        },
        alt=f"{figure} of every label",
    )
    st.caption(
        f"{figure} of each label against all others; a click on a column sorts by it. Few rows of "
        "a label, little to go by. Empty: there is nothing to take a share of."
    )


def by_label(
    qualities: Mapping[str, Quality],
    names: Mapping[str, str],
    labels: Sequence[str],
    figure: str,
) -> pd.DataFrame:
    """Label, its rows, and the `figure` (a field of LabelQuality) of each model.

    None where it has no meaning: recall and F1 of a label that no row has, precision of one that
    was never answered.
    """
    first = next(iter(qualities.values()))
    columns: dict[str, Sequence[object]] = {
        "label": list(labels),
        "rows": [label.support for label in first.labels],
    }
    for name, quality in qualities.items():
        answered = [sum(column) for column in zip(*quality.confusion.counts, strict=True)]
        columns[names[name]] = [
            getattr(label, figure) if _means_something(figure, label.support, occurs) else None
            for label, occurs in zip(quality.labels, answered, strict=True)
        ]
    return pd.DataFrame(columns)


def _means_something(figure: str, rows: int, answers: int) -> bool:
    """Whether there is something to take a share of."""
    return bool({"recall": rows, "precision": answers, "f1": rows + answers}.get(figure, True))
