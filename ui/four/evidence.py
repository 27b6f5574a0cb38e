"""What verdicts rest on: the shipped files, and what this visitor has measured in their place."""

from dataclasses import replace

import streamlit as st

from model_zoo.claims.evidence import Evidence
from model_zoo.inside import sight
from model_zoo.inside.sight import Sights
from model_zoo.measure import twins
from model_zoo.measure.twins import Twin, Twins
from model_zoo.models.registry import SPECS
from ui.frame import measuring
from ui.serve import cached

_SIGHTS, _TWINS = "sights measured", "twins measured"


def evidence() -> tuple[Evidence, set[str]]:
    """What verdicts rest on, and the fields of it that this visitor has measured here.

    DataError where a reference is gone.
    """
    (sweep, shipped), (memory, memory_shipped) = measuring.sweep(), measuring.footprints()
    current = replace(
        cached.evidence(),
        sights=_shipped_sights(),
        sweep=sweep,
        memory=memory,
        twins=shipped_twins(),
    )
    references = {"sweep": shipped, "memory": memory_shipped}
    own = {field for field, reference in references.items() if not reference}
    if (sights := st.session_state.get(_SIGHTS)) and _complete(sights):
        current, own = replace(current, sights=sights), own | {"sights"}
    if (measured := own_twins()) and all_timed(measured):
        current, own = replace(current, twins=measured), own | {"twins"}
    return current, own


@st.cache_data(show_spinner=False)
def shipped_twins() -> Twins:
    """The reference that comes with the app."""
    return twins.read()


@st.cache_data(show_spinner=False)
def _shipped_sights() -> Sights:
    return sight.read()


def keep_sights(sights: Sights) -> None:
    """Put what was measured of the models' sights, by now, into the session."""
    st.session_state[_SIGHTS] = sights


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


def _complete(sights: Sights) -> bool:
    return {seen.model for seen in sights.seen} == set(SPECS)
