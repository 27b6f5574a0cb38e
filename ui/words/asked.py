"""Asking every language model there is, each in a turn of its own."""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import streamlit as st

from model_zoo.errors import ZooError
from model_zoo.language.models import TITLES, available
from ui.serve.my_turn import my_turn
from ui.show.wording import plain

Result = TypeVar("Result")


def of_each(
    compute: Callable[..., Result], *arguments: Any, doing: str = "", **options: Any
) -> dict[str, Result]:
    """`compute(name, *arguments)` of each model in order; one that cannot be asked says why."""
    results: dict[str, Result] = {}
    place = st.empty()
    for name in available():
        try:
            begin = partial(my_turn, place, f"{TITLES[name]} {doing}" if doing else "")
            results[name] = compute(name, *arguments, begin=begin, **options)
        except ZooError as error:
            st.error(plain(f"{TITLES[name]}: {error}"), icon=":material/error:")
    place.empty()
    return results
