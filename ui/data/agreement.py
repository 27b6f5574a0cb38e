"""What rows without labels can tell: how far the models agree, and on what they do not."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from model_zoo.evaluation.metrics import wilson
from model_zoo.evaluation.slices import slices
from model_zoo.inference.score import Scored
from ui.data import figures
from ui.data.engines import engines_section
from ui.data.naming import left_out, short, titles
from ui.show.theme import PLAIN
from ui.show.wording import interval, plain

MOST_SHARES = 4  # labels whose shares fit into a cell; of more the commonest three are given
_COMMONEST = 3


def agreement_section(texts: Sequence[str], scored: Scored, labels: Sequence[str]) -> None:
    """Share of rows with the same label for each pair of models, and answers by slice.

    Of the models that answer with `labels`, those of the set.
    """
    st.header("Do the models agree?")
    if note := left_out(scored, labels):
        st.caption(plain(note))
    scored = scored.by(labels)
    if not scored.models:
        st.info(
            "None of the models asked answers with the labels of the set. Ask another model above."
        )
        return
    read = scored.read
    rows = int(read.sum())
    if not rows:
        st.info(
            "None of the rows scored so far holds anything to read. Choose another column of texts."
        )
        return
    answers = scored.answers[read]  # (N, M)
    names = list(titles(scored.models).values())
    shares = np.array(
        [[(first == second).mean() for second in answers.T] for first in answers.T]
    )  # (M, M)
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.plotly_chart(
            figures.agreement(shares, names, len(labels)),
            key="agreement",
            config=PLAIN,
            alt="Share of rows with the same label, for each pair of models.",
        )
        unanimous = (answers == answers[:, :1]).all(axis=1)
        st.caption(
            f"Share of {rows:,} rows to which two models give the same label; all of them agree on "
            f"{interval(unanimous.mean(), wilson(int(unanimous.sum()), rows))}. Agreeing is not "
            "being right: models trained on the same rows make the same mistakes."
        )
    everywhere = scored.answers
    table = []
    for name, part in slices(texts, scored).items():
        cells = {
            plain(model): answered(everywhere[part, at], labels) for at, model in enumerate(names)
        }
        table.append({"rows with": name, "how many": f"{int(part.sum()):,}"} | cells)
    with right:
        st.table(pd.DataFrame(table).set_index("rows with"))
        if len(labels) == 2:
            about = f"Share of rows that each model calls {labels[1]}, with 95 % intervals."
        elif len(labels) <= MOST_SHARES:
            about = "Share of rows to which each model gives each label."
        else:
            about = f"The {_COMMONEST} labels that each model gives most often."
        st.caption(plain(about))
    engines_section(dict(zip(scored.models, answers.T, strict=True)), titles(scored.models), None)


def answered(answers: np.ndarray, labels: Sequence[str]) -> str:
    """How often the answers (N,) to some rows are which label.

    Of two labels the second's share with its interval, of more that of each or of the commonest.

    >>> answered(np.array([2, 0, 2, 2]), ["cold", "warm", "hot"])
    'hot 75% · cold 25% · warm 0%'
    """
    counts = np.bincount(answers, minlength=len(labels))
    if len(labels) == 2:
        return interval(counts[1] / len(answers), wilson(int(counts[1]), len(answers)))
    order = np.argsort(-counts, kind="stable")
    if len(labels) > MOST_SHARES:
        order = order[: min(_COMMONEST, np.count_nonzero(counts))]
    return " · ".join(f"{plain(short(labels[at]))} {counts[at] / len(answers):.0%}" for at in order)
