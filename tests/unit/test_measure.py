"""What a model costs: the way it is measured, not the figures."""

import json

import pytest

from model_zoo import measure
from model_zoo.errors import MeasureError, TextError, WeightsError
from model_zoo.host import free_bytes, host, memory_limits, resident_bytes
from model_zoo.registry import load
from model_zoo.results import Latency


@pytest.fixture(scope="module")
def pair():
    return [load("lstm"), load("bilstm")]


@pytest.fixture
def calls(monkeypatch):
    """The models asked, one after the other; the clock goes 10 ms a look."""
    made = []
    whole = measure.predict

    def watched(model, texts):
        made.append((model.name, len(texts)))
        return whole(model, texts)

    clock = iter(range(1_000_000))
    monkeypatch.setattr(measure, "predict", watched)
    monkeypatch.setattr(measure, "perf_counter", lambda: next(clock) / 100)
    return made


def test_models_take_turns_and_warm_up_is_not_counted(pair, calls):
    *_, found = measure.latency(pair, "Great fun.", batch=4, runs=5, warm_up=2)
    assert calls == [("lstm", 4), ("bilstm", 4)] * 7
    assert list(found) == ["lstm", "bilstm"]
    for name, one in found.items():
        assert (one.model, one.batch, one.warm_up, one.tokens) == (name, 4, 2, 5)
        assert one.samples_ms == pytest.approx([10.0] * 5)


def test_it_ends_early_when_time_is_up_but_never_before_three_runs(pair, calls):
    *_, found = measure.latency(pair, "Great fun.", runs=50, warm_up=2, seconds=0.0)
    assert [(one.warm_up, len(one.samples_ms)) for one in found.values()] == [(1, 3)] * 2


def test_stopping_keeps_what_was_measured(pair, calls):
    for found in measure.latency(pair, "Great fun.", runs=50, warm_up=1):
        if found and len(found["lstm"].samples_ms) == 2:
            break
    assert len(found["bilstm"].samples_ms) == 2 and len(calls) == 6


def test_an_empty_text_is_refused(pair):
    with pytest.raises(TextError):
        list(measure.latency(pair, " "))


def test_median_and_nearest_rank():
    samples = tuple(float(ms) for ms in (9, 1, 5, 3, 7))
    few = Latency("a", 5, 1, 1, 1, samples)
    assert (few.median_ms, few.p95_ms) == (5, 9)
    many = Latency("a", 5, 1, 1, 1, tuple(float(ms) for ms in range(20, 0, -1)))
    assert (many.median_ms, many.p95_ms) == (10.5, 19)


@pytest.mark.slow
def test_memory_is_measured_in_a_fresh_process_and_kept(tmp_path, monkeypatch):
    found = measure.added_memory("lstm", kept_in=tmp_path)
    # 4.7 M weights in float32 are 18.8 MB; some working memory comes on top
    assert 15_000_000 < found < 80_000_000
    monkeypatch.setattr(measure, "_measure_in_fresh_process", lambda *_: 1)
    assert measure.added_memory("lstm", kept_in=tmp_path) == found
    (kept,) = tmp_path.iterdir()
    record = json.loads(kept.read_text())
    kept.write_text(json.dumps(record | {"weights": "other"}))
    assert measure.added_memory("lstm", kept_in=tmp_path) == 1  # no longer the same model
    for damaged in ("", "[]", '{"added_bytes": "x"}', "\x00"):
        kept.write_text(damaged)
        assert measure.added_memory("lstm", kept_in=tmp_path) == 1


def test_nowhere_to_keep_it_is_no_error(tmp_path, monkeypatch):
    monkeypatch.setattr(measure, "_measure_in_fresh_process", lambda *_: 5)
    (tmp_path / "file").write_text("")
    assert measure.added_memory("lstm", kept_in=tmp_path / "file" / "below") == 5
    assert measure.added_memory("lstm") == 5


def test_short_memory_and_missing_weights_are_said_plainly(tmp_path, monkeypatch):
    with pytest.raises(WeightsError):
        measure.added_memory("lstm", root=tmp_path)
    monkeypatch.setattr(measure, "free_bytes", lambda: 100_000_000)
    with pytest.raises(MeasureError, match="100 MB are free"):
        measure.added_memory("lstm")


def test_a_failing_process_is_an_error_with_its_last_words(monkeypatch):
    monkeypatch.setattr(measure.sys, "executable", "false")
    with pytest.raises(MeasureError, match="exit code 1"):
        measure.added_memory("lstm")


def test_host_and_memory_are_those_of_this_process():
    machine = host()
    assert machine.cores >= 1 and machine.processor and machine.torch.startswith("2.")
    assert 10_000_000 < resident_bytes() < machine.memory_bytes
    assert free_bytes() < machine.memory_bytes


def test_limits_of_control_groups_are_found(tmp_path):
    membership = tmp_path / "cgroup"
    inner = tmp_path / "box" / "inner"
    inner.mkdir(parents=True)
    (tmp_path / "box" / "memory.max").write_text("690000000\n")
    (inner / "memory.max").write_text("max\n")
    membership.write_text("0::/box/inner\n")
    assert list(memory_limits(tmp_path, membership)) == [690000000]
    old = tmp_path / "memory" / "app"
    old.mkdir(parents=True)
    (old / "memory.limit_in_bytes").write_text("500\n")
    membership.write_text("7:cpu:/x\n4:memory:/app\n")
    assert list(memory_limits(tmp_path, membership)) == [500]
    assert list(memory_limits(tmp_path, tmp_path / "none")) == []
