"""What another engine costs on these rows: a model beside itself, as another engine computes it."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
import streamlit as st

from model_zoo.evaluation import metrics
from model_zoo.models.engines import ENGINES
from model_zoo.models.network import ModelId
from ui.frame.captions import caption
from ui.show.wording import counted, interval, paired, plain

HEADER = "What does another engine cost?"


def engine_pairs(models: Iterable[str]) -> list[tuple[str, str]]:
    """Each model on its first engine, torch where that was asked, beside itself on every other.

    >>> engine_pairs(["bert@onnx-int8", "lstm", "bert", "bert@onnx"])
    [('bert', 'bert@onnx'), ('bert', 'bert@onnx-int8')]
    """
    alike: dict[str, list[ModelId]] = {}
    for model in map(ModelId, models):
        alike.setdefault(model.on(ModelId.ENGINE), []).append(model)
    pairs: list[tuple[str, str]] = []
    for same in alike.values():
        first, *others = sorted(same, key=lambda model: list(ENGINES).index(model.engine))
        pairs += [(first, other) for other in others]
    return pairs


def engines_section(
    answers: Mapping[str, np.ndarray], names: Mapping[str, str], truth: np.ndarray | None
) -> None:
    """The pairs in a sentence each, and with labels as a table; nothing where there are none.

    `answers` are each model's to the rows (N,) that have any, `truth` the rows' labels (N,).
    """
    pairs = engine_pairs(answers)
    if not pairs:
        return
    st.header(HEADER)
    tests: Mapping[tuple[str, str], metrics.McNemar] = {}
    if truth is not None:
        tests = metrics.together(
            {
                (first, other): metrics.compare(answers[first], answers[other], truth)
                for first, other in pairs
            }
        )
    sentences = [
        in_words(
            names[first],
            answers[first],
            names[other],
            answers[other],
            truth,
            tests.get((first, other)),
        )
        for first, other in pairs
    ]
    st.markdown("\n".join(f"- {plain(sentence)}" for sentence in sentences))
    if truth is None:
        st.caption("Which of two answers is right these rows do not tell: they have no labels.")
        return
    st.table(
        pd.DataFrame(
            [_row(pair, answers, names, truth, tests[pair]) for pair in pairs],
        ).set_index("model and engine")
    )
    caption(
        "The same weights, computed by another program. In brackets: 95 % intervals (Wilson). p: "
        "how likely a split at least this uneven is by chance alone, among the rows that only one "
        "of the two got right (McNemar’s exact test), adjusted for looking at all these pairs "
        "(Holm). Few rows cannot show a small difference: "
        "“could be chance” does not say that there is none."
    )


def in_words(
    first: str,
    its: np.ndarray,
    other: str,
    others: np.ndarray,
    truth: np.ndarray | None,
    test: metrics.McNemar | None = None,
) -> str:
    """What it costs to have a model's answers `its` (N,) as the `other` engine gives them.

    `test` is that of the two on `truth`, where it was one of several.

    >>> right = np.array([1, 1, 0, 0])
    >>> in_words("BERT", right, "BERT · int8", right, right)
    'BERT · int8 gives the same answer as BERT to all 4 rows.'
    """
    rows, same = len(its), int((its == others).sum())
    if same == rows:
        return f"{other} gives the same answer as {first} to {_all(rows)}."
    share = interval(same / rows, metrics.wilson(same, rows))
    alike = f"{other} gives the same answer as {first} to {share} of {counted(rows, 'row')}"
    if truth is None:
        return f"{alike}."
    before, after = (int((answers == truth).sum()) for answers in (its, others))
    if before == after:
        right = f"both are right on {before:,}"
    else:
        more = f"{abs(after - before):,} {'more' if after > before else 'fewer'}"
        right = f"it is right on {after:,} ({after / rows:.1%}), {more} than {first}"
    test = test or metrics.compare(its, others, truth)
    return f"{alike} and {right}; {paired(test, first, other)} (p = {test.adjusted:.2g})."


def _all(rows: int) -> str:
    return f"all {rows:,} rows" if rows > 1 else "the one row"


def _row(
    pair: tuple[str, str],
    answers: Mapping[str, np.ndarray],
    names: Mapping[str, str],
    truth: np.ndarray,
    test: metrics.McNemar,
) -> dict[str, str]:
    first, other = (answers[name] for name in pair)
    rows, same = len(truth), int((first == other).sum())
    right = [int((answer == truth).sum()) for answer in (first, other)]
    accuracy = [interval(count / rows, metrics.wilson(count, rows)) for count in right]
    return {
        "model and engine": plain(names[pair[1]]),
        "beside": plain(names[pair[0]]),
        "its accuracy (95 %)": accuracy[1],
        "the other’s": accuracy[0],
        "same answer": interval(same / rows, metrics.wilson(same, rows)),
        "only it is right": f"{test.c:,}",
        "only the other": f"{test.b:,}",
        "p": f"{test.adjusted:.2g}",
    }
