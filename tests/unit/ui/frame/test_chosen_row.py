"""A row that is chosen stays that row, whatever is shown beside it."""

from streamlit.testing.v1 import AppTest


def page():
    import pandas as pd
    import streamlit as st

    from ui.frame.chosen_row import chosen_row

    rows = st.session_state["rows"]
    at = chosen_row(pd.DataFrame({"row": rows}), rows, "table")
    st.text("none" if at is None else rows[at])


def shown(app, *rows):
    app.session_state["rows"] = list(rows)
    return app.run().text[0].value


def choose(app, *positions):
    key = app.dataframe[0].key
    app.session_state[key] = {"selection": {"rows": list(positions), "columns": [], "cells": []}}
    return app.run().text[0].value


def test_a_row_is_chosen_by_what_it_is():
    app = AppTest.from_function(page, default_timeout=300)
    assert shown(app, "a", "b", "c") == "none"
    assert choose(app, 1) == "b"
    assert shown(app, "b", "c") == "b", "it stands elsewhere"
    assert shown(app, "b", "c") == "b"
    assert choose(app, 1) == "c"
    assert choose(app) == "none"
    assert shown(app, "c", "d") == "none"


def test_a_row_that_is_not_shown_is_not_chosen():
    app = AppTest.from_function(page, default_timeout=300)
    shown(app, "a", "b", "c")
    choose(app, 0)
    assert shown(app, "b", "c") == "none"
    assert shown(app, "a", "b", "c") == "none"
