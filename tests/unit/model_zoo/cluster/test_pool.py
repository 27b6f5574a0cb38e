"""On a cluster of two nodes: the rows of one machine, each once, whatever is killed."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import psutil
import pyarrow
import pytest
from pyarrow.parquet import read_table

from model_zoo.__main__ import main
from model_zoo.labels import SENTIMENT
from model_zoo.reading.score import WINDOW
from tests.root import ROOT

ray = pytest.importorskip("ray", reason="Ray is not installed: requirements-cluster.txt")
pytestmark = pytest.mark.slow  # starts a cluster

ROWS = 2 * WINDOW + 100  # of the one large file


@pytest.fixture(scope="module")
def cluster():
    """Two nodes of a core each; processes find this repository."""
    from ray.cluster_utils import Cluster

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        node = {"num_cpus": 1, "object_store_memory": 80_000_000, "include_dashboard": False}
        started = Cluster(initialize_head=True, head_node_args=node)
        started.worker = started.add_node(num_cpus=1, object_store_memory=80_000_000)
        yield started
        ray.shutdown()
        started.shutdown()


@pytest.fixture(scope="module")
def texts(tmp_path_factory) -> Path:
    """A folder of a file of some blocks, a file a block, and one that cannot be read."""
    folder = tmp_path_factory.mktemp("texts")
    words = ("good", "bad", "film", "not", "a", "plot", "moving", "dull")
    rows = [
        f'{n},"{words[n % 8]}, {words[n % 7]} {words[n % 5]} {n}",{SENTIMENT[n % 3 % 2]}'
        for n in range(ROWS)
    ]
    rows[3], rows[9] = "3,,negative", "\n9,fine,positive"
    (folder / "large.csv").write_text("id,text,kind\n" + "\n".join(rows) + "\n")
    return folder


def many(folder: Path, files: int, rows: int = 2, words: int = 1) -> Path:
    """A folder of so many files of some rows each; many words take time."""
    folder.mkdir()
    for file in range(files):
        part = range(rows * file, rows * (file + 1))
        lines = "".join(f"{n},{'good film ' * words}{n}\n" for n in part)
        (folder / f"{file:02}.csv").write_text("id,text\n" + lines)
    return folder


def command(name, inputs, address, **options) -> list[str]:
    given = [name, *map(str, inputs), "--text", "text"]
    given += ["--cluster", address, "--block-rows", str(WINDOW)]
    for option, value in options.items():
        given += [f"--{option}", str(value)]
    return given


def rows_of(out: Path) -> list[dict]:
    parts = sorted(out.glob("part-*.parquet"))
    return pyarrow.concat_tables([read_table(part) for part in parts]).to_pylist()


def ids(out: Path) -> Counter:
    return Counter(int(row["id"]) for row in rows_of(out))


def record(out: Path) -> dict:
    return json.loads((out / "_run.json").read_text("utf-8"))


def test_the_answers_are_those_of_one_machine(cluster, texts, tmp_path, capsys):
    out = tmp_path / "out"
    given = command("score", [texts], cluster.address, out=out, models="lstm,bilstm", price=0.05)
    assert main([*given, "--json"]) == 0, capsys.readouterr().err
    written = json.loads(capsys.readouterr().out)
    one = tmp_path / "one.parquet"
    given_here = ["score", str(texts / "large.csv"), "--text", "text", "--models", "lstm,bilstm"]
    assert main([*given_here, "--out", str(one)]) == 0
    parts = sorted(out.glob("part-*.parquet"))
    assert len(parts) == 3
    scored = pyarrow.concat_tables([read_table(part) for part in parts])
    expected = read_table(one)
    assert scored.drop_columns(["error"]).replace_schema_metadata().equals(expected)
    errors = scored["error"].to_pylist()
    assert errors[3] == "nothing to read" and not any(errors[:3] + errors[4:])

    assert written["state"] == "complete" and written["rows"] == ROWS
    assert written["rows_without_answer"] == {"nothing to read": 1}
    answers = Counter(expected["lstm_label"].to_pylist())
    assert written["answers"]["lstm"] == {label: answers[label] for label in answers if label}
    assert written["cost_a_million_rows"] == pytest.approx(
        0.05 * written["core_hours_a_million_rows"], abs=1e-3
    )
    about = read_table(parts[0]).schema.field("lstm_label").metadata
    assert about[b"model"] == b"lstm"
    assert about[b"weights_sha256"].decode() == record(out)["settings"]["models"]["lstm"]
    assert about[b"engine"]
    sample = read_table(out / "_summary.parquet")
    assert 0 < len(sample) <= 1000 and sample.schema.names == scored.schema.names

    assert main(given) == 0  # again: nothing is left to do
    assert f"{ROWS:,} of them were there" in capsys.readouterr().out
    assert main([*given, "--batch-size", "7"]) == 2
    assert "batch_size was 32, and is 7 now" in capsys.readouterr().err


def test_a_changed_input_is_refused(cluster, tmp_path, capsys):
    folder, out = many(tmp_path / "in", 2), tmp_path / "out"
    given = command("score", [folder], cluster.address, out=out, models="lstm")
    assert main(given) == 0
    before = {part.name: part.read_bytes() for part in out.glob("part-*")}
    (folder / "00.csv").write_text("id,text\n0,good film\n1,worse\n")
    assert main(given) == 2
    assert "00.csv is new, gone or changed" in " ".join(capsys.readouterr().err.split())
    assert {part.name: part.read_bytes() for part in out.glob("part-*")} == before
    other = tmp_path / "mine"
    other.mkdir()
    (other / "thesis.txt").write_text("mine")
    given[given.index(str(out))] = str(other)
    assert main(given) == 2 and "holds no _run.json" in capsys.readouterr().err


def test_a_file_that_cannot_be_read_is_named_and_the_rest_is_kept(cluster, tmp_path, capsys):
    folder, out = many(tmp_path / "in", 3), tmp_path / "out"
    (folder / "01.csv").unlink()
    (folder / "broken.parquet").write_bytes(b"PAR1 and nothing more")
    (folder / "bad.jsonl").write_text('{"id": "9", "text": null}\n{"id": "8", "text": 5}\n')
    given = command("score", [folder], cluster.address, out=out, models="lstm")
    assert main(given) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "1 could not be read" in said and "broken.parquet is not a Parquet file" in said
    assert ids(out) == Counter([0, 1, 4, 5, 8, 9])
    errors = {row["id"]: (row["error"], row["lstm_label"]) for row in rows_of(out)}
    assert errors["9"] == ("null", "") and errors["8"] == ("not text: int", "")
    assert record(out)["state"] == "incomplete"


def test_figures_are_those_of_one_machine(cluster, texts, tmp_path, capsys):
    content = (texts / "large.csv").read_text().replace("3,,negative", "3,bad film,negative")
    whole = tmp_path / "rows.csv"
    whole.write_text(content)
    options = {"label": "kind", "models": "lstm,bilstm"}
    assert main([*command("evaluate", [whole], cluster.address, **options), "--json"]) == 0
    many_ = json.loads(capsys.readouterr().out)
    given = ["evaluate", str(whole), "--text", "text", "--json"]
    assert main([*given, "--label", "kind", "--models", "lstm,bilstm"]) == 0
    one = json.loads(capsys.readouterr().out)
    for figures in (one, many_):
        for model in figures["models"].values():
            del model["seconds"]
    assert many_ == one and many_["rows"] == ROWS
    assert main(command("evaluate", [texts], cluster.address, **options)) == 2
    assert "large.csv, row 4: column 'text' is empty" in " ".join(capsys.readouterr().err.split())


SLOW = {"files": 24, "rows": 20, "words": 250}  # half a second a file, or so
IDS = Counter(range(24 * 20))


def started(folder, out, address) -> subprocess.Popen:
    given = command("score", [folder], address, out=out, models="lstm")
    return subprocess.Popen(
        [sys.executable, "-m", "model_zoo", *given, "--json"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def wait_for_parts(process, out, count) -> set[str]:
    while len(done := {part.name for part in out.glob("part-*")}) < count:
        assert process.poll() is None, process.communicate()[1].decode()
        time.sleep(0.02)
    return done


def _parts(out) -> dict[Path, int]:
    return {part: part.stat().st_mtime_ns for part in out.glob("part-*")}


def end(process) -> dict:
    printed, said = process.communicate(timeout=300)
    assert process.returncode == 0, said.decode()
    return json.loads(printed)


def test_a_killed_driver_goes_on_where_it_was(cluster, tmp_path):
    folder, out = many(tmp_path / "in", **SLOW), tmp_path / "out"
    killed = started(folder, out, cluster.address)
    wait_for_parts(killed, out, 3)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    done, before = _parts(out), {}
    while done != before:  # until its workers are gone
        time.sleep(2)
        done, before = _parts(out), done
    assert 3 <= len(done) < 24 and record(out)["state"] == "running"
    min(done).write_bytes(b"cut short")
    written = end(started(folder, out, cluster.address))
    assert ids(out) == IDS and written["rows"] == 480
    assert written["rows_this_time"] == 480 - 20 * (len(done) - 1)
    for part, when in done.items():
        assert (part.stat().st_mtime_ns == when) == (part != min(done)), "scored again"
    assert not (out / "_aside").exists()


def test_a_killed_worker_and_a_lost_node_cost_no_row(cluster, tmp_path):
    folder, out = many(tmp_path / "in", **SLOW), tmp_path / "out"
    running = started(folder, out, cluster.address)
    wait_for_parts(running, out, 2)
    ours = psutil.Process().children(recursive=True)  # the nodes, and what they started
    workers = [each for each in ours if "MapWorker" in " ".join(each.cmdline())]
    assert workers
    workers[0].kill()
    wait_for_parts(running, out, 6)
    cluster.remove_node(cluster.worker, allow_graceful=False)
    assert end(running)["rows"] == 480
    assert ids(out) == IDS
