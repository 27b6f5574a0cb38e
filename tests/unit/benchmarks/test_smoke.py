"""Every benchmark runs to its end: at settings so small that its figures mean nothing.

Those that ask a server share one, which the browser tests start as well.
"""

import subprocess
import sys
from collections.abc import Callable
from contextlib import contextmanager
from importlib import util
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from benchmarks import (
    cluster,
    engines,
    explain,
    fuzz,
    limited,
    load,
    memory,
    pauses,
    perplexity,
    rehearse,
    throughput,
    upload,
)
from model_zoo.host import use_threads
from model_zoo.models.registry import spec
from tests.browser.chromium import started
from tests.root import ROOT

NO_COMMAND = {"kneser_ney", "visitor"}  # parts of others


@pytest.fixture
def run(monkeypatch, capsys) -> Callable[..., str]:
    """Runs a benchmark as its command does, with these arguments; what it prints."""

    def run(module: ModuleType, *arguments: object) -> str:
        monkeypatch.setattr(sys, "argv", [module.__name__, *map(str, arguments)])
        assert not module.main()
        return capsys.readouterr().out

    yield run
    use_threads(1)


@pytest.fixture
def rows(tmp_path) -> Path:
    """Texts, a column `sentence`."""
    file = tmp_path / "train.tsv"
    lines = [f"A {word} film , and a {word} end\t{at % 2}" for at, word in enumerate("abcdefgh")]
    file.write_text("\n".join(["sentence\tlabel", *lines]) + "\n", encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def server():
    with started() as running:
        yield running


@pytest.fixture
def shared(server, monkeypatch):
    """The servers that benchmarks start are the one of this module, and nobody rests."""

    @contextmanager
    def at_once(*_, **__):
        yield server

    for module in (memory, pauses, upload, limited):
        monkeypatch.setattr(module, "started", at_once)
    for module in (memory, pauses):
        monkeypatch.setattr(module, "REST_SECONDS", 0)
    return server


def test_every_benchmark_is_run_here():
    tested = {name.removeprefix("test_") for name in globals() if name.startswith("test_")}
    names = {file.stem for file in (ROOT / "benchmarks").glob("*.py")} - {"__init__"}
    assert names - NO_COMMAND <= tested


@pytest.mark.slow
def test_engines(run, rows, monkeypatch):
    monkeypatch.setattr(engines, "POINTS", ((3, 1),))
    small = ("--models", "lstm", "--runs", 5, "--seconds", 0, "--threads", 1, "--rows", 4)
    printed = run(engines, rows, *small)
    assert "LSTM: occlusion + faithfulness + context square" in printed and "by hand" in printed
    ways = [line.split()[0] for line in printed.splitlines() if "largest difference" in line]
    assert ways == list(engines.ENGINES)


@pytest.mark.long
def test_explain(run, monkeypatch):
    class Peer:
        """In place of a package that is not among the tests' own."""

        def __init__(self, *_) -> None: ...

        def __call__(self, text: str) -> None: ...

    if util.find_spec("transformers_interpret") is None:
        peer = SimpleNamespace(SequenceClassificationExplainer=Peer)
        monkeypatch.setitem(sys.modules, "transformers_interpret", peer)
    monkeypatch.setattr(explain, "SENTENCES", ("Not bad.",))
    only = SimpleNamespace(models={"bert": spec("bert")})
    monkeypatch.setattr(explain, "model_set", lambda: only)
    assert "theirs / ours" in run(explain, "--rounds", 1, "--threads", 1)


@pytest.mark.long
def test_fuzz(run, monkeypatch):
    monkeypatch.setattr(fuzz, "growth", lambda: True)  # takes minutes, as long texts do
    monkeypatch.setattr(fuzz, "LONG", ())
    monkeypatch.setattr(fuzz, "TROUBLE", fuzz.TROUBLE[:3])
    assert "Everything held." in run(fuzz, "--texts", 5)
    for way in fuzz.ways().values():
        way("A film, 3.5 stars.")


@pytest.mark.slow
def test_throughput(run, rows):
    small = ("--text", "sentence", "--rows", 4, "--threads", 1, "--models", "lstm")
    assert "lstm: pipeline" in run(throughput, rows, *small)


@pytest.mark.slow
def test_perplexity(rows, tmp_path, capsys):
    for part in ("train", "validation", "test"):
        lines = [f"a\td\tThe {word} ends the {word} ." for word in ("film", "cast", "plot")]
        (tmp_path / "texts").mkdir(exist_ok=True)
        file = tmp_path / "texts" / f"{part}.tsv"
        file.write_text("\n".join(["source\tdocument\ttext", *lines]) + "\n", encoding="utf-8")
    perplexity.main(str(tmp_path / "texts"), str(rows))
    assert "LSTM: " in capsys.readouterr().out


def test_pauses_within(tmp_path):
    log = tmp_path / "passes"
    command = [sys.executable, "-m", "benchmarks.pauses_within", log, sys.executable, "-m", "this"]
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    assert all(len(line.split()) == 2 for line in log.read_text("ascii").splitlines())


@pytest.mark.slow
def test_cluster_estimate(run, monkeypatch):
    monkeypatch.setattr(cluster, "WINDOW", 4)
    monkeypatch.setattr(cluster, "TAKES", 1)
    monkeypatch.setattr(cluster, "model_set", lambda: SimpleNamespace(models=["lstm"]))
    assert "hours on 100 cores" in run(cluster, "--estimate")


@pytest.mark.long
@pytest.mark.parametrize("million", [False, True])
def test_cluster(run, rows, million):
    pytest.importorskip("ray")
    small = ("--rows", 400, "--rounds", 1, "--models", "lstm@onnx")
    assert run(cluster, rows, *small, *(["--million"] if million else []))


@pytest.mark.long
def test_memory(run, shared, monkeypatch):
    asked = []
    monkeypatch.setattr(memory.subprocess, "run", lambda command, **_: asked.append(command))
    assert "idle after 1 visits" in run(memory, "--visits", 1)
    assert asked[0][-1] == "--stages"


@pytest.mark.long
def test_memory_stages(run):
    assert "attributions by all four" in subprocess.run(
        [sys.executable, "-m", "benchmarks.memory", "--stages"],
        check=True, cwd=ROOT, capture_output=True, text=True,
    ).stdout  # fmt: skip


@pytest.mark.long
def test_pauses(run, shared):
    assert "four answers" in run(pauses, "--submits", 2)


@pytest.mark.long
def test_load(run, shared, monkeypatch):
    @contextmanager
    def running():
        yield shared.address

    monkeypatch.setattr(load, "running_app", running)
    assert "errors: 0" in run(load, "--visitors", 1, "--rounds", 1)


@pytest.mark.long
def test_upload(run, shared, monkeypatch):
    monkeypatch.setattr(upload, "sleep", lambda seconds: None)
    assert "resident before" in run(upload, "--rows", 300)


@pytest.mark.long
def test_limited(run, shared, monkeypatch):
    """The group is one that limits nothing: making one takes root."""

    @contextmanager
    def unlimited(megabytes):
        yield SimpleNamespace(folder=Path("none"), own_mb=1.0, killed=0)

    monkeypatch.setattr(limited, "limited", unlimited)
    monkeypatch.setattr(limited, "PLACES", limited.PLACES[:1])
    assert "1 of 1 pages" in run(limited, "--visitors", 1, "--rounds", 1)


@pytest.mark.long
def test_rehearse(run, monkeypatch):
    """On the environment there is, with no limit and the files in the page cache."""

    @contextmanager
    def unlimited(size):
        yield rehearse.Limit((), "none")

    monkeypatch.setattr(rehearse, "limited", unlimited)
    monkeypatch.setattr(rehearse, "forget", lambda *folders: None)
    printed = run(rehearse, "--environment", Path(sys.prefix))
    assert "at rest" in printed and "It failed" not in printed
