"""Running the behaviour checks on demand: with progress, and nothing finished is lost."""

from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from model_zoo.errors import ZooError
from model_zoo.evaluation.checks import CHECKS, Checked
from model_zoo.labels import SENTIMENT
from model_zoo.models.network import ModelId
from model_zoo.models.registry import title
from ui.frame import state
from ui.frame.instead import ready
from ui.serve import cached
from ui.serve.my_turn import my_turn
from ui.serve.pool import pool
from ui.serve.unforeseen import foreseen
from ui.show.wording import plain

_KEPT, _RUNNING, _BROKEN = "checks done", "checks running", "checks not possible"
_Key = tuple[str, str, str]  # model, check, sha256 of the model's weights


def askable() -> list[ModelId]:
    """The models of the set, and those beside it that are chosen and answer with the same labels.

    All of the set, whatever is chosen: of a family alone there is nothing to compare.
    """
    view = state.view()
    names = (*state.current_set().models, *view.models)
    return [
        name for name, row in state.lineup().items() if name in names and row.labels == SENTIMENT
    ]


def check_results() -> list[Checked]:
    """Every model's results of the checks that are done, in order; runs the others when told to.

    Running shows progress and a Stop button. What was done before a stop is kept, for this visit in
    the session and for all visitors in `cached.checked`.
    """
    kept: dict[_Key, Checked] = st.session_state.setdefault(_KEPT, {})
    names = ready(askable())
    weights = {name: cached.weights(name) for name in names}
    keys: dict[str, list[_Key]] = {
        check: [(name, check, weights[name]) for name in names] for check in CHECKS
    }
    place, control = st.empty(), st.empty()
    if st.session_state.get(_RUNNING):
        _run([key for row in keys.values() for key in row if key not in kept], kept, place)
    failed: Mapping[tuple[str, str], str] = st.session_state.get(_BROKEN, {})
    broken = {
        name: failed[name, weights[name]] for name in names if (name, weights[name]) in failed
    }
    for name, error in broken.items():
        st.error(f"**{plain(title(name))}**: {plain(error)}", icon=":material/error:")
    rows = [[key for key in row if key[0] not in broken] for row in keys.values()]
    done = [row for row in rows if row and all(key in kept for key in row)]
    if broken or len(done) < len(CHECKS):
        with control.container(horizontal=True, vertical_alignment="center"):
            label = "Try again" if broken else "Go on" if done else "Run the checks"
            icon = ":material/play_arrow:"
            st.button(label, type="primary", icon=icon, on_click=switch, args=(True,))
            if done and not broken:
                st.markdown(f"Stopped after {len(done)} of {len(CHECKS)} checks.")
    return [kept[key] for row in done for key in row]


def _run(keys: Sequence[_Key], kept: dict[_Key, Checked], place: DeltaGenerator) -> None:
    """Add the results of `keys` to `kept`, one after the other; models that fail are noted."""
    with place.container(horizontal=True, vertical_alignment="center"):
        st.button("Stop", icon=":material/stop:", on_click=switch, args=(False,))
        bar = st.empty()
    broken = st.session_state[_BROKEN]  # model and weights -> why
    for at, key in enumerate(keys):
        name, check, weights = key
        if (name, weights) not in broken:
            doing = f"{check}: " if pool.loaded(name) else "Loading "
            bar.progress(at / len(keys), doing + plain(title(name)))
            try:
                with foreseen():
                    kept[key] = cached.checked(name, check, partial(my_turn, bar))
            except ZooError as error:
                broken[name, weights] = str(error)
    st.session_state[_RUNNING] = False
    place.empty()


def switch(on: bool) -> None:
    """Start or stop running, from the next run of the page on; models that failed may try again."""
    st.session_state[_RUNNING] = on
    st.session_state[_BROKEN] = {}
