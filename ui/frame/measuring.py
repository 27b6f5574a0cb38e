"""Which speed figures this visitor looks at, and measuring them anew on this machine."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from time import monotonic

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from model_zoo.errors import MeasureError
from model_zoo.host import host
from model_zoo.measure import sweep as sweeping
from model_zoo.measure.footprint import Footprint
from model_zoo.measure.sweep import Sweep
from model_zoo.models.registry import SPECS
from ui.serve import cached
from ui.serve.footprints import cache_folder
from ui.serve.my_turn import my_turn
from ui.serve.pool import pool
from ui.serve.turns import sweeps
from ui.show.theme import TITLES
from ui.show.wording import plain


@dataclass(frozen=True, slots=True)
class Plan:
    """How much to measure; `seconds` is what the calls of one length or batch may take."""

    runs: int
    seconds: float
    memory: bool
    lengths: Sequence[int] = sweeping.LENGTHS
    batches: Sequence[int] = sweeping.BATCHES


@dataclass(frozen=True, slots=True)
class OwnSweep:
    """What this visitor measured; not `finished` while under way, and if it was stopped."""

    sweep: Sweep
    finished: bool


PLANS = {"quick": Plan(10, 4.0, False), "thorough": Plan(30, 20.0, True)}
REDRAW_SECONDS = 0.25  # between two looks at the progress: drawing it takes time from what is timed
_OWN, _REQUESTED, _FAILED = "own sweep", "sweep asked for", "why the sweep ended early"


def sweep() -> tuple[Sweep, bool]:
    """The figures in force for this visitor, and whether they are the shipped reference.

    Those are this visitor's own measurement, if there is one with latencies in it; the reference's
    footprints stand in where it has none. Raises DataError where the reference is gone.
    """
    own: OwnSweep | None = st.session_state.get(_OWN)
    if own is None:
        return cached.reference_sweep(), True
    return own.sweep, False


def footprints() -> tuple[Sweep, bool]:
    """The sweep to take memory from, and whether it is the reference: a quick one has none."""
    current, shipped = sweep()
    return (current, shipped) if current.footprints else (cached.reference_sweep(), True)


def provenance(measured: Sweep, shipped: bool) -> str:
    """Where and when the figures were measured, as a sentence for Markdown.

    `shipped` says whether they are the reference that comes with the app.
    """
    machine, when = measured.host, datetime.fromisoformat(measured.taken)
    at = f"{when:%d %B %Y, %H:%M} {when.tzname() or ''}".strip()
    on = plain(f"{machine.processor}, {machine.cores} cores")
    if not shipped:
        return f"Measured on this machine ({on}) in your session, {at}."
    same = machine.processor == host().processor
    where = "a machine with this one’s processor" if same else "**not this machine**"
    return f"Reference figures that come with the app: taken on {where} ({on}), {at}."


def panel() -> DeltaGenerator:
    """What to measure and the buttons for it; returns the place for the progress."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="speed-panel"):
        st.segmented_control(
            "How thoroughly", list(PLANS), default="quick", required=True, key="speed-plan"
        )
        st.button(
            "Measure on this machine", type="primary", icon=":material/speed:", on_click=_request
        )
        if _OWN in st.session_state:
            st.button("Back to the reference", icon=":material/undo:", on_click=_forget)
    plans = " ".join(f"**{name.capitalize()}**: {_effort(plan)}." for name, plan in PLANS.items())
    st.caption(
        f"{plans} Visitors’ measurements take turns, but other visitors may have work done beside "
        "yours, on other cores."
    )
    place = st.empty()
    own: OwnSweep | None = st.session_state.get(_OWN)
    if own and not own.finished and _REQUESTED not in st.session_state:
        reason = st.session_state.get(_FAILED, "It was stopped, or you went on to something else.")
        place.warning(
            plain(f"This measurement ended early: what was measured is kept. {reason}"),
            icon=":material/timer_off:",
        )
    return place


def _effort(plan: Plan) -> str:
    """What a plan measures, as a phrase."""
    memory = "; memory in fresh processes" if plan.memory else "; no memory"
    return (
        f"up to {plan.runs} calls of each model at {len(plan.lengths)} lengths and "
        f"{len(plan.batches)} batch sizes{memory}"
    )


def requested() -> bool:
    """Whether the panel's button was pressed for this run, and the measurement is yet to come."""
    return _REQUESTED in st.session_state


def _request() -> None:
    st.session_state[_REQUESTED] = st.session_state["speed-plan"]


def _forget() -> None:
    st.session_state.pop(_OWN, None)
    st.session_state.pop(_FAILED, None)


def measure_if_requested(place: DeltaGenerator) -> None:
    """Measure, with progress in `place`, if the button was pressed; then run the page again.

    Called when all else is drawn. Any widget used meanwhile ends it: what was measured by then is
    in the session already.
    """
    plan = st.session_state.pop(_REQUESTED, None)
    if plan is None:
        return
    st.session_state.pop(_FAILED, None)
    before: OwnSweep | None = st.session_state.get(_OWN)
    kept = before.sweep.footprints if before else ()
    with place.container():
        bar = st.progress(0.0, "Loading…")
        st.button(
            "Stop measuring", icon=":material/stop:", help="What was measured by then is kept."
        )
    try:
        with my_turn(bar, line=sweeps):
            _measure(PLANS[plan], kept, bar)
    except MeasureError as error:  # memory comes last: latencies are there
        st.session_state[_FAILED] = str(error)
    st.rerun()


def _measure(plan: Plan, kept: tuple[Footprint, ...], bar: DeltaGenerator) -> None:
    """Measure into the session; footprints `kept` from before stand in until there are new ones."""
    models = []
    for number, name in enumerate(SPECS, start=1):
        bar.progress(0.0, f"Loading {TITLES[name]} ({number} of {len(SPECS)})…")
        models.append(pool.model(name))
    stages = sweeping.sweep(
        models,
        lengths=plan.lengths,
        batches=plan.batches,
        runs=plan.runs,
        seconds=plan.seconds,
        memory=plan.memory,
        kept_in=cache_folder(),
    )
    started, drawn = monotonic(), 0.0
    with closing(stages):
        while True:
            # Only for a round, so that others need not wait for the end of it all.
            with my_turn(bar, lone=True):
                stage = next(stages, None)
            if stage is None:
                break
            measured = replace(stage.sweep, footprints=stage.sweep.footprints or kept)
            if measured.latencies:
                st.session_state[_OWN] = OwnSweep(measured, finished=False)
            if monotonic() - drawn > REDRAW_SECONDS:
                drawn = monotonic()
                bar.progress(*_progress(stage, drawn - started))
    st.session_state[_OWN] = OwnSweep(measured, finished=True)


def _progress(stage: sweeping.Stage, spent: float) -> tuple[float, str]:
    """Share that is done, 0 to 1, and what is being done, after `spent` seconds."""
    if stage.seconds_left is None:
        return 0.0, f"{stage.doing}…"
    share = spent / (spent + stage.seconds_left or 1)
    return min(1.0, share), f"{stage.doing}: about {stage.seconds_left:.0f} s left"
