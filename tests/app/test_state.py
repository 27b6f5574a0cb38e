"""What a visitor looks at, against addresses that come late."""

from streamlit.testing.v1 import AppTest

from ui.frame import state


def page():
    import streamlit as st

    from ui.frame import state

    state.read_address(arrived=False)
    if st.session_state.pop("a timer went off", False):
        st.query_params.from_dict({"text": "before"})  # what the tab had when it asked
        st.rerun()
    st.button("Submit", on_click=state.change, kwargs={"text": "after"})
    st.button("Something else")
    st.text(state.view().text)
    state.write_address()


def test_a_run_that_asks_for_another_does_not_bring_back_the_sentence_before():
    app = AppTest.from_function(page, default_timeout=300)
    app.query_params["text"] = "before"
    assert app.run().text[0].value == "before"
    assert app.button[0].click().run().text[0].value == "after"
    app.session_state["a timer went off"] = True
    assert app.run().text[0].value == "after"
    assert app.query_params["text"] == "after"


def test_a_click_that_brings_the_address_before_does_not_bring_back_its_sentence():
    app = AppTest.from_function(page, default_timeout=300)
    app.query_params["text"] = "before"
    app.run()
    app.button[0].click().run()
    app.query_params["text"] = "before"  # the browser has not heard of the new one yet
    assert app.button[1].click().run().text[0].value == "after"
    assert app.query_params["text"] == "after"


def test_going_back_in_the_browser_does(monkeypatch):
    app = AppTest.from_function(page, default_timeout=300)
    app.query_params["text"] = "before"
    app.run()
    app.button[0].click().run()
    app.query_params["text"] = "before"
    monkeypatch.setattr(state, "went_back", lambda: True)
    assert app.run().text[0].value == "before"


def leaving():
    import streamlit as st
    from streamlit.runtime.scriptrunner import RerunData, get_script_run_ctx

    from ui.frame import state
    from ui.frame.open_in import open_in

    state.go()
    if st.session_state.pop("another click waits", False):
        get_script_run_ctx().script_requests.request_rerun(RerunData())
    st.text("what ends this run")
    open_in("Great fun.")


def test_a_click_that_leads_elsewhere_is_not_lost_to_the_next_one(monkeypatch):
    import streamlit

    gone = []
    monkeypatch.setattr(streamlit, "switch_page", gone.append)
    app = AppTest.from_function(leaving, default_timeout=300).run()
    app.session_state["another click waits"] = True
    app.button[0].click().run()
    assert gone == ["app.py"] and app.session_state["view"].text == "Great fun."
