"""Ray on this machine: what a second node brings, and a million rows from end to end.

    pip install -r requirements-cluster.txt
    python -m benchmarks.cluster train.tsv --text sentence [--rows 4000] [--models bert@onnx …]
    python -m benchmarks.cluster train.tsv --text sentence --million [--rows 1000000]
    python -m benchmarks.cluster --estimate

First: a cluster of two nodes of one core each (`ray.cluster_utils`, as many processes on this
machine), and each model on three ways over the same rows, one after the other, in rounds: the
plain command with one thread, one worker, two workers. Every way is a process of its own; its rate
is of the rows between the first block that is done and the last, so that neither starting nor
loading counts: with a block a tenth of the rows. The targets: two nodes 1.8 times one, and one
node 0.9 times the plain command.

With --million: rows made of the file's phrases, repeated with a running id, through one fast model
on that cluster; time, rows a second, and the most memory that each process had, as the system has
it (VmHWM on Linux), looked at twice a second. The target: the driver at most 600 MB.

With --estimate: rows a second of every model on every engine, on one thread, texts of 20 tokens,
and what that makes for 10⁹ of them, as the table of docs/cluster.md.
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import psutil

from model_zoo.host import host, use_threads
from model_zoo.inference.score import WINDOW, score
from model_zoo.measure.latency import text_of
from model_zoo.models.engines import DEPLOYABLE
from model_zoo.models.loading import load
from model_zoo.models.registry import spec
from model_zoo.models.sets import model_set
from model_zoo.tables.table import open_table

MODELS = ("bert@onnx", "distilbert@onnx")  # the fastest engine that computes in float32
FAST = "distilbert@onnx-int8"
STORE_BYTES = 200_000_000
MOST_DRIVER_BYTES = 600_000_000
TOKENS, TAKES, BILLION = 20, 3, 1_000_000_000


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("file", type=Path, nargs="?", help="phrases, say SST-2's train.tsv")
    parser.add_argument("--text", default="sentence", metavar="COL")
    parser.add_argument("--rows", type=int)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--models", nargs="+")
    parser.add_argument("--million", action="store_true", help="a million rows, or --rows")
    parser.add_argument("--estimate", action="store_true", help="hours for 10⁹ texts")
    arguments = parser.parse_args()
    if not arguments.estimate and arguments.file is None:
        parser.error("name a file of phrases")
    machine = host()
    print(f"{machine.processor}, {machine.cores} cores")
    if arguments.estimate:
        _estimate()
        return
    table = open_table(arguments.file)
    column = table.column(arguments.text)
    phrases = [row[column] for row in table.rows()]
    with tempfile.TemporaryDirectory() as folder, _cluster() as address:
        if arguments.million:
            (model,) = arguments.models or [FAST]
            _million(Path(folder), address, phrases, arguments.rows or 1_000_000, model)
        else:
            rows = arguments.rows or 10 * WINDOW
            for model in arguments.models or MODELS:
                _nodes(Path(folder), address, phrases, rows, arguments.rounds, model)


def _estimate() -> None:
    """Rows a second and hours, a row a model and engine."""
    use_threads(1)
    texts = [text_of(TOKENS)] * WINDOW
    print(f"\none thread, {TOKENS} tokens, the best of {TAKES} windows of {WINDOW:,}\n")
    print("| model | engine | rows a second, one core | core hours for 10⁹ | hours on 100 cores |")
    print("|---|---|---|---|---|")
    for name in model_set().models:
        for engine in DEPLOYABLE:
            model = load(spec(name).on(engine))
            score([model], texts[:64])
            seconds = []
            for _ in range(TAKES):
                started = time.perf_counter()
                score([model], texts)
                seconds.append(time.perf_counter() - started)
            rate = WINDOW / min(seconds)
            hours = BILLION / rate / 3600
            print(
                f"| {spec(name).title} | {engine} | {rate:,.0f} | {hours:,.0f} | "
                f"{hours / 100:,.1f} |",
                flush=True,
            )


def _nodes(
    folder: Path, address: str, phrases: list[str], rows: int, rounds: int, model: str
) -> None:
    """One model on the three ways, in turns."""
    source = _write(folder, phrases, rows, files=10)
    whole = _write(folder, phrases, rows, files=1)
    ways = {"plain": 0, "one node": 1, "two nodes": 2}
    rates: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(rounds):
        for way, workers in ways.items():
            rate = (
                _on_nodes(folder, address, source, model, workers)
                if workers
                else _plain(folder, next(whole.iterdir()), model)
            )
            rates[way].append(rate)
    middle = {way: median(measured) for way, measured in rates.items()}
    print(f"\n{model}, {rows:,} rows, median of {rounds} rounds, rows a second:")
    for way, measured in rates.items():
        every = ", ".join(f"{rate:,.0f}" for rate in measured)
        print(f"  {way:<10}{middle[way]:>10,.0f}   ({every})")
    second = middle["two nodes"] / middle["one node"]
    first = middle["one node"] / middle["plain"]
    print(f"  two nodes / one node {second:.2f} (target 1.8), one node / plain {first:.2f} (0.9)")


def _plain(folder: Path, file: Path, model: str) -> float:
    """Rows a second of the command without a cluster, on one thread: one core is all it has."""
    code = (
        "import sys, time; from pathlib import Path\n"
        "from model_zoo.host import use_threads\n"
        "from model_zoo.models.loading import load\n"
        "from model_zoo.inference.score_file import score_file\n"
        "use_threads(1); model = load(sys.argv[1])\n"
        "started = time.perf_counter()\n"
        "done = score_file([model], Path(sys.argv[2]), Path(sys.argv[3]), text='text')\n"
        "print(done.rows / (time.perf_counter() - started))"
    )
    out = folder / "plain.parquet"
    done = subprocess.run(
        [sys.executable, "-c", code, model, file, out], capture_output=True, text=True, check=True
    )
    out.unlink()
    return float(done.stdout)


def _on_nodes(folder: Path, address: str, source: Path, model: str, workers: int) -> float:
    """Rows a second of that many workers while all of them are at work."""
    out = Path(tempfile.mkdtemp(dir=folder)) / "out"
    process = _score(source, out, model, address, workers)
    seen: dict[str, float] = {}
    while process.poll() is None:
        for part in out.glob("part-*"):
            seen.setdefault(part.name, time.perf_counter())
        time.sleep(0.01)
    _check(process)
    import pyarrow.parquet as parquet

    when = sorted((at, parquet.read_metadata(out / name).num_rows) for name, at in seen.items())
    # rows that were begun before the clock started are not counted: those of the first blocks
    counted = sum(rows for _, rows in when[workers:])
    return counted / (when[-1][0] - when[workers - 1][0])


def _million(folder: Path, address: str, phrases: list[str], rows: int, model: str) -> None:
    """All rows through one model, with the memory of every process."""
    source, out = _write(folder, phrases, rows, files=4), folder / "out"
    started = time.perf_counter()
    process = _score(source, out, model, address, 2)
    peaks: dict[int, tuple[str, int]] = {}
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(0.5):
            for each in psutil.process_iter(["pid", "cmdline"]):
                command = " ".join(each.info["cmdline"] or ())
                name = "driver" if each.pid == process.pid else _role(command)
                if name and (peak := _peak(each.pid)) > peaks.get(each.pid, ("", 0))[1]:
                    peaks[each.pid] = name, peak

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        record = _check(process)
    finally:
        ended.set()
        watcher.join()
    seconds = time.perf_counter() - started
    print(f"\n{model}, {rows:,} rows on two nodes: {seconds:,.0f} s from end to end")
    print(f"  {record['rows_a_second']:,.0f} rows a second; {record['rows']:,} rows in the parts")
    for pid, (name, peak) in sorted(peaks.items(), key=lambda each: -each[1][1]):
        print(f"  {name:<10}{pid:>8}{peak / 1e6:>8,.0f} MB")
    driver = next(peak for name, peak in peaks.values() if name == "driver")
    verdict = "met" if driver <= MOST_DRIVER_BYTES else "missed"
    print(f"  driver {driver / 1e6:,.0f} MB: target of {MOST_DRIVER_BYTES / 1e6:,.0f} MB {verdict}")
    _check_rows(out, rows)


def _check_rows(out: Path, rows: int) -> None:
    """Every id once."""
    import pyarrow.parquet as parquet

    counted = 0
    seen = bytearray(rows)
    for part in out.glob("part-*.parquet"):
        for number in parquet.read_table(part, columns=["id"])["id"].to_pylist():
            seen[int(number)] = 1
            counted += 1
    assert counted == sum(seen) == rows, f"{counted:,} rows, {sum(seen):,} ids of {rows:,}"
    print("  every id is there once")


def _score(
    source: Path, out: Path, model: str, address: str, workers: int
) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "model_zoo", "score", source, "--text", "text", "--out", out]
    options = ["--models", model, "--cluster", address, "--workers", str(workers), "--json"]
    return subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True)


def _check(process: "subprocess.Popen[str]") -> dict:
    printed, _ = process.communicate()
    assert process.returncode == 0, f"the command ended with {process.returncode}"
    return json.loads(printed)


def _write(folder: Path, phrases: list[str], rows: int, files: int) -> Path:
    """A folder of CSV files with phrases repeated, a running id before each."""
    made = Path(tempfile.mkdtemp(dir=folder))
    for file in range(files):
        with (made / f"{file:02}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(["id", "text"])
            part = range(rows * file // files, rows * (file + 1) // files)
            writer.writerows((n, phrases[n % len(phrases)]) for n in part)
    return made


def _role(command: str) -> str:
    """What a process of Ray's does, by its command line; empty for others."""
    for mark, name in (("MapWorker", "worker"), ("raylet", "raylet"), ("gcs_server", "gcs")):
        if mark in command:
            return name
    return "idle" if command.startswith("ray::") else ""


def _peak(pid: int) -> int:
    """The most resident memory a process had so far, in bytes."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
        return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
    except (OSError, StopIteration):
        return 0


@contextmanager
def _cluster() -> Iterator[str]:
    """The address of two nodes of one core each, which end with this."""
    from ray.cluster_utils import Cluster

    root = str(Path(__file__).resolve().parents[1])
    os.environ |= {"PYTHONPATH": root, "RAY_USAGE_STATS_ENABLED": "0"}
    node = {"num_cpus": 1, "object_store_memory": STORE_BYTES}
    cluster = Cluster(initialize_head=True, head_node_args={**node, "include_dashboard": False})
    try:
        cluster.add_node(**node)
        yield cluster.address
    finally:
        cluster.shutdown()


if __name__ == "__main__":
    main()
