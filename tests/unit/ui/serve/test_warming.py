"""How fast this machine trains, measured in the background."""

from threading import enumerate as enumerate_threads

import pytest

from model_zoo.errors import MeasureError
from ui.serve import warming
from ui.serve.warming import Warming


@pytest.mark.parametrize(
    ("error", "said"),
    [(MeasureError("Too little memory."), "Too little"), (KeyError("lost"), "foresee (KeyError)")],
)
def test_why_it_could_not_be_measured_is_said_and_it_is_not_tried_for_ever(
    monkeypatch, error, said
):
    asked = []

    def measured_speed():
        asked.append(1)
        raise error

    monkeypatch.setattr(warming, "known_speed", lambda: None)
    monkeypatch.setattr(warming, "is_training", lambda: False)
    monkeypatch.setattr(warming, "check_memory", lambda: None)
    monkeypatch.setattr(warming, "measured_speed", measured_speed)
    begun = Warming()
    assert "is being measured" in begun.begin()
    for thread in enumerate_threads():
        if thread.name == "training speed":
            thread.join()
    assert said in begun.begin() and not begun.is_under_way and len(asked) == 1
