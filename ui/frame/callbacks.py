"""Callbacks of widgets that are done to their end, whatever else the visitor clicks meanwhile."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from streamlit.runtime.scriptrunner import RerunException

MOST_CLICKS = 10  # that may come during one callback; also ends one that asks for a rerun itself
Arguments = ParamSpec("Arguments")


def whole(callback: Callable[Arguments, None]) -> Callable[Arguments, None]:
    """The callback, but never given up half-way; it may be begun again from its start.

    Streamlit takes up a click that waits wherever the session is read, in a callback, too, and
    drops that callback: a sentence whose Enter is followed at once by a click would be lost. Here
    the callback is done first, and then Streamlit told of the click.
    """

    @wraps(callback)
    def done(*arguments: Arguments.args, **named: Arguments.kwargs) -> None:
        waiting: RerunException | None = None
        for _ in range(MOST_CLICKS):
            try:
                callback(*arguments, **named)
                break
            except RerunException as click:
                waiting = click
        if waiting:
            raise waiting

    return done
