"""Memory of a model: how it is measured in processes of its own, and kept."""

import json
from dataclasses import replace
from pathlib import Path
from time import sleep

import pytest

from model_zoo.errors import MeasureError, WeightsError
from model_zoo.measure import footprint
from model_zoo.models.registry import spec

MB = 1_000_000


@pytest.fixture
def figures(monkeypatch):
    """Figures in place of those of fresh processes, one byte more for each that is asked for."""
    measured = []

    def process(kind, model):
        measured.append((kind, model.id))
        yield None
        yield footprint._Figure(len(measured), sampled=kind == "prediction")

    monkeypatch.setattr(footprint, "_in_fresh_process", process)
    return measured


@pytest.mark.slow
@pytest.mark.parametrize("keeps_peak", [True, False])
def test_the_peak_of_a_call_is_found_though_it_is_gone_after(monkeypatch, tmp_path, keeps_peak):
    if not keeps_peak:
        monkeypatch.setattr(footprint, "_SELF", tmp_path)
    elif not Path("/proc/self/clear_refs").exists():
        pytest.skip("not Linux")
    bytearray(b"x") * (90 * MB)  # an earlier peak is not this call's

    def call():
        taken = bytearray(b"x") * (40 * MB)
        sleep(0.1)  # as torch does, it lets other threads work: time for samples
        return len(taken)

    peak, sampled = footprint.peak_of(call)
    assert 36 * MB < peak < 60 * MB
    assert sampled is not keeps_peak
    assert footprint.peak_of(lambda: None)[0] < 5 * MB


def test_a_system_that_takes_the_order_and_does_nothing_is_sampled(monkeypatch, tmp_path):
    (tmp_path / "status").write_text("VmHWM:\t 99999999 kB\n")
    monkeypatch.setattr(footprint, "_SELF", tmp_path)
    assert footprint.peak_of(lambda: None)[1]


def test_a_call_that_fails_leaves_no_sampling_behind(monkeypatch, tmp_path):
    import threading

    monkeypatch.setattr(footprint, "_SELF", tmp_path)
    before = threading.active_count()
    with pytest.raises(ZeroDivisionError):
        footprint.peak_of(lambda: 1 / 0)
    assert threading.active_count() == before


def test_a_footprint_is_made_of_three_processes_figures(figures, tmp_path):
    *waiting, measured = footprint.footprint("lstm", kept_in=tmp_path)
    assert waiting == [None] * 3
    assert figures == [("added", "lstm"), ("prediction", "lstm"), ("attribution", "lstm")]
    peaks = (measured.prediction_peak_bytes, measured.attribution_peak_bytes)
    assert (measured.added_bytes, *peaks) == (1, 2, 3)
    assert measured.sampled and measured.tokens == footprint.TOKENS
    assert 10 * MB < measured.weights_bytes < 12 * MB  # float32, but for the word vectors
    assert list(footprint.footprint("lstm", kept_in=tmp_path)) == [measured]  # kept
    assert footprint.added_memory("lstm", kept_in=tmp_path) == 1
    assert len(figures) == 3


def test_what_is_kept_holds_until_the_model_changes(figures, tmp_path):
    assert footprint.added_memory("lstm", kept_in=tmp_path) == 1
    (kept,) = tmp_path.iterdir()
    record = json.loads(kept.read_text())
    kept.write_text(json.dumps(record | {"weights": "other"}))
    assert footprint.added_memory("lstm", kept_in=tmp_path) == 2
    for count, damaged in enumerate(("", "[]", '{"found_bytes": "x"}', "\x00"), start=3):
        kept.write_text(damaged)
        assert footprint.added_memory("lstm", kept_in=tmp_path) == count


def test_nowhere_to_keep_it_is_no_error(figures, tmp_path):
    (tmp_path / "file").write_text("")
    assert footprint.added_memory("lstm", kept_in=tmp_path / "file" / "below") == 1
    assert footprint.added_memory("lstm") == 2


def test_short_memory_and_missing_weights_are_said_plainly(tmp_path, monkeypatch):
    with pytest.raises(WeightsError):
        footprint.added_memory(replace(spec("lstm"), folder=tmp_path / "lstm"))
    monkeypatch.setattr(footprint, "free_bytes", lambda: 100_000_000)
    with pytest.raises(MeasureError, match="100 MB are free"):
        footprint.added_memory("lstm")


def test_a_failing_process_is_an_error_with_its_last_words(monkeypatch):
    monkeypatch.setattr(footprint.sys, "executable", "false")
    with pytest.raises(MeasureError, match="exit code 1"):
        footprint.added_memory("lstm")


def process_that_sleeps(monkeypatch, tmp_path):
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    monkeypatch.setattr(footprint.sys, "executable", str(program))
    return program


def test_a_process_that_takes_too_long_is_given_up(monkeypatch, tmp_path):
    process_that_sleeps(monkeypatch, tmp_path)
    monkeypatch.setattr(footprint, "SECONDS", 0)
    with pytest.raises(MeasureError, match="more than 0 s"):
        footprint.added_memory("lstm")


def test_closing_ends_the_process(monkeypatch, tmp_path):
    import psutil

    process_that_sleeps(monkeypatch, tmp_path)
    before = set(psutil.Process().children())  # other tests may have left some running
    going = footprint.footprint("lstm")
    assert next(going) is None
    (child,) = set(psutil.Process().children()) - before
    going.close()
    assert not child.is_running()


@pytest.mark.slow
@pytest.mark.long
def test_real_figures_are_of_the_size_that_the_model_suggests():
    *_, measured = footprint.footprint("lstm")
    # 4.7 M weights in float32 are 18.8 MB; some working memory comes on top
    assert 15 * MB < measured.added_bytes < 80 * MB
    assert 0 < measured.prediction_peak_bytes < measured.attribution_peak_bytes < 200 * MB
