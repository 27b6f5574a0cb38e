"""One visitor's view, kept in the session, in the address and in step with the widgets."""

from dataclasses import replace
from typing import Any

import streamlit as st

from ui.frame.callbacks import whole
from ui.frame.examples import FIRST
from ui.frame.permalink import View, link, parameters, parse

DEFAULT = View(text=FIRST)
_VIEW, _WRITTEN, _NOTICES = "view", "address as written last", "notices on the address"
_CHANGED = "changed by a widget for this run"
_FIRST = "this is the session's first run"
_SHOWN = "keys of widgets that show parts of the view"


def view() -> View:
    """What this visitor looks at."""
    return st.session_state.setdefault(_VIEW, DEFAULT)


@whole
def change(**fields: Any) -> None:
    """Look at something else: `fields` of the View get new values.

    To be called in callbacks: before a run draws anything.
    """
    st.session_state[_VIEW] = replace(view(), **fields)
    st.session_state[_NOTICES] = []
    st.session_state[_CHANGED] = True


def read_address(*, arrived: bool) -> None:
    """Take over what the address asks for, if it is not what was written there last.

    That is so when a link is opened, and when the visitor goes back in the browser's history.
    An address is a whole view, but for one that was just `arrived` at from another page of the
    app: the menu's links carry no parameters, and the visitor's view goes along. A run that a
    widget asked for may bring the address from before the last one was written: it is not followed.
    """
    st.session_state[_FIRST] = _WRITTEN not in st.session_state
    address = _address()
    clicked = st.session_state.pop(_CHANGED, False)
    if address != st.session_state.get(_WRITTEN) and not clicked:
        default = view() if arrived else DEFAULT
        st.session_state[_VIEW], st.session_state[_NOTICES] = parse(address, default)
        st.session_state[_WRITTEN] = address
        for key in st.session_state.pop(_SHOWN, set()):
            st.session_state.pop(key, None)


def show(key: str, value: object) -> str:
    """Have the widget `key`, drawn next, start with `value`, a part of the view; returns the key.

    A widget's state is dropped when its page is left; the view is not. While the widget is there,
    its own state holds: a value put into it on every run would undo a click made meanwhile.
    """
    st.session_state.setdefault(key, value)
    st.session_state.setdefault(_SHOWN, set()).add(key)
    return key


def first_run() -> bool:
    """Whether the session is new: a tab was opened, or found the server started anew."""
    return st.session_state[_FIRST]


def show_or_take(key: str, value: str) -> dict[str, Any]:
    """As `show`, as arguments of a text widget; but in a first run, what a tab brings is kept."""
    if not first_run():
        return {"key": show(key, value)}
    st.session_state.setdefault(_SHOWN, set()).add(key)  # set, it would replace what is brought
    return {"key": key, "value": value}


def address_notices() -> list[str]:
    """What of the address could not be taken over, and why; until the view is changed."""
    return st.session_state.get(_NOTICES, [])


def write_address() -> str | None:
    """Put the view into the address; the link that reproduces it, None if it is too long."""
    ours = parameters(view(), DEFAULT)
    foreign = {key: values for key, values in _address().items() if key not in View.__slots__}
    wanted = foreign | {key: (value,) for key, value in (ours or {}).items()}
    if wanted != _address():
        st.query_params.from_dict(wanted)
    st.session_state[_WRITTEN] = wanted
    address = (st.context.url or "").split("?")[0].rstrip("/") + "/"
    return None if ours is None else link(address, ours)


def _address() -> dict[str, tuple[str, ...]]:
    """The parameters in the address, each with all its values."""
    return {key: tuple(st.query_params.get_all(key)) for key in st.query_params}
