"""What rows without labels can tell: how far the models agree, and on what they do not."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from model_zoo.quality.metrics import wilson
from model_zoo.quality.slices import slices
from model_zoo.reading.score import Scored
from ui.data import figures
from ui.show.theme import PLAIN, TITLES
from ui.show.wording import interval


def agreement_section(texts: Sequence[str], scored: Scored) -> None:
    """Share of rows with the same label for each pair of models, and answers by slice."""
    read = ~np.isnan(scored.positive).any(axis=1)
    rows = int(read.sum())
    st.header("Do the models agree?")
    if not rows:
        st.info("None of the rows scored so far holds anything to read.")
        return
    answers = scored.positive[read] > 0.5  # (N, M)
    titles = [TITLES[name] for name in scored.models]
    shares = np.array(
        [[(first == second).mean() for second in answers.T] for first in answers.T]
    )  # (M, M)
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.plotly_chart(
            figures.agreement(shares, titles),
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
    table = []
    for name, part in slices(texts, scored).items():
        count = int(part.sum())
        positive = (scored.positive[part] > 0.5).sum(axis=0)
        cells = {
            title: interval(hits / count, wilson(int(hits), count))
            for title, hits in zip(titles, positive, strict=True)
        }
        table.append({"rows with": name, "how many": f"{count:,}"} | cells)
    with right:
        st.table(pd.DataFrame(table).set_index("rows with"))
        st.caption("Share of rows that each model calls positive, with 95 % intervals.")
