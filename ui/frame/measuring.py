"""Which speed figures this visitor looks at, and measuring them anew on this machine."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from time import monotonic

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from model_zoo.errors import ZooError
from model_zoo.host import host
from model_zoo.measure import sweep as sweeping
from model_zoo.measure.footprint import Footprint
from model_zoo.measure.sweep import Sweep
from model_zoo.models.registry import title
from model_zoo.models.sets import BUNDLED, ModelSet
from model_zoo.paths import user_cache
from ui.frame import asked
from ui.serve import cached
from ui.serve.my_turn import my_turn
from ui.serve.pool import pool
from ui.serve.turns import sweeps
from ui.show.wording import counted, listing, plain


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
    """What this visitor measured of a set's models and others beside them.

    Not `finished` while under way, and if it was stopped.
    """

    sweep: Sweep
    finished: bool


PLANS = {"quick": Plan(10, 4.0, False), "thorough": Plan(30, 20.0, True)}
REDRAW_SECONDS = 0.25  # between two looks at the progress: drawing it takes time from what is timed
_OWN = "own sweeps"  # name of a set -> the OwnSweep made beside it
_SWEEP, _FAILED = "sweep", "why the sweep ended early"


def own_sweep(of: ModelSet) -> Sweep | None:
    """What this visitor has measured beside the set, by now; None where nothing was."""
    own = _own(of)
    return own.sweep if own else None


def reference(of: ModelSet) -> Sweep | None:
    """The figures that come with the app, if they are of this set; DataError where they are gone.

    They were taken of the bundled models, and say nothing of others.
    """
    return cached.reference_sweep() if of.name == BUNDLED else None


def sweep(of: ModelSet) -> tuple[Sweep | None, bool]:
    """The figures in force for this visitor, and whether they are the shipped reference.

    Those are this visitor's own measurement, if there is one with latencies in it, or else the
    reference. None where there is neither. Raises DataError where the reference is gone.
    """
    if own := own_sweep(of):
        return own, False
    return reference(of), True


def footprints(of: ModelSet) -> tuple[Sweep | None, bool]:
    """The sweep to take memory from, and whether it is the reference: a quick one has none."""
    current, shipped = sweep(of)
    return (current, shipped) if current and current.footprints else (reference(of), True)


def not_measured(measured: Sweep | None, models: Sequence[str]) -> str:
    """Which of the models have no times yet, and what to do, for Markdown; empty where none."""
    timed = {latency.model for latency in measured.latencies} if measured else set()
    missing = [plain(title(model)) for model in models if model not in timed]
    if not missing:
        return ""
    return f"Not measured yet: {listing(missing)}. Press “Measure on this machine”."


def provenance(measured: Sweep, shipped: bool) -> str:
    """Where and when the figures were measured, as a sentence for Markdown.

    `shipped` says whether they are the reference that comes with the app.
    """
    machine, when = measured.host, datetime.fromisoformat(measured.taken)
    at = f"{when:%d %B %Y, %H:%M} {when.tzname() or ''}".strip().lstrip("0")
    on = plain(f"{machine.processor}, {counted(machine.cores, 'core')}")
    if not shipped:
        return f"Measured on this machine ({on}) in your session, {at}."
    same = machine.processor == host().processor
    where = "a machine with this one’s processor" if same else "**not this machine**"
    return f"Reference figures that come with the app: taken on {where} ({on}), {at}."


def panel(of: ModelSet) -> DeltaGenerator:
    """What to measure beside the set, and its buttons; returns the place for the progress."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="speed-panel"):
        st.segmented_control(
            "How thoroughly", list(PLANS), default="quick", required=True, key="speed-plan"
        )
        st.button(
            "Measure on this machine", type="primary", icon=":material/speed:", on_click=_request
        )
        own = _own(of)
        if own:
            back = "Back to the reference" if of.name == BUNDLED else "Forget what was measured"
            st.button(back, icon=":material/undo:", on_click=_forget, args=(of.name,))
    plans = " ".join(f"**{name.capitalize()}**: {_effort(plan)}." for name, plan in PLANS.items())
    st.caption(
        f"{plans} A batch is the texts of one call. Visitors’ measurements take turns, but other "
        "visitors may have work done beside yours, on other cores."
    )
    place = st.empty()
    problem = st.session_state.get(_FAILED)
    if requested():
        return place
    if own and not own.finished:
        reason = problem or (
            "It was stopped, or you went on to something else. Measure again for the rest."
        )
        place.warning(
            plain(f"This measurement ended early: what was measured is kept. {reason}"),
            icon=":material/timer_off:",
        )
    elif problem:
        place.error(plain(problem), icon=":material/error:")
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
    return asked.is_asked(_SWEEP)


def failed(error: ZooError) -> None:
    """Keep why the measurement that was asked for could not be made; it is said by `panel`."""
    asked.take(_SWEEP)
    st.session_state[_FAILED] = str(error)


def _request() -> None:
    asked.ask(_SWEEP, st.session_state["speed-plan"])


def _forget(of: str) -> None:
    st.session_state.get(_OWN, {}).pop(of, None)
    st.session_state.pop(_FAILED, None)


def _own(of: ModelSet) -> OwnSweep | None:
    return st.session_state.get(_OWN, {}).get(of.name)


def _keep(of: ModelSet, own: OwnSweep) -> None:
    st.session_state.setdefault(_OWN, {})[of.name] = own


def measure_if_requested(of: ModelSet, models: Sequence[str], place: DeltaGenerator) -> None:
    """Measure if the button was pressed, with progress in `place`; then run the page again.

    The models are of the set, or stand beside it. Called when all else is drawn. Any widget used
    meanwhile ends it: what was measured by then is in the session already.
    """
    plan = asked.take(_SWEEP)
    if plan is None or not models:
        return
    st.session_state.pop(_FAILED, None)
    before = own_sweep(of)
    kept = tuple(
        footprint
        for footprint in (before.footprints if before else ())
        if footprint.model in models
    )
    with place.container():
        bar = st.progress(0.0, "Loading…")
        st.button(
            "Stop measuring", icon=":material/stop:", help="What was measured by then is kept."
        )
    try:
        with my_turn(bar, line=sweeps):
            _measure(of, models, PLANS[plan], kept, bar)
    except ZooError as error:  # memory comes last: latencies are there
        failed(error)
    st.rerun()


def _measure(
    of: ModelSet,
    names: Sequence[str],
    plan: Plan,
    kept: tuple[Footprint, ...],
    bar: DeltaGenerator,
) -> None:
    """Measure into the session; footprints `kept` from before stand in until there are new ones."""
    models = []
    for number, name in enumerate(names, start=1):
        bar.progress(0.0, f"Loading {plain(title(name))} ({number} of {len(names)})…")
        models.append(pool.model(name))
    stages = sweeping.sweep(
        models,
        lengths=plan.lengths,
        batches=plan.batches,
        runs=plan.runs,
        seconds=plan.seconds,
        memory=plan.memory,
        kept_in=user_cache(),
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
                _keep(of, OwnSweep(measured, finished=False))
            if monotonic() - drawn > REDRAW_SECONDS:
                drawn = monotonic()
                bar.progress(*_progress(stage, drawn - started))
    _keep(of, OwnSweep(measured, finished=True))


def _progress(stage: sweeping.Stage, spent: float) -> tuple[float, str]:
    """Share that is done, 0 to 1, and what is being done, after `spent` seconds."""
    doing = plain(stage.doing)
    if stage.seconds_left is None:
        return 0.0, f"{doing}…"
    share = spent / (spent + stage.seconds_left or 1)
    return min(1.0, share), f"{doing}: about {stage.seconds_left:.0f} s left"
