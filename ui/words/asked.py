"""Asking several models, each in a turn of its own."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

import streamlit as st

from model_zoo.errors import TextError, ZooError
from model_zoo.language_models.models import TITLES, available
from ui.serve.my_turn import my_turn
from ui.show.wording import plain

Result = TypeVar("Result")


def of_each(
    compute: Callable[..., Result],
    *arguments: Any,
    doing: str = "",
    models: Mapping[str, str] | None = None,
    **options: Any,
) -> dict[str, Result]:
    """`compute(name, *arguments)` of each model in order; one that cannot be asked says why.

    `models` are titles by name: without them, of every language model there is. Raises TextError
    for a text that no model can read.
    """
    results: dict[str, Result] = {}
    place = st.empty()
    try:
        for name, title in (models or {name: TITLES[name] for name in available()}).items():
            begin = partial(my_turn, place, f"{plain(title)} {doing}" if doing else "")
            try:
                results[name] = compute(name, *arguments, begin=begin, **options)
            except TextError:
                raise
            except ZooError as error:
                st.error(plain(f"{title}: {error}"), icon=":material/error:")
    finally:
        place.empty()
    return results
