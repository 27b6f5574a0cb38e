"""Memory measured in the background: of the models that are looked at, once each."""

from dataclasses import replace
from threading import Event, Thread
from threading import enumerate as enumerate_threads

import pytest

from model_zoo.errors import MeasureError
from model_zoo.models import registry
from model_zoo.models.network import ModelId
from ui.serve import footprints
from ui.serve.footprints import Footprints


@pytest.fixture
def measured(monkeypatch):
    """The identities that were measured, one after the other, without a process."""
    asked = []

    def added_memory(row, kept_in):
        asked.append(row.id)
        if row.name == "bert":
            raise MeasureError("A second process needs more. Measure elsewhere.")
        return 1_000 * len(asked)

    monkeypatch.setattr(footprints, "added_memory", added_memory)
    return asked


def settled(known, models):
    """The figures once none is awaited."""
    for thread in footprints_threads():
        thread.join()
    return known.added(models)


def footprints_threads():
    return [thread for thread in enumerate_threads() if thread.name == "memory"]


def test_only_the_models_that_are_asked_for_are_measured_and_once(measured):
    known = Footprints()
    known.added(["lstm", "bilstm"])
    assert settled(known, ["lstm", "bilstm"]) == {"lstm": 1_000, "bilstm": 2_000}
    assert settled(known, ["bilstm"]) == {"bilstm": 2_000}
    assert measured == ["lstm", "bilstm"]


def test_why_there_is_no_figure_stands_in_its_place(measured):
    known = Footprints()
    known.added(["bert", "nobody", "lstm"])
    figures = settled(known, ["bert", "nobody", "lstm"])
    assert "Measure elsewhere" in figures["bert"] and "no model named" in figures["nobody"]
    assert figures["lstm"] == 2_000  # an error ends nothing


def test_what_nobody_foresaw_leaves_no_one_waiting(monkeypatch):
    def added_memory(row, kept_in):
        raise KeyError("lost")

    monkeypatch.setattr(footprints, "added_memory", added_memory)
    known = Footprints()
    known.added(["lstm", "bilstm"])
    figures = settled(known, ["lstm", "bilstm"])
    assert "did not foresee (KeyError)" in figures["lstm"] and figures["lstm"] == figures["bilstm"]


def test_a_figure_belongs_to_the_weights(measured, monkeypatch):
    known = Footprints()
    known.added(["lstm"])
    assert settled(known, ["lstm"]) == {"lstm": 1_000}
    monkeypatch.setattr(footprints, "fingerprint", lambda row: "other weights")
    known.added(["lstm"])
    assert settled(known, ["lstm"]) == {"lstm": 2_000}


def test_one_folder_read_by_other_labels_is_measured_once(measured, monkeypatch):
    row = registry.spec("lstm")
    monkeypatch.setattr(footprints, "spec", lambda model: replace(row, id=ModelId(model)))
    known = Footprints()
    known.added(["local/mine~a", "local/mine~b.1.0"])
    figures = settled(known, ["local/mine~a", "local/mine~b.1.0"])
    assert set(figures.values()) == {1_000} and len(measured) == 1


def test_what_is_awaited_by_many_is_measured_by_one_thread(monkeypatch):
    go_on, asked = Event(), []

    def added_memory(row, kept_in):
        asked.append(row.id)
        go_on.wait(60)
        return 1

    monkeypatch.setattr(footprints, "added_memory", added_memory)
    known = Footprints()
    visitors = [Thread(target=known.added, args=(["lstm", "bilstm"],)) for _ in range(8)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    assert len(footprints_threads()) == 1 and known.added(["lstm"]) == {}
    go_on.set()
    assert settled(known, ["lstm", "bilstm"]) == {"lstm": 1, "bilstm": 1}
    assert asked == ["lstm", "bilstm"]


def test_another_engine_has_a_figure_of_its_own(measured):
    known = Footprints()
    known.added(["lstm", "lstm@onnx"])
    assert settled(known, ["lstm", "lstm@onnx"]) == {"lstm": 1_000, "lstm@onnx": 2_000}
