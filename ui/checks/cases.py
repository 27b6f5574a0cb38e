"""The cases of a check with all models' answers, each to be opened on another page."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from model_zoo.evaluation.checks import (
    CHECKS,
    DIRECTIONAL,
    FAILURE,
    INVARIANCE,
    Check,
    Checked,
    Gap,
    more_often,
    recurrent,
)
from model_zoo.evaluation.templates import Case
from model_zoo.labels import SENTIMENT
from ui.checks.figures import Results
from ui.frame.chosen_row import chosen_row
from ui.frame.open_in import open_in
from ui.show.titles import named_apart
from ui.show.wording import percent, plain

_PARTS = {  # which of the cases -> what they are called
    "any": "any model fails",
    "first": "recurrent models fail more",
    "others": "Transformers fail more",
    "all": "all cases",
}
_SENTENCE, _SECOND = "sentence", "second sentence"


def cases_section(results: Results, gaps: Mapping[str, Gap]) -> None:
    """The choice of a check and of its cases, and these; `gaps` is check -> gap."""
    st.subheader("The cases of one check")
    widest = max(results, key=lambda check: gaps[check].b if check in gaps else 0)
    with st.container(horizontal=True, vertical_alignment="bottom", key="check-choice"):
        chosen = st.selectbox(
            "Check",
            list(results),
            index=list(results).index(widest),
            key="check",
            persist_state="session",
            width=300,
        )
        part = st.selectbox(
            "Cases",
            list(_PARTS) if gaps else ["any", "all"],
            format_func=_PARTS.__getitem__,
            key="check-cases",
            persist_state="session",
            width=300,
        )
    check, row = CHECKS[chosen], results[chosen]
    st.markdown(f"**{plain(check.asks)}** A case counts as failed if {plain(FAILURE[check.kind])}")
    positions = _positions(row, part)
    st.caption(
        f"{len(positions)} of {len(check.cases)} cases. ✗ failed, ✓ passed; the figures are each "
        "model’s probability of positive, for two sentences before → after."
    )
    if not positions:
        st.info("There are no such cases in this check.", icon=":material/check:")
        return
    picked = chosen_row(
        _table(check, row, positions),
        [(chosen, at) for at in positions],
        "cases",
        column_config={
            name: st.column_config.TextColumn(width="large") for name in (_SENTENCE, _SECOND)
        },
        alt=f"Cases of the check “{chosen}” with the models’ answers.",
    )
    if picked is None:
        st.caption(
            "Select a row, at its left, to open the case in Compare, Attributions or Inside."
        )
        return
    case = check.cases[positions[picked]]
    st.markdown("  \n".join(plain(text) for text in case.texts))
    open_in(case.texts[-1], case.texts[0] if len(case.texts) > 1 else None)


def _positions(row: Mapping[str, Checked], part: str) -> list[int]:
    """Positions of the cases in `part`, of _PARTS, given the results by model."""
    if part == "all":
        return list(range(len(next(iter(row.values())).positive)))
    if part == "any":
        return sorted({at for result in row.values() for at in result.failed})
    recurrent_more, others_more = more_often(row, recurrent(row))
    return others_more if part == "others" else recurrent_more


def _table(check: Check, row: Mapping[str, Checked], positions: Sequence[int]) -> pd.DataFrame:
    """The cases at `positions`: texts, what is expected, and every model's answer."""
    lines, titles = [], named_apart(row, _SENTENCE, _SECOND, "expected")
    for at in positions:
        case = check.cases[at]
        line = dict(zip((_SENTENCE, _SECOND), case.texts, strict=False))
        line["expected"] = _expected(check.kind, case)
        for name, result in row.items():
            shares = " → ".join(percent(share) for share in result.positive[at])
            line[titles[name]] = f"{'✗' if at in result.failed else '✓'} {shares}"
        lines.append(line)
    return pd.DataFrame(lines)


def _expected(kind: str, case: Case) -> str:
    if kind == INVARIANCE:
        return "the same answer"
    if kind == DIRECTIONAL:
        (towards,) = case.expected
        return f"no more {SENTIMENT[towards == SENTIMENT[0]]}"
    return " → ".join(case.expected)
