"""What computes the models: the same one on two engines stands as two cards."""

from importlib.util import find_spec

import streamlit as st

from model_zoo.models.engines import ENGINES
from model_zoo.models.registry import MOST_MODELS
from ui.frame import state
from ui.frame.callbacks import whole


def engine_pills() -> None:
    """Pills for the engines, at least one chosen; nothing where only torch is installed."""
    if find_spec("onnxruntime") is None:
        return
    st.pills(
        "Engines",
        list(ENGINES),
        selection_mode="multi",
        format_func=lambda name: ENGINES[name].title,
        key=state.show(_key(), state.engines()),
        on_change=_choose,
        help="  \n".join(
            [
                *(f"**{engine.title}**: {engine.description}." for engine in ENGINES.values()),
                "A model is exported when it is first asked for, which takes seconds.",
            ]
        ),
    )


def _key() -> str:
    """Another widget for another view: it keeps its own choice."""
    return f"engines-{state.current_set().name}-{len(state.view().models)}"


@whole
def _choose() -> None:
    key = _key()
    if not state.choose_engines(st.session_state[key]):
        st.toast(f"{MOST_MODELS} stand side by side at most: the last models were left out.")
