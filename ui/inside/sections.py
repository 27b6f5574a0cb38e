"""What the sections of the page Inside share: computing for each model, and where to show it."""

from collections.abc import Callable, Hashable
from functools import partial
from typing import TypeVar

import streamlit as st

from model_zoo.errors import CapabilityError, ZooError
from model_zoo.models.network import Capability
from model_zoo.models.registry import having, title
from ui.frame import state
from ui.frame.captions import cannot
from ui.frame.instead import instead
from ui.inside.axes import WINDOW
from ui.serve.my_turn import my_turn
from ui.show.wording import plain

Result = TypeVar("Result")


def of_each_model(
    capability: Capability, compute: Callable[..., Result], *arguments: Hashable
) -> dict[str, Result]:
    """`compute(name, *arguments)` for each chosen model that can be asked, in a turn of its own.

    A model that cannot be loaded says so, and one without the capability says why its place is
    empty; the others go on.
    """
    results: dict[str, Result] = {}
    place, models = st.empty(), state.view().models
    able = having(capability, models)
    empty = cannot([name for name in models if name not in able], capability)
    for name in able:
        try:
            results[name] = compute(name, *arguments, begin=partial(my_turn, place))
        except CapabilityError as error:  # its tokenizer or its network lacks what its kind has
            empty.append(plain(str(error)))
        except ZooError as error:
            instead(name, error)
    if empty:
        st.caption("  \n".join(empty))
    return results


def called(name: str) -> str:
    """The model's title, for Markdown."""
    return plain(title(name))


def within(start: int, count: int) -> int:
    """Where the window begins for a model with `count` tokens of its own, perhaps fewer.

    >>> within(40, 200), within(40, 80), within(40, 10)
    (40, 16, 0)
    """
    return max(0, min(start, count - WINDOW))


def choose_start(count: int) -> int:
    """The first token to show: 0, or where the slider stands if not all `count` fit in."""
    if count <= WINDOW:
        return 0
    return (
        st.slider(
            f"First of the {WINDOW} tokens shown, of {count}",
            1,
            count - WINDOW + 1,
            key=f"start-{count}",
            width=320,
            help="The models read the whole text; the picture holds a part of it.",
        )
        - 1
    )
