"""Exports in the background: one at a time, in order, and what goes wrong is kept."""

from threading import Event
from threading import enumerate as enumerate_threads

import pytest

from model_zoo.backends import exports
from model_zoo.errors import EngineError, UnknownModelError
from ui.serve import exporting as module
from ui.serve.exporting import AwaitedError, ExportError, Exporting


class Maker:
    """Stands in for what exports: waits until told to go on, then writes a folder or fails."""

    def __init__(self):
        self.asked, self.begun, self.going = [], Event(), Event()
        self.error = None

    def __call__(self, row, checksum):
        self.asked.append(row.id)
        self.begun.set()
        assert self.going.wait(60)
        if self.error:
            raise self.error
        folder = exports.folder_of(row, checksum)
        folder.mkdir(parents=True)
        (folder / exports.GRAPH).write_text("{}")
        (folder / exports.RECORD).write_text('{"bytes": 2}')
        return folder


@pytest.fixture
def maker(monkeypatch, tmp_path):
    monkeypatch.setenv("QUARTET_EXPORTS", str(tmp_path))
    maker, before = Maker(), set(enumerate_threads())
    monkeypatch.setattr(module, "make", maker)
    yield maker
    maker.going.set()
    for thread in set(enumerate_threads()) - before:  # else they write into the next test's folder
        thread.join(60)


def awaited(exporting, model):
    with pytest.raises(AwaitedError) as raised:
        exporting.require(model)
    return raised.value


def test_torch_needs_none_and_there_is_no_other_model(maker):
    for model in ("bert", "bert@torch"):
        Exporting().require(model)
    assert not maker.asked
    with pytest.raises(UnknownModelError):
        Exporting().require("nobody@onnx")
    with pytest.raises(EngineError):
        Exporting().require("bert@abacus")


def test_one_at_a_time_in_the_order_in_which_they_were_asked_for(maker):
    exporting = Exporting()
    first, second = awaited(exporting, "lstm@onnx"), awaited(exporting, "bert@onnx-int8")
    assert awaited(exporting, "lstm@onnx").export is first.export, "asked again, the same one"
    assert maker.begun.wait(60) and maker.asked == ["lstm@onnx"]
    assert str(first).startswith("Being exported for ONNX: about ")
    assert str(first).endswith(", the others go on.")
    assert str(second).startswith("To be exported for int8, after another model: about ")
    third = awaited(exporting, "bilstm@onnx")
    assert "after 2 others" in str(third)
    maker.going.set()
    assert third.export.ended.wait(60)
    assert maker.asked == ["lstm@onnx", "bert@onnx-int8", "bilstm@onnx"]
    for model in maker.asked:
        exporting.require(model)
    assert len(maker.asked) == 3
    begun_anew = awaited(exporting, "distilbert@onnx")  # by another thread than before
    assert begun_anew.export.ended.wait(60) and not begun_anew.export.error


def test_what_is_there_already_is_not_made(maker):
    exporting = Exporting()
    maker.going.set()
    assert awaited(exporting, "lstm@onnx").export.ended.wait(60)
    Exporting().require("lstm@onnx")
    assert maker.asked == ["lstm@onnx"]


@pytest.mark.parametrize(
    "error, says",
    [
        (EngineError("Exporting LSTM needs 900 MB."), "Exporting LSTM needs 900 MB."),
        (MemoryError("no more"), "Exporting LSTM · ONNX ended early (no more). Try again."),
    ],
)
def test_what_goes_wrong_is_kept_until_it_is_tried_again(maker, error, says):
    exporting = Exporting()
    maker.error = error
    first, second = awaited(exporting, "lstm@onnx"), awaited(exporting, "bert@onnx")
    maker.going.set()
    assert second.export.ended.wait(60), "those in line go on"
    for _ in range(2):
        with pytest.raises(ExportError) as raised:
            exporting.require("lstm@onnx")
        assert str(raised.value) == says and raised.value.export is first.export
    assert maker.asked == ["lstm@onnx", "bert@onnx"], "not tried again by itself"
    maker.error = None
    exporting.retry(raised.value.export)
    assert awaited(exporting, "lstm@onnx").export.ended.wait(60)
    exporting.require("lstm@onnx")
    assert exporting.size_bytes("lstm@onnx") == 2, "as its record says"


def test_one_under_way_is_not_tried_again(maker):
    exporting = Exporting()
    export = awaited(exporting, "lstm@onnx").export
    exporting.retry(export)
    assert awaited(exporting, "lstm@onnx").export is export
    assert maker.begun.wait(60) and maker.asked == ["lstm@onnx"]


def test_how_long_they_take_is_reckoned_from_how_long_they_took(maker, monkeypatch):
    exporting, now = Exporting(), 0.0
    monkeypatch.setattr(module, "monotonic", lambda: now)
    export = awaited(exporting, "lstm@onnx").export
    assert maker.begun.wait(60)
    thought = export.seconds
    assert export.seconds_left == thought
    now = thought + 1
    assert "longer than it used to take" in exporting.sentence(export)
    now = 3 * thought
    maker.going.set()
    assert export.ended.wait(60)
    maker.going.clear()  # those that follow do not end before they are looked at
    assert awaited(exporting, "bilstm@onnx").export.seconds > 2 * thought
    double = awaited(exporting, "bilstm@onnx-int8").export.seconds
    assert double == pytest.approx(2 * awaited(exporting, "bilstm@onnx").export.seconds)
