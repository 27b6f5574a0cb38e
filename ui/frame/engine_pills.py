"""What computes the models: the same one on two engines stands as two models side by side."""

from importlib.util import find_spec

import streamlit as st

from model_zoo.models.engines import ENGINES
from model_zoo.models.registry import MOST_MODELS
from ui.frame import state


def engine_pills(what: str) -> None:
    """Pills for the engines, at least one chosen; nothing where only torch is installed.

    `what` tells these pills from others of the same visitor.
    """
    if find_spec("onnxruntime") is None:
        return
    key, used = _key(what), state.engines()
    if set(st.session_state.get(key, ())) != set(used):  # changed elsewhere, or none was left
        st.session_state[key] = used
    st.pills(
        "Engines",
        list(ENGINES),
        selection_mode="multi",
        format_func=lambda name: ENGINES[name].title,
        key=key,
        on_change=_choose,
        args=(what,),
        help="  \n".join(
            [
                "What computes the models: the same weights, by other programs.",
                *(f"**{engine.title}**: {engine.description}." for engine in ENGINES.values()),
                "The first time, a model is exported for its engine, which takes seconds; others "
                "go on meanwhile.",
            ]
        ),
    )
    state.refused(what)


def _key(what: str) -> str:
    return f"{what}-{state.current_set().name}"


def _choose(what: str) -> None:
    key = _key(what)
    if not state.choose_engines(st.session_state[key]):
        st.session_state[key] = state.engines()
        state.refuse(
            what,
            f"At most {MOST_MODELS} stand side by side: each model on each engine. For one more "
            "engine, first choose fewer models under “Models”, on Compare.",
        )
    elif not st.session_state[key]:
        state.refuse(what, "Some engine has to compute the models, so the usual one does.")
