"""One visitor's view, kept in the session, in the address and in step with the widgets."""

from dataclasses import replace

import streamlit as st

from ui.examples import FIRST
from ui.permalink import View, link, parameters, parse

DEFAULT = View(text=FIRST)
_VIEW, _WRITTEN, _NOTICES = "view", "address as written last", "notices on the address"
BOX, CHOSEN = "typed", "chosen"  # keys of the widgets that show parts of the view


def view() -> View:
    """What this visitor looks at."""
    return st.session_state.setdefault(_VIEW, DEFAULT)


def change(**fields) -> None:
    """Look at something else. To be called in callbacks: before a run draws anything."""
    st.session_state[_VIEW] = replace(view(), **fields)
    st.session_state[_NOTICES] = []


def read_address(*, arrived: bool) -> None:
    """Take over what the address asks for, if it is not what was written there last.

    That is so when a link is opened, and when the visitor goes back in the browser's history.
    An address is a whole view, but for one that was just `arrived` at from another page of the
    app: the menu's links carry no parameters, and the visitor's view goes along.
    """
    asked = _address()
    if asked != st.session_state.get(_WRITTEN):
        default = view() if arrived else DEFAULT
        st.session_state[_VIEW], st.session_state[_NOTICES] = parse(asked, default)
        st.session_state[_WRITTEN] = asked
        for key in (BOX, CHOSEN):
            st.session_state.pop(key, None)
    # a widget's state is dropped when its page is left; the view is not
    st.session_state.setdefault(BOX, view().text)
    st.session_state.setdefault(CHOSEN, list(view().models))


def address_notices() -> list[str]:
    """What of the address could not be taken over, and why; until the view is changed."""
    return st.session_state.get(_NOTICES, [])


def write_address() -> str | None:
    """Put the view into the address; the link that reproduces it, None if it is too long."""
    found = parameters(view(), DEFAULT)
    foreign = {key: values for key, values in _address().items() if key not in View.__slots__}
    wanted = foreign | {key: (value,) for key, value in (found or {}).items()}
    if wanted != _address():
        st.query_params.from_dict(wanted)
    st.session_state[_WRITTEN] = wanted
    address = (st.context.url or "").split("?")[0]
    return None if found is None else link(address, found)


def _address() -> dict[str, tuple[str, ...]]:
    return {key: tuple(st.query_params.get_all(key)) for key in st.query_params}
