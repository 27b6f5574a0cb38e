"""What a button asked for, to be done once its page is drawn: on that page, or not at all."""

from typing import Any

import streamlit as st

_ASKED = "asked for, and yet to be done"


def ask(what: str, how: Any = True) -> None:
    """Have `what` done at the end of the run that follows; to be called in callbacks."""
    st.session_state[_ASKED] = st.session_state.get(_ASKED, {}) | {what: how}


def is_asked(what: str) -> bool:
    """Whether it is yet to be done."""
    return what in st.session_state.get(_ASKED, {})


def take(what: str) -> Any | None:
    """How it was asked for, which is then forgotten; None if it was not, or on another page."""
    return st.session_state.get(_ASKED, {}).pop(what, None)


def forget() -> None:
    """Nothing is asked for any more: the visitor has gone on to another page."""
    st.session_state.pop(_ASKED, None)
