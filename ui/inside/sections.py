"""What the sections of the page Inside share: computing for each model, and where to show it."""

from collections.abc import Callable, Hashable, Iterator, Mapping
from functools import partial
from typing import TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from model_zoo.errors import ZooError
from model_zoo.models.network import Capability
from model_zoo.models.registry import SPECS, having
from ui.frame.captions import cannot
from ui.inside.axes import WINDOW
from ui.serve.my_turn import my_turn
from ui.show.theme import TITLES
from ui.show.wording import plain

Result = TypeVar("Result")


def of_each_model(
    capability: Capability, compute: Callable[..., Result], *arguments: Hashable
) -> dict[str, Result]:
    """`compute(name, *arguments)` for each model that has the capability, in a turn of its own.

    A model that cannot be loaded says so, and so does one that shows nothing of its inside at all;
    the others go on.
    """
    results = {}
    place = st.empty()
    inside = having(Capability.LAYERS)
    for name in [name for name in SPECS if name not in inside]:
        st.caption(cannot(name, Capability.LAYERS))
    for name in having(capability):
        try:
            results[name] = compute(name, *arguments, begin=partial(my_turn, place))
        except ZooError as error:
            st.error(plain(f"{TITLES[name]}: {error}"), icon=":material/error:")
    return results


def side_by_side(models: Mapping[str, object]) -> Iterator[tuple[str, DeltaGenerator]]:
    """Each model's name with a column of its own."""
    return zip(models, st.columns(len(models)), strict=True)


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
