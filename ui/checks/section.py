"""Behaviour checks: what the recurrent models get wrong, and the Transformers."""

import streamlit as st

from model_zoo.evaluation.checks import CHECKS, as_csv, by_check, gaps, recurrent
from ui.checks.cases import cases_section
from ui.checks.rates import rates_section
from ui.checks.running import check_results
from ui.checks.wording import families
from ui.frame import state
from ui.show.wording import plain


def checks_section() -> None:
    """The checks as a map of failure rates, the cases of one of them, and all as a file.

    For sets about sentiment only: one sentence says so for others.
    """
    st.header("Behaviour checks")
    current = state.current_set()
    if not current.is_sentiment:
        st.info(
            plain(
                f"The checks ask whether a sentence is good or bad; “{current.title}” answers "
                "another question. Choose a set about sentiment to see them."
            ),
            icon=":material/rule:",
        )
        return
    texts = sum(len(case.texts) for check in CHECKS.values() for case in check.cases)
    st.markdown(
        f"Accuracy says how often a model is right, not what it gets wrong. These {len(CHECKS)} "
        f"checks, {texts:,} short sentences made from templates, each ask one thing: whether a "
        "negation is understood, a contrast, the order of words, whether another name changes the "
        "answer. Recurrent models (LSTM, BiLSTM) are compared with Transformers (BERT, "
        "DistilBERT). The method is CheckList’s (Ribeiro et al. 2020)."
    )
    results = check_results()
    if not results:
        return
    rows = by_check(results)
    differences = {gap.check: gap for gap in gaps(results)}
    first = recurrent({result.model for result in results})
    summary = families(rows, list(differences.values()), first)
    st.markdown(plain(summary))
    rates_section(rows, differences, summary)
    cases_section(rows, differences)
    st.download_button(
        "Download all cases and answers as CSV",
        lambda: as_csv(results),
        "quartet-checks.csv",
        "text/csv",
        on_click="ignore",
        icon=":material/table:",
    )
