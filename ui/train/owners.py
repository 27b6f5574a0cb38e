"""Whose trainings are whose: the link to come back by, and whoever runs the server."""

import streamlit as st

from model_zoo.models.owner import LEAST_TOKEN_CHARACTERS, operator_token
from ui.frame import mine

_TOKEN, _WRONG = "operator-token", "the token was none"
_MOST_TOKEN_CHARACTERS = 200


def link_section() -> None:
    """The link to a training that was just started, once; what a link that opens nothing means."""
    if mine.unknown():
        st.warning(
            "This link opens nothing here: what it led to was deleted, or the link was cut short.",
            icon=":material/link_off:",
        )
    if secret := mine.new_secret():
        with st.container(border=True):
            st.markdown("**Your link to this training**, and to the set that comes of it")
            st.code(mine.link(secret), language=None, wrap_lines=True)
            st.caption(
                "This browser remembers it, and it is shown only once: keep it, to come back from "
                "another browser. Whoever has it can stop the training, take the set along and "
                "delete it."
            )
            st.button("I have it", icon=":material/check:", on_click=mine.shown)


def operator_section() -> None:
    """Where whoever runs the server says so, if it was started with a token for that."""
    if operator_token() is None:
        return
    with st.expander("For whoever runs this server"):
        if mine.holder().operator:
            st.caption("All trainings and sets are yours to handle, for this visit.")
            return
        with st.form("operator", border=False, clear_on_submit=True):
            st.text_input(
                "QUARTET_ADMIN",
                type="password",
                key=_TOKEN,
                max_chars=_MOST_TOKEN_CHARACTERS,
                autocomplete="off",
                help=f"What the server was started with, {LEAST_TOKEN_CHARACTERS} characters or "
                "more.",
            )
            st.form_submit_button("Handle all trainings and sets", on_click=_become)
        if st.session_state.pop(_WRONG, False):
            st.error("That is not the token this server was started with.", icon=":material/key:")


def _become() -> None:
    st.session_state[_WRONG] = not mine.become_operator(st.session_state[_TOKEN])
