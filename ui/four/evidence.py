"""What verdicts rest on: the shipped files, and what this visitor has measured in their place."""

from dataclasses import replace

import streamlit as st

from model_zoo.comparison.evidence import Evidence, memory_of, sights_of, sweep_of
from model_zoo.internals import sight
from model_zoo.internals.sight import Sights
from model_zoo.language_models import report
from model_zoo.measure import twins
from model_zoo.measure.twins import Twin, Twins
from model_zoo.models.sets import BUNDLED, ModelSet
from model_zoo.question_answering import folders
from ui.frame import measuring
from ui.serve import cached

_SIGHTS, _TWINS = "sights measured", "twins measured"


def evidence(of: ModelSet) -> tuple[Evidence, set[str]]:
    """What verdicts on a set rest on, and the fields of it that this visitor has measured here.

    The references are of the bundled models, but for the twins, which are of none: of another set
    there is what the visitor has measured. DataError where a reference is gone.
    """
    measured, reference = measuring.own_sweep(of), measuring.reference(of)
    sights = sights_of(of, st.session_state.get(_SIGHTS, {}).get(of.name))
    sweep, memory, timed_here = sweep_of(of, measured), memory_of(of, measured), own_twins()
    if timed_here and not all_timed(timed_here):
        timed_here = None
    bundled = of.name == BUNDLED
    current = replace(
        cached.evidence(of.name),
        missing=report.kept(report.MISSING) if bundled else None,
        readers=folders.measured() if bundled else {},
        sights=sights or (_shipped_sights() if bundled else None),
        sweep=sweep or reference,
        memory=memory or reference,
        twins=timed_here or shipped_twins(),
    )
    own = {"sights": sights, "sweep": sweep, "memory": memory, "twins": timed_here}
    return current, {field for field, record in own.items() if record}


@st.cache_data(show_spinner=False)
def shipped_twins() -> Twins:
    """The reference that comes with the app."""
    return twins.read()


@st.cache_data(show_spinner=False)
def _shipped_sights() -> Sights:
    return sight.read()


def keep_sights(of: ModelSet, sights: Sights) -> None:
    """Put what was measured of the sights of the set's models, by now, into the session."""
    st.session_state.setdefault(_SIGHTS, {})[of.name] = sights


def keep_twins(measured: Twins) -> None:
    """Put what was measured of the twins, by now, into the session."""
    st.session_state[_TWINS] = measured


def own_twins() -> Twins | None:
    """What this visitor has measured of the twins, perhaps not all; None where nothing."""
    return st.session_state.get(_TWINS)


def forget_own_twins() -> None:
    """Back to the reference."""
    st.session_state.pop(_TWINS, None)


def timed(measured: Twins) -> list[Twin]:
    """The twins that are meant to be timed; the others are only counted."""
    return [twin for twin in measured.twins if twins.ARCHITECTURES[twin.name].timed]


def all_timed(measured: Twins) -> bool:
    """Whether each twin that is meant to be timed has been."""
    return all(twin.latencies for twin in timed(measured))
