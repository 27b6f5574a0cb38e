"""Asking a model on the tour: a turn of its own, and a word in its place where it cannot."""

from collections.abc import Callable, Hashable
from functools import partial
from typing import Any, TypeVar

import streamlit as st

from model_zoo.errors import ZooError
from model_zoo.inference.predict import Prediction, predict
from ui.frame.instead import instead
from ui.serve.my_turn import my_turn
from ui.serve.pool import pool

Result = TypeVar("Result")


def ask(
    compute: Callable[..., Result], name: str, *arguments: Hashable, **how: Any
) -> Result | None:
    """`compute(name, *arguments)`, one of `cached`'s; None where that failed, and was said."""
    try:
        return compute(name, *arguments, begin=partial(my_turn, st.empty()), **how)
    except ZooError as error:
        instead(name, error)
    return None


def answer(name: str, text: str) -> Prediction | None:
    """What the model makes of `text`; None where it cannot be asked, and that was said."""
    try:
        with my_turn(st.empty()):
            return predict(pool.model(name), [text])[0]
    except ZooError as error:
        instead(name, error)
    return None
