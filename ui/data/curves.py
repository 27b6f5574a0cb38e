"""What lies behind the answers: trade-offs between mistakes, and how far to trust probabilities."""

from collections.abc import Mapping, Sequence

import numpy as np
import streamlit as st

from model_zoo.evaluation import metrics
from model_zoo.evaluation.classification import Quality, beliefs
from ui.data import figures
from ui.show.theme import PLAIN
from ui.show.wording import plain

FEW_ROWS = 300
Shares = Mapping[str, np.ndarray]  # model -> probabilities (N, C)


def roc(
    shares: Shares,
    answers: Mapping[str, np.ndarray],
    qualities: Mapping[str, Quality],
    names: Mapping[str, str],
    labels: Sequence[str],
    truth: np.ndarray,
) -> None:
    """ROC curves of the second of two labels, or of a chosen one of more against the others."""
    st.header("Which threshold?" if len(labels) == 2 else "How well is a label told apart?")
    label = 1 if len(labels) == 2 else _chosen(labels, truth)
    hits = truth == label
    if not 0 < hits.sum() < len(hits):
        what = "have the same label" if len(labels) == 2 else "have this label, or none has"
        st.info(f"All rows {what}: there are no two kinds of mistakes to weigh against each other.")
        return
    curves = {name: metrics.roc(rows[:, label], hits)[:2] for name, rows in shares.items()}
    points = {
        name: (float((answer[~hits] == label).mean()), float((answer[hits] == label).mean()))
        for name, answer in answers.items()
    }
    areas = ", ".join(
        f"{names[name]} {quality.labels[label].auc:.3f}" for name, quality in qualities.items()
    )
    others = labels[0] if len(labels) == 2 else "other"
    st.plotly_chart(
        figures.roc(curves, points, names, labels[label], others),
        key="roc",
        config=PLAIN,
        alt=f"ROC curves, areas: {areas}",
    )
    if len(labels) == 2:
        about = "Each point of a curve (called ROC) is a threshold, from strict (left) to lax; "
        about += "diamonds show the one chosen above."
    else:
        macro = ", ".join(
            f"{names[name]} {quality.auc:.3f}"
            for name, quality in qualities.items()
            if quality.auc is not None
        )
        about = (
            f"“{labels[label]}” against all other labels, areas: {areas}. Mean over all labels "
            f"that rows have: {macro}. Each point of a curve is a threshold, from strict (left) to "
            "lax; diamonds show the answers as they are."
        )
    st.caption(
        plain(
            f"{about} Nearer to the upper left is better. With few rows, small differences between "
            "curves mean nothing."
        )
    )


def _chosen(labels: Sequence[str], truth: np.ndarray) -> int:
    """The label to look at; those that most rows have come first."""
    counts = np.bincount(truth, minlength=len(labels))
    order = np.argsort(-counts, kind="stable").tolist()
    return st.selectbox(
        "Label", order, format_func=lambda at: f"{labels[at]} ({counts[at]:,})", key="roc label"
    )


def calibration(
    shares: Shares,
    qualities: Mapping[str, Quality],
    names: Mapping[str, str],
    labels: Sequence[str],
    truth: np.ndarray,
) -> None:
    """Probability said against share found, of the second of two labels or of the answers."""
    st.header("Can the probabilities be believed?")
    bins = 10 if len(truth) >= FEW_ROWS else 5  # or else a bin holds a handful
    of = labels[1] if len(labels) == 2 else None
    st.plotly_chart(
        figures.reliability(
            {
                name: metrics.reliability(*beliefs(rows, truth), bins)
                for name, rows in shares.items()
            },
            names,
            of,
        ),
        key="reliability",
        config=PLAIN,
        alt="Reliability diagram. "
        + " ".join(
            f"{names[name]}: calibration error {quality.ece:.3f}."
            for name, quality in qualities.items()
        ),
    )
    if of is None:
        about = (
            f"Rows in {bins} bins by the probability of the answer: on the dotted line, eighty of "
            "a hundred answers said to be 80 % sure are right. Above it a model is surer than it "
            "says, below it says more than it knows."
        )
    else:
        about = (
            f"Rows in {bins} bins by the probability of {of}: on the dotted line, eighty of a "
            f"hundred rows said to be 80 % {of} are. Above it a model is too shy of “{of}”, below "
            "too free with it."
        )
    st.caption(plain(f"{about} Bars are 95 % intervals; few rows, long bars."))
