"""On a cluster of two nodes: the rows of one machine, each once, whatever is killed.

Ray takes seconds to start and each of its workers does, too: what needs no Ray is in test_run.
"""

import json
import signal
import time
from collections import Counter
from pathlib import Path

import psutil
import pyarrow
import pytest
from pyarrow.parquet import read_table

from model_zoo.__main__ import main
from model_zoo.inference.score import WINDOW
from model_zoo.labels import SENTIMENT
from tests.root import ROOT
from tests.warm import Command

ray = pytest.importorskip("ray", reason="Ray is not installed: requirements-cluster.txt")
pytestmark = pytest.mark.slow  # starts a cluster

ROWS = WINDOW + 100  # two blocks
FILES, ROWS_OF_EACH = 14, 20  # of long texts, that take half a second a file, or so


@pytest.fixture(scope="module")
def cluster():
    """Two nodes of a core each; processes find this repository."""
    from ray.cluster_utils import Cluster

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        node = {"num_cpus": 1, "object_store_memory": 80_000_000}
        soon_missed = {"_system_config": {"health_check_period_ms": 1000}}
        started = Cluster(
            initialize_head=True,
            head_node_args=node | {"include_dashboard": False} | soon_missed,
        )
        started.worker = started.add_node(**node)
        yield started
        ray.shutdown()
        started.shutdown()


def command(name, inputs, address, **options) -> list[str]:
    given = [name, str(inputs), "--text", "text"]
    given += ["--cluster", address, "--block-rows", str(WINDOW)]
    for option, value in options.items():
        given += [f"--{option}", str(value)]
    return given


def parts_of(out: Path) -> pyarrow.Table:
    return pyarrow.concat_tables([read_table(part) for part in sorted(out.glob("part-*.parquet"))])


def record(out: Path) -> dict:
    return json.loads((out / "_run.json").read_text("utf-8"))


def test_answers_and_figures_are_those_of_one_machine(cluster, tmp_path, capsys):
    words = ("good", "bad", "film", "not", "a", "plot", "moving", "dull")
    rows = [
        f'{n},"{words[n % 8]}, {words[n % 7]} {words[n % 5]} {n}",{SENTIMENT[n % 3 % 2]}'
        for n in range(ROWS)
    ]
    rows[9] = "\n9,fine,positive"
    whole, file, out = tmp_path / "whole.csv", tmp_path / "one empty.csv", tmp_path / "out"
    whole.write_text("id,text,kind\n" + "\n".join(rows) + "\n")
    file.write_text(whole.read_text().replace(rows[3], "3,,negative"))

    given = command("score", file, cluster.address, out=out, models="lstm,bilstm", price=0.05)
    assert main([*given, "--json"]) == 0, capsys.readouterr().err
    written = json.loads(capsys.readouterr().out)
    one = tmp_path / "one.parquet"
    here = ["--text", "text", "--models", "lstm,bilstm"]
    assert main(["score", str(file), *here, "--out", str(one)]) == 0
    capsys.readouterr()
    scored, expected = parts_of(out), read_table(one)
    assert len(list(out.glob("part-*"))) == 2
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
    about = read_table(min(out.glob("part-*"))).schema.field("lstm_label").metadata
    assert about[b"model"] == b"lstm" and about[b"engine"]
    assert about[b"weights_sha256"].decode() == record(out)["settings"]["models"]["lstm"]
    sample = read_table(out / "_summary.parquet")
    assert 0 < len(sample) <= 1000 and sample.schema.names == scored.schema.names

    options = {"label": "kind", "models": "lstm,bilstm", "workers": 1}
    assert main([*command("evaluate", whole, cluster.address, **options), "--json"]) == 0
    many = json.loads(capsys.readouterr().out)
    assert main(["evaluate", str(whole), *here, "--label", "kind", "--json"]) == 0
    alone = json.loads(capsys.readouterr().out)
    for figures in (alone, many):
        for model in figures["models"].values():
            del model["seconds"]
    assert many == alone and many["rows"] == ROWS


def workers() -> list[psutil.Process]:
    """What reads blocks, among what the nodes have started."""
    found = []
    for process in psutil.Process().children(recursive=True):
        try:
            if "MapWorker" in " ".join(process.cmdline()):
                found.append(process)
        except psutil.Error:  # it has ended meanwhile
            continue
    return found


def wait_for_parts(process: Command, out: Path, count: int) -> dict[Path, int]:
    """The parts and when each was written, once there are so many and some are still to come."""
    while len(done := sorted(out.glob("part-*"))) < count:
        assert process.returncode is None, process.ended()
        time.sleep(0.02)
    assert len(done) < FILES, "all was over before anything was lost"
    return {part: part.stat().st_mtime_ns for part in done}


def test_a_killed_driver_a_killed_worker_and_a_lost_node_cost_no_row(cluster, tmp_path):
    """One after the other: the driver goes on where it was, the rest is made up for by Ray."""
    folder, out = tmp_path / "in", tmp_path / "scored"
    folder.mkdir()
    for file in range(FILES):
        numbers = range(ROWS_OF_EACH * file, ROWS_OF_EACH * (file + 1))
        lines = "".join(f"{n},{'good film ' * 250}{n}\n" for n in numbers)
        (folder / f"{file:02}.csv").write_text("id,text\n" + lines)
    given = [*command("score", folder, cluster.address, out=out, models="lstm"), "--json"]

    driver = Command(*given, said=tmp_path)
    wait_for_parts(driver, out, 3)
    driver.signal(signal.SIGKILL)
    driver.ended()
    while workers():
        time.sleep(0.1)
    done = wait_for_parts(driver, out, 3)
    assert record(out)["state"] == "running"
    min(done).write_bytes(b"cut short")

    driver = Command(*given, said=tmp_path)
    wait_for_parts(driver, out, len(done) + 1)
    workers()[0].kill()
    wait_for_parts(driver, out, len(done) + 2)
    cluster.remove_node(cluster.worker, allow_graceful=False)
    printed, complaints = driver.ended()
    assert driver.returncode == 0, complaints
    written = json.loads(printed)
    assert written["state"] == "complete" and written["rows"] == FILES * ROWS_OF_EACH
    assert written["rows_this_time"] == ROWS_OF_EACH * (FILES - len(done) + 1)
    ids = Counter(map(int, parts_of(out)["id"].to_pylist()))
    assert ids == Counter(range(FILES * ROWS_OF_EACH))
    for part, when in done.items():
        assert (part.stat().st_mtime_ns == when) == (part != min(done)), "scored again"
    assert not (out / "_aside").exists()
