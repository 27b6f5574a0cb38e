"""What nobody foresaw is told as all else that fails, and what was under way is said no more."""

import pytest

from model_zoo.errors import TextError, ZooError
from ui.serve.my_turn import my_turn
from ui.serve.unforeseen import UnforeseenError, foreseen, in_words


class Place:
    """A place on the page, with what it shows."""

    shown = ""

    def caption(self, text):
        self.shown = text

    def empty(self):
        self.shown = ""


@pytest.mark.parametrize("error", [TextError("Nothing to read."), ZeroDivisionError("1/0")])
def test_a_turn_that_fails_leaves_nothing_that_seems_to_go_on(error):
    place = Place()
    with pytest.raises(ZooError), my_turn(place, "Looking for words…"):
        assert place.shown == "Looking for words…"
        raise error
    assert not place.shown


def test_the_visitor_gets_a_sentence_and_the_log_the_rest(caplog):
    assert in_words(TextError("Nothing to read.")) == "Nothing to read." and not caplog.records
    with pytest.raises(UnforeseenError, match="did not foresee \\(KeyError\\)"), foreseen():
        raise KeyError("lost")
    assert "KeyError: 'lost'" in caplog.text


def test_what_ends_a_run_is_no_error():
    from streamlit.runtime.scriptrunner import StopException

    with pytest.raises(StopException), foreseen():
        raise StopException
