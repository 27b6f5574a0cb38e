"""Behaviour checks, run on demand: what the recurrent models get wrong, and the Transformers."""

from collections.abc import Mapping, Sequence
from functools import partial

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from model_zoo.errors import ZooError
from model_zoo.labels import LABELS
from model_zoo.models.registry import SPECS
from model_zoo.quality.checks import (
    CASES,
    CHECKS,
    DIRECTIONAL,
    FAILURE,
    INVARIANCE,
    Check,
    Checked,
    Gap,
    as_csv,
    by_check,
    gaps,
    more_often,
    recurrent,
)
from model_zoo.quality.templates import Case
from ui.checks import figures as check_figures
from ui.frame.captions import how_to_read
from ui.frame.open_in import open_in
from ui.serve import cached
from ui.serve.turns import my_turn
from ui.show.theme import PLAIN, TITLES
from ui.show.wording import families, interval, percent, plain

_KEPT, _RUNNING, _BROKEN = "checks done", "checks running", "checks not possible"
_SHOWN = {
    "any": "any model fails",
    "first": "recurrent models fail more",
    "others": "Transformers fail more",
    "all": "all cases",
}

_SENTENCE, _SECOND = "sentence", "second sentence"

Found = Mapping[str, Mapping[str, Checked]]  # check -> model -> result
_Key = tuple[str, str, str]  # model, check, sha256 of the model's weights


def section() -> None:
    """The checks as a map of failure rates, the cases of one of them, and all as a file."""
    st.header("Behaviour checks")
    texts = sum(len(case.texts) for check in CHECKS.values() for case in check.cases)
    st.markdown(
        f"Accuracy says how often a model is right, not what it gets wrong. These {len(CHECKS)} "
        f"checks, {texts:,} short sentences made from templates, each ask one thing: whether a "
        "negation is understood, a contrast, the order of words, whether another name changes the "
        "answer. The method is CheckList's (Ribeiro et al. 2020)."
    )
    results = _results()
    if not results:
        return
    found = by_check(results)
    compared = {gap.check: gap for gap in gaps(results)}
    said = families(found, list(compared.values()), recurrent())
    st.markdown(plain(said))
    _map(found, compared, said)
    _one_check(found, compared)
    st.download_button(
        "Download all cases and answers as CSV",
        lambda: as_csv(results),
        "quartet-checks.csv",
        "text/csv",
        on_click="ignore",
        icon=":material/table:",
    )


def _results() -> list[Checked]:
    """Every model's results of the checks that are done, in order; runs the others if asked to.

    Running shows progress and a Stop button. What was done before a stop is kept, for this visit in
    the session and for all visitors in `cached.checked`.
    """
    kept: dict[_Key, Checked] = st.session_state.setdefault(_KEPT, {})
    weights = {name: cached.weights(name) for name in SPECS}
    keys: dict[str, list[_Key]] = {
        check: [(name, check, weights[name]) for name in SPECS] for check in CHECKS
    }
    place, control = st.empty(), st.empty()
    if st.session_state.get(_RUNNING):
        _run([key for row in keys.values() for key in row if key not in kept], kept, place)
    broken: Mapping[str, str] = st.session_state.get(_BROKEN, {})
    for name, error in broken.items():
        st.error(f"**{TITLES[name]}**: {plain(error)}", icon=":material/error:")
    asked = {check: [key for key in row if key[0] not in broken] for check, row in keys.items()}
    done = [row for row in asked.values() if row and all(key in kept for key in row)]
    if broken or len(done) < len(CHECKS):
        with control.container(horizontal=True, vertical_alignment="center"):
            label = "Try again" if broken else "Go on" if done else "Run the checks"
            icon = ":material/play_arrow:"
            st.button(label, type="primary", icon=icon, on_click=_switch, args=(True,))
            if done and not broken:
                st.markdown(f"Stopped after {len(done)} of {len(CHECKS)} checks.")
    return [kept[key] for row in done for key in row]


def _run(keys: Sequence[_Key], kept: dict[_Key, Checked], place: DeltaGenerator) -> None:
    """Add the results of `keys` to `kept`, one after the other; models that fail are noted."""
    with place.container(horizontal=True, vertical_alignment="center"):
        st.button("Stop", icon=":material/stop:", on_click=_switch, args=(False,))
        bar = st.empty()
    broken = st.session_state[_BROKEN]
    for at, key in enumerate(keys):
        name, check, _ = key
        if name not in broken:
            doing = f"{check}: " if cached.loaded(name) else "Loading "
            bar.progress(at / len(keys), doing + TITLES[name])
            try:
                kept[key] = cached.checked(name, check, partial(my_turn, bar))
            except ZooError as error:
                broken[name] = str(error)
    st.session_state[_RUNNING] = False
    place.empty()


def _switch(on: bool) -> None:
    st.session_state[_RUNNING] = on
    st.session_state[_BROKEN] = {}


def _map(found: Found, compared: Mapping[str, Gap], said: str) -> None:
    """Failure rates of all models in all checks that are done, as a figure and as a table."""
    kinds = {check: CHECKS[check].kind for check in found}
    names = {name: TITLES[name] for name in next(iter(found.values()))}
    st.subheader("Failure rates")
    st.plotly_chart(
        check_figures.failures(found, kinds, names),
        key="check-failures",
        config=PLAIN,
        alt=f"Map of failure rates, {len(found)} checks by {len(names)} models. {said}",
    )
    how_to_read(
        f"Each number is the share of a check's {CASES} cases that the model fails; dark is few, "
        "bright is many. Hovering tells the count and its 95 % interval (Wilson).",
        "cases of one check are made from a few templates and are alike, so the intervals are "
        "narrower than they would be for sentences from life, and a low rate does not mean that "
        "the model masters the matter. These models are much smaller than the papers'.",
    )
    with st.expander("As a table, with intervals and paired test"):
        rows = []
        for check, row in found.items():
            figures = {TITLES[name]: interval(one.share, one.ci95) for name, one in row.items()}
            line: dict[str, str | int] = {"check": check, "kind": kinds[check], **figures}
            if check in compared:
                gap = compared[check]
                line |= {"recurrent more": gap.b, "Transformers more": gap.c, "p": f"{gap.p:.2g}"}
            rows.append(line)
        st.dataframe(pd.DataFrame(rows), hide_index=True, key="check-table")
        st.caption(
            "“Recurrent more”: cases that a larger share of the recurrent models fail than of the "
            "Transformers; “Transformers more”: the reverse. p: exact sign test on the two "
            "(McNemar's, for a pair of models), adjusted for looking at so many checks (Holm "
            "1979). Above 0.05 the difference could well be chance."
        )


def _one_check(found: Found, compared: Mapping[str, Gap]) -> None:
    """A check's cases with all models' answers, each to be opened on another page."""
    st.subheader("The cases of one check")
    widest = max(found, key=lambda check: compared[check].b if check in compared else 0)
    with st.container(horizontal=True, vertical_alignment="bottom", key="check-choice"):
        chosen = st.selectbox(
            "Check",
            list(found),
            index=list(found).index(widest),
            key="check",
            persist_state="session",
            width=300,
        )
        which = st.selectbox(
            "Cases",
            list(_SHOWN) if compared else ["any", "all"],
            format_func=_SHOWN.__getitem__,
            key="check-cases",
            persist_state="session",
            width=300,
        )
    check, row = CHECKS[chosen], found[chosen]
    st.markdown(f"**{plain(check.asks)}** A case counts as failed if {plain(FAILURE[check.kind])}")
    positions = _positions(row, which)
    st.caption(
        f"{len(positions)} of {len(check.cases)} cases. ✗ failed, ✓ passed; the figures are each "
        "model's probability of positive, for two sentences before → after."
    )
    if not positions:
        st.info("There are no such cases in this check.", icon=":material/check:")
        return
    picked = st.dataframe(
        _table(check, row, positions),
        hide_index=True,
        key=f"cases-{chosen}-{which}-{len(positions)}",
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            name: st.column_config.TextColumn(width="large") for name in (_SENTENCE, _SECOND)
        },
        alt=f"Cases of the check “{chosen}” with the models' answers.",
    )
    if not picked.selection.rows:
        st.caption(
            "Select a row, at its left, to open the case in Compare, Attributions or Inside."
        )
        return
    case = check.cases[positions[picked.selection.rows[0]]]
    st.markdown("  \n".join(plain(text) for text in case.texts))
    open_in(case.texts[-1], case.texts[0] if len(case.texts) > 1 else None)


def _positions(row: Mapping[str, Checked], which: str) -> list[int]:
    """Which cases to show, of _SHOWN."""
    if which == "all":
        return list(range(len(next(iter(row.values())).positive)))
    if which == "any":
        return sorted({at for one in row.values() for at in one.failed})
    return more_often(row, recurrent())[which == "others"]


def _table(check: Check, row: Mapping[str, Checked], positions: Sequence[int]) -> pd.DataFrame:
    lines = []
    for at in positions:
        case = check.cases[at]
        line = dict(zip((_SENTENCE, _SECOND), case.texts, strict=False))
        line["expected"] = _expected(check.kind, case)
        for name, one in row.items():
            shares = " → ".join(percent(share) for share in one.positive[at])
            line[TITLES[name]] = f"{'✗' if at in one.failed else '✓'} {shares}"
        lines.append(line)
    return pd.DataFrame(lines)


def _expected(kind: str, case: Case) -> str:
    if kind == INVARIANCE:
        return "the same answer"
    if kind == DIRECTIONAL:
        (towards,) = case.expected
        return f"no more {LABELS[towards == LABELS[0]]}"
    return " → ".join(case.expected)
