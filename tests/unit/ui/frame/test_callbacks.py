"""What a visitor does is done, even if the next click is there already."""

import pytest
from streamlit.runtime.scriptrunner import RerunData, RerunException

from ui.frame.callbacks import whole


def test_a_click_that_waits_is_told_of_after_the_callback_is_done():
    waiting, done = [RerunException(RerunData(query_string="a click"))], []

    @whole
    def submit(text):
        if waiting:  # as when the session is read
            raise waiting.pop()
        done.append(text)

    with pytest.raises(RerunException) as told:
        submit("Great fun.")
    assert done == ["Great fun."] and told.value.rerun_data.query_string == "a click"
    submit("A bore.")
    assert done == ["Great fun.", "A bore."]


def test_one_callback_may_call_another():
    waiting, done = [RerunException(RerunData())], []

    @whole
    def change():
        if waiting:
            raise waiting.pop()
        done.append("changed")

    @whole
    def submit():
        change()
        done.append("submitted")

    with pytest.raises(RerunException):
        submit()
    assert done[-2:] == ["changed", "submitted"]


def test_other_errors_are_nobodys_to_hold_back():
    @whole
    def broken():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken()
