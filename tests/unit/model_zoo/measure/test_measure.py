"""What a model costs: the way it is measured, not the figures."""

import subprocess
import sys

import pytest

from model_zoo.errors import MeasureError, TextError
from model_zoo.host import (
    free_bytes,
    host,
    memory_left,
    memory_limits,
    resident_bytes,
)
from model_zoo.measure import latency
from model_zoo.measure.latency import Latency
from model_zoo.models.files import set_tokenizer
from model_zoo.models.loading import load
from tests.root import ROOT


@pytest.fixture(scope="module")
def pair():
    return [load("lstm"), load("bilstm")]


@pytest.fixture
def calls(monkeypatch):
    """The models asked, one after the other; the clock goes 10 ms a look."""
    made = []
    whole = latency.predict

    def watched(model, texts):
        made.append((model.name, len(texts)))
        return whole(model, texts)

    clock = iter(range(1_000_000))
    monkeypatch.setattr(latency, "predict", watched)
    monkeypatch.setattr(latency, "perf_counter", lambda: next(clock) / 100)
    return made


def test_models_take_turns_and_warm_up_is_not_counted(pair, calls):
    *_, latencies = latency.latency(pair, "Great fun.", batch=4, runs=5, warm_up=2)
    assert calls == [("lstm", 4), ("bilstm", 4)] * 7
    assert list(latencies) == ["lstm", "bilstm"]
    for name, figures in latencies.items():
        assert (figures.model, figures.batch, figures.warm_up, figures.tokens) == (name, 4, 2, 5)
        assert figures.samples_ms == pytest.approx([10.0] * 5)


def test_it_ends_early_when_time_is_up_but_never_before_three_runs(pair, calls):
    *_, latencies = latency.latency(pair, "Great fun.", runs=50, warm_up=2, seconds=0.0)
    runs = [(figures.warm_up, len(figures.samples_ms)) for figures in latencies.values()]
    assert runs == [(1, 3)] * 2


def test_only_time_in_calls_counts(pair, calls):
    # a call takes 10 ms, a round 20: two rounds to warm up and eight that count are 200 ms
    rounds = latency.latency(pair, "Great fun.", runs=50, warm_up=2, seconds=0.19)
    counts = []
    for latencies in rounds:
        counts += [len(latencies["lstm"].samples_ms)] if latencies else []
        for _ in range(1000):
            latency.perf_counter()  # whoever looks on takes 10 s each time
    assert counts == list(range(1, 9))


@pytest.mark.parametrize("tokens", [3, 4, 8, 17, 20, 21, 32, 100, 256, 511, 512])
def test_texts_have_exactly_so_many_tokens(tokens):
    (encoded,) = set_tokenizer().encode([latency.text_of(tokens)])
    assert len(encoded.tokens) == tokens and not encoded.dropped
    assert len(encoded.words) == tokens - 2 and "[UNK]" not in encoded.tokens


@pytest.mark.parametrize("tokens", [-1, 0, 2, 513])
def test_lengths_that_no_text_has_are_refused(tokens):
    with pytest.raises(MeasureError, match=f"{tokens} tokens.*3 to 512"):
        latency.text_of(tokens)


def test_stopping_keeps_what_was_measured(pair, calls):
    for latencies in latency.latency(pair, "Great fun.", runs=50, warm_up=1):
        if latencies and len(latencies["lstm"].samples_ms) == 2:
            break
    assert len(latencies["bilstm"].samples_ms) == 2 and len(calls) == 6


def test_an_empty_text_is_refused(pair):
    with pytest.raises(TextError):
        list(latency.latency(pair, " "))


def test_median_and_nearest_rank():
    samples = tuple(float(ms) for ms in (9, 1, 5, 3, 7))
    few = Latency("a", 5, 1, 1, 1, samples)
    assert (few.median_ms, few.p95_ms) == (5, 9)
    many = Latency("a", 5, 1, 1, 1, tuple(float(ms) for ms in range(20, 0, -1)))
    assert (many.median_ms, many.p95_ms) == (10.5, 19)


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


def test_what_a_group_leaves_is_less_what_all_its_processes_take(tmp_path):
    membership, box = tmp_path / "cgroup", tmp_path / "box"
    (box / "inner").mkdir(parents=True)
    (box / "memory.max").write_text("900\n")
    (box / "memory.current").write_text("700\n")
    stat = "anon 450\ninactive_file 100\nactive_file 80\nfile_mapped 30\n"
    (box / "memory.stat").write_text(stat)  # 150 make way
    (box / "inner" / "memory.max").write_text("800\n")
    (box / "inner" / "memory.current").write_text("100\n")
    membership.write_text("0::/box/inner\n")
    assert sorted(memory_left(tmp_path, membership)) == [350, 700]
    old = tmp_path / "memory" / "app"
    old.mkdir(parents=True)
    (old / "memory.limit_in_bytes").write_text("500\n")
    (old / "memory.usage_in_bytes").write_text("400\n")
    (old / "memory.stat").write_text("inactive_file 1\ntotal_inactive_file 20\n")
    membership.write_text("4:memory:/app\n")
    assert list(memory_left(tmp_path, membership)) == [120]


def test_what_others_of_the_same_program_take_is_not_free():
    held = "held = bytearray(b'x') * 80_000_000; print(flush=True); input()"
    code = (
        "import subprocess, sys; from model_zoo.host import family_bytes; before = family_bytes(); "
        f"child = subprocess.Popen([sys.executable, '-S', '-c', {held!r}], stdin=-1, stdout=-1); "
        "child.stdout.readline(); print(family_bytes() - before); child.communicate(b'')"
    )
    # behind another program: the other tests' processes, which come and go, are no relatives then
    command = ["sh", "-c", '"$0" -c "$1"; exit $?', sys.executable, code]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert 75_000_000 < int(run.stdout) < 150_000_000


def test_the_most_memory_is_the_programs_own_and_not_its_starters():
    """A process is a copy of what starts it until it runs its own program."""
    code = "from model_zoo.host import most_resident_bytes; print(most_resident_bytes())"
    held = bytearray(b"x") * 300_000_000
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    assert len(held) == 300_000_000 and int(told.stdout) < 200_000_000


def test_the_most_memory_is_asked_for_in_one_place():
    folders = (ROOT / name for name in ("model_zoo", "ui", "benchmarks"))
    files = [file for folder in folders for file in folder.rglob("*.py")]
    asking = [file.name for file in files if "getrusage" in file.read_text("utf-8")]
    assert asking == ["host.py"]
