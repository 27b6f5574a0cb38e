"""The choice of models to ask, among those of the set and the visitor's own."""

from collections.abc import Mapping

import streamlit as st

from model_zoo.models.registry import MOST_MODELS
from ui.frame import state
from ui.show.wording import plain


def model_pills(
    label: str, what: str, names: Mapping[str, str], *, help: str | None = None
) -> None:
    """Pills for the models of the lineup, at least one and at most MOST_MODELS of them chosen.

    They are called by their `names`; `what` tells these pills from others of the same visitor.
    """
    chosen = state.view().models
    st.pills(
        label,
        list(names),
        selection_mode="multi",
        format_func=lambda name: plain(names[name]),
        key=state.show(_key(what), [name for name in names if name in chosen]),
        on_change=_choose,
        args=(what,),
        help=help,
    )
    state.refused(what)


def _key(what: str) -> str:
    """Other pills once the models to choose from are others: a widget keeps its own choice."""
    changes = state.own_changes()
    engines = "-".join(state.engines()[1:])  # beside the first
    more = "".join(f"-{part}" for part in (engines, changes) if part)
    return f"{what}-{state.current_set().name}{more}"


def _choose(what: str) -> None:
    key = _key(what)
    chosen = st.session_state[key]
    if len(chosen) > MOST_MODELS:
        state.refuse(what, f"At most {MOST_MODELS} stand side by side: take one away first.")
    elif not state.choose_models(chosen):
        state.refuse(what, "At least one model has to be asked.")
    st.session_state[key] = list(state.view().models)
