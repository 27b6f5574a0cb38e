"""What a visitor sees of waiting for a turn."""

from contextlib import ExitStack

import pytest
from streamlit.testing.v1 import AppTest

from tests.root import ROOT
from ui.serve import my_turn, turns


@pytest.fixture
def crowd(monkeypatch):
    """A server with one place, which somebody else has until this is closed."""
    monkeypatch.setattr(turns.work, "_places", 1)
    with ExitStack() as other:
        other.enter_context(turns.work.turn("somebody else"))
        yield other
    assert not turns.work.running() and not turns.work.waiting()


def working():
    import streamlit as st

    from ui.serve.my_turn import my_turn

    for number in range(2):
        with my_turn(st.empty(), f"Work {number}…"):
            st.text(f"done {number}")


def test_the_place_in_line_is_shown_and_then_the_work(crowd, monkeypatch):
    waits = []

    def in_line(ahead):
        waits.append(ahead)
        crowd.close()
        return "you are next"

    monkeypatch.setattr(my_turn, "in_line", in_line)
    app = AppTest.from_function(working).run()
    assert waits == [0] and not app.exception
    assert [text.value for text in app.text] == ["done 0", "done 1"]
    assert [caption.value for caption in app.caption] == ["Work 0…", "Work 1…"]


@pytest.mark.slow
def test_a_page_that_cannot_wait_says_so(crowd, monkeypatch):
    monkeypatch.setattr(turns.work, "_most_waiting", 0)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=300).run()
    assert "Many people are using this server" in app.error[0].value and not app.exception
    crowd.close()
    app.run()
    assert not app.error and not app.exception
