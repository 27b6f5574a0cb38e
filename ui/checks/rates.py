"""Failure rates of all models in all checks, as a map and as a table."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from model_zoo.evaluation.checks import CASES, CHECKS, Gap
from ui.checks.figures import Results, failures
from ui.frame.captions import caption, how_to_read
from ui.show.theme import PLAIN
from ui.show.titles import named_apart
from ui.show.wording import interval

_COLUMNS = ("check", "kind", "recurrent more", "Transformers more", "p")  # beside the models'


def rates_section(results: Results, gaps: Mapping[str, Gap], summary: str) -> None:
    """The rates of the checks that are done, and the tests of these; `summary` has both in words.

    `gaps` is check -> gap, empty where only one family of models was asked.
    """
    kinds = {check: CHECKS[check].kind for check in results}
    names = named_apart(next(iter(results.values())), *_COLUMNS)
    st.subheader("Failure rates")
    st.plotly_chart(
        failures(results, kinds, names),
        key="check-failures",
        config=PLAIN,
        alt=f"Map of failure rates, {len(results)} checks by {len(names)} models. {summary}",
    )
    how_to_read(
        f"Each number is the share of a check’s {CASES} cases that the model fails; dark is few, "
        "bright is many. Hovering tells the count and its 95 % interval (Wilson). Minimum "
        "functionality: the answer must be right. Invariance: it must not change. Directional: it "
        "must not move the wrong way.",
        "cases of one check are made from a few templates and are alike, so the intervals are "
        "narrower than they would be for sentences that people wrote, and a low rate does not "
        "mean that the model masters the matter. The bundled models are smaller than the papers’.",
    )
    with st.expander("As a table, with intervals and paired test"):
        rows = []
        for check, row in results.items():
            cells: dict[str, str | int] = {"check": check, "kind": kinds[check]}
            cells |= {
                names[name]: interval(result.share, result.ci95) for name, result in row.items()
            }
            if check in gaps:
                gap = gaps[check]
                cells |= {"recurrent more": gap.b, "Transformers more": gap.c, "p": f"{gap.p:.2g}"}
            rows.append(cells)
        st.dataframe(pd.DataFrame(rows), hide_index=True, key="check-table")
        caption(
            "“Recurrent more”: cases that a larger share of the recurrent models fail than of the "
            "Transformers; “Transformers more”: the reverse. p: how likely a split at least this "
            "uneven is by chance alone (exact sign test; McNemar’s, for a pair of models), "
            "adjusted for looking at so many checks (Holm 1979). Above 0.05 the difference could "
            "be chance."
        )
