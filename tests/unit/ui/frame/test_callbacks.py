"""What a visitor does is done, even if the next click is there already."""

import ast

import pytest
from streamlit import config
from streamlit.testing.v1 import AppTest

import ui.frame.page  # noqa: F401  (it applies the patches)
from tests.root import ROOT


def page():
    import streamlit as st
    from streamlit.runtime.scriptrunner import RerunData, get_script_run_ctx

    def submit():
        context = get_script_run_ctx()
        click = RerunData(query_string=context.query_string, page_script_hash="")
        if not st.session_state.get("stopped"):
            context.script_requests.request_rerun(click)
        else:
            context.script_requests.request_stop()
        st.toast("Submitted.")  # what is sent to the browser asks for clicks, too
        st.session_state["sentence"] = st.session_state["typed"]

    st.text_input("A sentence", key="typed")
    st.button("Compare", on_click=submit)
    st.text(st.session_state.get("sentence", "none"))


@pytest.mark.parametrize("stopped", [False, True], ids=["a click", "the end of the visit"])
def test_a_callback_is_done_to_its_end_whatever_comes_meanwhile(stopped):
    app = AppTest.from_function(page, default_timeout=300)
    app.session_state["stopped"] = stopped
    app.run()
    app.text_input[0].set_value("Great fun.")
    app.button[0].click().run()
    assert app.session_state["sentence"] == "Great fun."
    assert stopped or app.text[0].value == "Great fun."


def test_two_clicks_are_taken_up_one_after_the_other():
    """With fast reruns each would run beside the other, over the same session."""
    config.get_config_options(force_reparse=True)
    assert config.get_option("runner.fastReruns") is False


def test_no_download_ends_what_is_under_way():
    """Without being told to ignore the click, Streamlit runs the page again."""
    calls = [
        (file.name, {word.arg: ast.unparse(word.value) for word in node.keywords})
        for file in (ROOT / "ui").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("download_button")
    ]
    assert len(calls) > 5
    assert not [name for name, given in calls if given.get("on_click") != "'ignore'"]
