"""How good the models are on the visitor's labelled rows: figures, curves, pairs and slices."""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd
import streamlit as st

from model_zoo.quality import metrics
from model_zoo.quality.metrics import Quality
from model_zoo.quality.slices import slices
from model_zoo.reading.score import Scored
from ui.data import figures
from ui.show.theme import PLAIN, TITLES
from ui.show.wording import interval, paired

FEW_ROWS = 300


@st.fragment
def quality_section(texts: Sequence[str], labels: np.ndarray, scored: Scored) -> None:
    """Everything that labels allow to say; `labels` (N,) are 1, 0, or -1 for rows to leave out."""
    used = (labels >= 0) & ~np.isnan(scored.positive).any(axis=1)
    rows = int(used.sum())
    st.header("How good are the answers?")
    if not rows:
        st.info("None of the rows scored so far has a label that is used.")
        return
    truth = labels[used]
    positive = {name: scored.positive[used, i] for i, name in enumerate(scored.models)}
    threshold = st.slider(
        "Threshold: from which probability on is an answer positive?",
        0.01, 0.99, 0.5, 0.01,
        key="threshold",
        persist_state="session",
        help="The models are trained for one half. Move it when one kind of mistake is worse.",
    )  # fmt: skip
    qualities = {
        name: metrics.quality(shares, truth, threshold) for name, shares in positive.items()
    }
    _summary(qualities, rows, int(truth.sum()), threshold)
    _confusions(qualities)
    _pairs({name: shares > threshold for name, shares in positive.items()}, truth)
    left, right = st.columns(2, gap="large")
    with left:
        _roc(positive, qualities, truth)
    with right:
        _calibration(positive, qualities, truth)
    parts = {name: part[used] for name, part in slices(texts, scored).items()}
    _slices({name: (shares > threshold) == truth for name, shares in positive.items()}, parts)


def _summary(qualities: Mapping[str, Quality], rows: int, positives: int, threshold: float) -> None:
    st.table(
        pd.DataFrame(
            [
                {
                    "model": TITLES[name],
                    "accuracy (95 %)": interval(quality.accuracy, quality.accuracy_ci95),
                    "F1 (95 %)": interval(quality.f1, quality.f1_ci95),
                    "precision": f"{quality.precision:.1%}",
                    "recall": f"{quality.recall:.1%}",
                    "ROC area": "–" if quality.auc is None else f"{quality.auc:.3f}",
                    "calibration error": f"{quality.ece:.3f}",
                }
                for name, quality in qualities.items()
            ]
        ).set_index("model")
    )
    most = max(positives, rows - positives) / rows
    st.caption(
        f"{rows:,} labelled rows, {positives:,} of them positive; threshold {threshold:.2f}. "
        f"Always giving the commoner label would be right for {most:.1%}. Accuracy with Wilson's "
        "interval, F1 with a bootstrap's (2,000 resamples); F1, precision and recall are of "
        "“positive”. Calibration error: how far probabilities lie from what is found, on average "
        "over rows in ten bins."
    )


def _confusions(qualities: Mapping[str, Quality]) -> None:
    columns = st.columns(len(qualities))
    for column, (name, quality) in zip(columns, qualities.items(), strict=True):
        with column:
            st.subheader(TITLES[name])
            counts = quality.confusion
            st.plotly_chart(
                figures.confusion(counts, name),
                key=f"confusion-{name}",
                config=PLAIN,
                alt=f"Confusion matrix of {TITLES[name]}: {counts.true_negative} negative and "
                f"{counts.true_positive} positive rows right, {counts.false_positive} negative "
                f"and {counts.false_negative} positive rows wrong.",
            )
    st.caption(
        "Rows of a matrix are the labels, columns the answers: mistakes lie off the diagonal."
    )


def _pairs(answers: Mapping[str, np.ndarray], truth: np.ndarray) -> None:
    pairs = list(combinations(answers, 2))
    if not pairs:
        return
    st.header("Is one better than another?")
    tests = {
        (first, second): metrics.compare(answers[first], answers[second], truth)
        for first, second in pairs
    }
    st.table(
        pd.DataFrame(
            [
                {
                    "pair": f"{TITLES[first]}, {TITLES[second]}",
                    "only the first right": f"{test.b:,}",
                    "only the second right": f"{test.c:,}",
                    "p": f"{test.p:.2g}",
                    "in words": paired(test, TITLES[first], TITLES[second]),
                }
                for (first, second), test in tests.items()
            ]
        ).set_index("pair")
    )
    st.caption(
        "McNemar's exact test on the rows that one of two models got right and the other wrong. "
        "p: how probable a split at least this uneven is if neither is better; below 0.05 it is "
        f"called a difference. With {len(pairs)} pairs, take only p below {0.05 / len(pairs):.3f} "
        "for firm (Bonferroni)."
    )


def _roc(
    positive: Mapping[str, np.ndarray], qualities: Mapping[str, Quality], truth: np.ndarray
) -> None:
    st.header("Which threshold?")
    if 0 < truth.sum() < len(truth):
        curves = {name: metrics.roc(shares, truth)[:2] for name, shares in positive.items()}
        points = {
            name: (quality.confusion.false_positive / (truth == 0).sum(), quality.recall)
            for name, quality in qualities.items()
        }
        st.plotly_chart(
            figures.roc(curves, points, TITLES),
            key="roc",
            config=PLAIN,
            alt="ROC curves, areas: "
            + ", ".join(f"{TITLES[name]} {quality.auc:.3f}" for name, quality in qualities.items()),
        )
        st.caption(
            "Each point of a curve is a threshold, from strict (left) to lax; diamonds show the "
            "one chosen above. Nearer to the upper left is better. With few rows, small "
            "differences between curves mean nothing."
        )
    else:
        st.info("All rows have the same label: there is nothing to trade off.")


def _calibration(
    positive: Mapping[str, np.ndarray], qualities: Mapping[str, Quality], truth: np.ndarray
) -> None:
    st.header("Can the probabilities be believed?")
    bins = 10 if len(truth) >= FEW_ROWS else 5  # or else a bin holds a handful
    st.plotly_chart(
        figures.reliability(
            {name: metrics.reliability(shares, truth, bins) for name, shares in positive.items()},
            TITLES,
        ),
        key="reliability",
        config=PLAIN,
        alt="Reliability diagram. "
        + " ".join(
            f"{TITLES[name]}: calibration error {quality.ece:.3f}."
            for name, quality in qualities.items()
        ),
    )
    st.caption(
        f"Rows in {bins} bins by the probability of positive: on the dotted line, eighty of a "
        "hundred rows said to be 80 % positive are. Above it a model is too shy of “positive”, "
        "below too free with it. Bars are 95 % intervals; few rows, long bars."
    )


def _slices(right: Mapping[str, np.ndarray], parts: Mapping[str, np.ndarray]) -> None:
    st.header("Where are they good, and where not?")
    table = []
    for name, part in parts.items():
        rows = int(part.sum())
        if rows:
            shares = {
                TITLES[model]: interval(
                    hits[part].mean(), metrics.wilson(int(hits[part].sum()), rows)
                )
                for model, hits in right.items()
            }
            table.append({"rows with": name, "how many": f"{rows:,}"} | shares)
    st.table(pd.DataFrame(table).set_index("rows with"))
    st.caption(
        "Accuracy with 95 % intervals in parts of the rows, which overlap. Tokens include [CLS] "
        "and [SEP]; negations are found by word (not, never, n't, without…). Where intervals "
        "overlap widely, a difference between parts may be chance."
    )
