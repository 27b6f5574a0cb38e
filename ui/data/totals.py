"""A run on a cluster whose summary was opened: what came out over all of its rows."""

import pandas as pd
import streamlit as st

from model_zoo.cluster.summary import Totals
from ui.show.wording import plain


def totals_section(totals: Totals) -> None:
    """The run's rows, and how often each model gave each answer."""
    wrong = f", {totals.wrong:,} of them without an answer" if totals.wrong else ""
    st.markdown(
        plain(
            f"These rows are a sample of a run over {totals.rows:,} rows{wrong}. What follows "
            "is about the sample; the table is about all of them."
        )
    )
    st.dataframe(
        totals_table(totals),
        hide_index=True,
        alt="How often each model gave each answer in the whole run",
        column_config={
            "share": st.column_config.NumberColumn(format="percent"),
            "rows": st.column_config.NumberColumn(format="localized"),
        },
    )


def totals_table(totals: Totals) -> pd.DataFrame:
    """A row for each answer of each model: how many rows got it, and which share of its answers."""
    return pd.DataFrame(
        [
            (model, label, count, count / max(1, sum(answers.values())))
            for model, answers in totals.answers.items()
            for label, count in sorted(answers.items(), key=lambda answer: -answer[1])
        ],
        columns=["model", "answer", "rows", "share"],
    )
