"""How good the models are on the visitor's labelled rows: figures, pairs and slices."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from itertools import combinations

import numpy as np
import pandas as pd
import streamlit as st

from model_zoo.evaluation import metrics
from model_zoo.evaluation.classification import Quality, decide, quality
from model_zoo.evaluation.slices import slices
from model_zoo.inference.score import Scored
from model_zoo.labels import without_rows
from ui.data.by_label import label_table
from ui.data.confusions import confusions
from ui.data.curves import calibration, roc
from ui.data.dataset import Dataset
from ui.data.engines import engines_section
from ui.data.naming import left_out, titles
from ui.frame.captions import caption
from ui.show.wording import interval, paired, plain


@st.fragment
def quality_section(data: Dataset, truth: np.ndarray, scored: Scored) -> None:
    """Everything that labels allow to say; `truth` (N,) are indices, or -1 for rows to leave out.

    Of the models that answer with the labels of the set in view.
    """
    labels = data.meant
    st.header("How good are the answers?")
    if note := left_out(scored, labels):
        st.caption(plain(note))
    everything, scored = scored, scored.by(labels)
    if not scored.models:
        st.info(
            "None of the models asked answers with the labels of the set. Ask another model above."
        )
        return
    used = (truth >= 0) & scored.read
    if not used.any():
        st.info(
            "None of the rows scored so far has a label that is used. Score more, or say above "
            "what the labels mean."
        )
        return
    truth = truth[used]
    shares = {
        name: rows[used] for name, rows in zip(scored.models, scored.probabilities, strict=True)
    }
    threshold = _threshold(labels) if len(labels) == 2 else 0.5
    answers = {name: decide(rows, threshold) for name, rows in shares.items()}
    qualities = _qualities(data, everything, shares, truth, threshold)
    names = titles(scored.models)
    _summary(qualities, names, labels, truth, threshold)
    confusions(qualities, names, labels)
    if len(labels) > 2:
        label_table(qualities, names, labels)
    engines_section(answers, names, truth)
    _pairs(answers, names, truth)
    left, right = st.columns(2, gap="large")
    with left:
        roc(shares, answers, qualities, names, labels, truth)
    with right:
        calibration(shares, qualities, names, labels, truth)
    parts = slices(data.texts[: len(scored)], scored)
    _slices(
        {names[name]: answer == truth for name, answer in answers.items()},
        {name: part[used] for name, part in parts.items()},
    )


def _threshold(labels: Sequence[str]) -> float:
    return st.slider(
        plain(f"Threshold: from which probability on is an answer {labels[1]}?"),
        0.01, 0.99, 0.5, 0.01,
        key="threshold",
        persist_state="session",
        help="The models are trained for one half. Move it when one kind of mistake is worse.",
    )  # fmt: skip


def _qualities(
    data: Dataset,
    scored: Scored,
    shares: Mapping[str, np.ndarray],
    truth: np.ndarray,
    threshold: float,
) -> dict[str, Quality]:
    """Each model's, kept with the data until something else is asked: many labels take seconds."""
    asked = (data.label, tuple(data.mapping.items()), data.meant, threshold)
    kept = data.measured
    if kept is None or kept[0] is not scored or kept[1] != asked:
        with st.spinner("Measuring…") if len(data.meant) > 2 else nullcontext():
            measured = {name: quality(rows, truth, threshold) for name, rows in shares.items()}
        data.measured = kept = scored, asked, measured
    return kept[2]


def _summary(
    qualities: Mapping[str, Quality],
    names: Mapping[str, str],
    labels: Sequence[str],
    truth: np.ndarray,
    threshold: float,
) -> None:
    macro = "macro " * (len(labels) > 2)
    st.table(
        pd.DataFrame(
            [
                {
                    "model": plain(names[name]),
                    "accuracy (95 %)": interval(quality.accuracy, quality.accuracy_ci95),
                    f"{macro}F1 (95 %)": interval(quality.f1, quality.f1_ci95),
                    f"{macro}precision": f"{quality.precision:.1%}",
                    f"{macro}recall": f"{quality.recall:.1%}",
                    f"{macro}ROC area": "–" if quality.auc is None else f"{quality.auc:.3f}",
                    "calibration error": f"{quality.ece:.3f}",
                }
                for name, quality in qualities.items()
            ]
        ).set_index("model")
    )
    rows, counts = len(truth), np.bincount(truth, minlength=len(labels))
    absent = without_rows(labels, counts.tolist()) if macro else ""
    if len(labels) == 2:
        about = (
            f"{rows:,} labelled rows, {counts[1]:,} of them {labels[1]}; threshold {threshold:.2f}."
        )
        which = (
            f"precision: share of the rows called “{labels[1]}” that are; recall: share of those "
            "that are which were called so; F1: the harmonic mean of the two; ROC area: how often "
            f"a “{labels[1]}” row gets a higher probability of it than another row, 0.5 is guessing"
        )
        bins = "probabilities lie"
    else:
        about = (
            f"{rows:,} labelled rows with {np.count_nonzero(counts)} of the {len(labels)} labels."
        )
        which = (
            "precision: share of the rows called by a label that have it; recall: share of those "
            "that have it which were called so; F1: the harmonic mean of the two; ROC area: how "
            "often a row of the label gets a higher probability of it than another row, 0.5 is "
            "guessing; macro: means over the labels that occur in rows or answers, each against "
            "all others, however many rows it has"
        )
        bins = "the probability of the answer lies"
    caption(
        plain(
            f"{about} {absent} Always giving the commonest label would be right for "
            f"{counts.max() / rows:.1%}. 95 % intervals are Wilson’s for accuracy and a "
            f"bootstrap’s for F1 (2,000 resamples). In words: {which}. Calibration error: how far "
            f"{bins} from what is found, on average over rows in ten bins."
        )
    )


def _pairs(answers: Mapping[str, np.ndarray], names: Mapping[str, str], truth: np.ndarray) -> None:
    pairs = list(combinations(answers, 2))
    if not pairs:
        return
    st.header("Is one better than another?")
    tests = metrics.together(
        {
            (first, second): metrics.compare(answers[first], answers[second], truth)
            for first, second in pairs
        }
    )
    st.table(
        pd.DataFrame(
            [
                {
                    "pair": plain(f"{names[first]}, {names[second]}"),
                    "only the first right": f"{test.b:,}",
                    "only the second right": f"{test.c:,}",
                    "p": f"{test.p:.2g}",
                    "adjusted": f"{test.adjusted:.2g}",
                    "in words": plain(paired(test, names[first], names[second])),
                }
                for (first, second), test in tests.items()
            ]
        ).set_index("pair")
    )
    caption(
        "p: how likely a split at least this uneven is by chance alone, among the rows that only "
        "one of the two models got right (McNemar’s exact test); adjusted: p raised for looking at "
        "all these pairs (Holm: the more looks, the more is needed). Where that is below 0.05 it "
        "is called a difference."
    )


def _slices(right: Mapping[str, np.ndarray], parts: Mapping[str, np.ndarray]) -> None:
    """Accuracy by slice; `right` are the models' titles and which rows (N,) they got right."""
    st.header("Where are they good, and where not?")
    table = []
    for name, part in parts.items():
        rows = int(part.sum())
        if rows:
            shares = {
                plain(model): interval(
                    hits[part].mean(), metrics.wilson(int(hits[part].sum()), rows)
                )
                for model, hits in right.items()
            }
            table.append({"rows with": name, "how many": f"{rows:,}"} | shares)
    st.table(pd.DataFrame(table).set_index("rows with"))
    caption(
        "Accuracy with 95 % intervals in parts of the rows, which overlap. Tokens include the "
        "special ones that the first model reads; negations are found by word (not, never, n’t, "
        "without…). Where intervals overlap widely, a difference between parts may be chance."
    )
