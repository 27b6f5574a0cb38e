"""Fresh processes: what goes in comes out whole, however slow, and errors have words."""

import pytest

from model_zoo.errors import MeasureError
from model_zoo.measure import process
from model_zoo.measure.process import in_fresh_process


@pytest.mark.parametrize("size", [1, 300_000])
def test_input_longer_than_a_pipe_holds_arrives_whole(monkeypatch, size):
    monkeypatch.setattr(process, "LOOK_SECONDS", 0.005)
    given = ["é\ud800 text"] * (size // 10 or 1)
    *waiting, result = in_fresh_process("json.tool", ["--compact"], seconds=60, given=given)
    assert result == given and waiting and set(waiting) == {None}


def test_a_process_that_does_not_read_its_input_is_no_error(monkeypatch):
    monkeypatch.setattr(process.sys, "executable", "true")
    with pytest.raises(MeasureError, match="failed: exit code 0. Try again"):
        list(in_fresh_process("any", [], seconds=60, given=["text"] * 100_000))


def test_its_last_words_are_told():
    with pytest.raises(MeasureError, match="failed: .*No module named no_such_module. Try again"):
        list(in_fresh_process("no_such_module", [], seconds=60))
