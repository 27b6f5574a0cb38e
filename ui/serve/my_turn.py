"""A visitor's turn at heavy work, with the wait for it shown on the page."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import get_ident
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.scriptrunner import get_script_run_ctx

from model_zoo.errors import ZooError
from ui.serve.turns import Turns, work
from ui.serve.unforeseen import foreseen
from ui.show.wording import in_line


@contextmanager
def my_turn(
    place: DeltaGenerator,
    doing: str = "",
    *,
    lone: bool = False,
    line: Turns = work,
) -> Iterator[Callable[..., None]]:
    """This visitor's turn, with the wait for it shown in `place`, and then `doing`.

    `place` is an empty slot. Yields what long work is to call as it goes, with any arguments: it
    ends the work where the visitor has left or typed something else, and lets others in between.
    For `lone` and BusyError see `Turns.turn`; a measurement of time is `lone`. Whatever fails in
    the block is a ZooError afterwards, and `place` does not say any more that it is under way.
    """
    context = get_script_run_ctx(suppress_warning=True)
    shown = ""

    def show(message: str) -> None:
        nonlocal shown
        if message != shown:
            shown = message
            place.caption(message) if message else place.empty()

    def waiting(ahead: int) -> None:
        _end_if_stopped()
        show(in_line(ahead))

    with line.turn(context.session_id if context else get_ident(), waiting, lone=lone) as give_way:

        def go_on(*_: Any) -> None:
            _end_if_stopped()
            give_way()
            show(doing)

        show(doing)
        try:
            with foreseen():
                yield go_on
        except ZooError:
            place.empty()
            raise


def _end_if_stopped(*_: Any) -> None:
    """Raise what ends an interrupted run: Streamlit looks for that when the session is read."""
    st.session_state.get("any key will do")
