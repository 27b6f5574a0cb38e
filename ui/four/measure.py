"""Measuring on this machine what the models see and how long the twins take, when requested."""

from collections.abc import Sequence
from contextlib import closing

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from model_zoo.errors import ZooError
from model_zoo.internals import sight
from model_zoo.measure import twins
from model_zoo.models.sets import ModelSet, model_set
from ui.four.evidence import forget_own_twins, keep_sights, keep_twins
from ui.frame import asked, measuring
from ui.serve.my_turn import my_turn
from ui.serve.pool import pool
from ui.serve.turns import sweeps
from ui.show.wording import plain

_TWINS = "twins"


def request_twins() -> None:
    """Have the twins timed once the page is drawn, in place of what was measured before."""
    asked.ask(_TWINS)
    forget_own_twins()


def measure_twins_if_requested(place: DeltaGenerator) -> None:
    """Time the twins if their button was pressed, with progress in `place`; then run again.

    Called when all else is drawn. Any widget used meanwhile ends it: what was measured by then is
    in the session already.
    """
    if asked.take(_TWINS):
        _measure_twins(place)


def measure_sights_if_requested(of: ModelSet, four: Sequence[str], place: DeltaGenerator) -> None:
    """What the `four` of a set see, then what they cost; as `measure_twins_if_requested`."""
    if measuring.requested() and four:
        try:
            _measure_sights(of, four, place)
        except ZooError as error:
            measuring.failed(error)
            st.rerun()
        measuring.measure_if_requested(of, four, place)


def _measure_sights(of: ModelSet, models: Sequence[str], place: DeltaGenerator) -> None:
    label = "Masking each word of a sentence in turn…"
    bar = place.progress(0.0, label)
    with my_turn(bar) as go_on:
        for done, sights in enumerate(sight.measure(models, pool.model), start=1):
            keep_sights(of, sights)
            go_on()
            bar.progress(done / len(models), label)


def _measure_twins(place: DeltaGenerator) -> None:
    with place.container():
        bar = st.progress(0.0, "Loading…")
        st.button("Stop", key="stop-twins", icon=":material/stop:")
    try:
        with my_turn(bar, line=sweeps):
            # brings torch, and the app's number of threads
            pool.model(next(iter(model_set().models)))
            _time_twins(bar)
    except ZooError as error:
        place.error(plain(str(error)), icon=":material/error:")
    else:
        st.rerun()


def _time_twins(bar: DeltaGenerator) -> None:
    with closing(twins.speed()) as rounds:
        while True:
            # Only for a round, so that others need not wait for the end of it all.
            with my_turn(bar, lone=True):
                step = next(rounds, None)
            if step is None:
                return
            share, measured = step
            keep_twins(measured)
            bar.progress(share, f"Timing twins with random weights: {share:.0%}")
