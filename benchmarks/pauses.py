"""How long a visitor waits at worst, and what for: one visitor, 500 sentences, the real server.

    python -m benchmarks.pauses [--submits 500] [--collector]

The app is started afresh. Once its models are loaded and one sentence has been explained, a visitor
submits sentences of about the same length, one after the other, each once the run before has ended:
from there to the four answers, to the end of the run, and the time that BiLSTM's card shows. What
is far above the median there is a pause of the server's, not of the model: wanted is a 99th
percentile of three medians at most. With `--collector`, Python's collector of cyclic garbage says
in the server how long each of its passes took.

From Enter to what is seen on the screen, in a browser: `make bench-browser`.
"""

import argparse
import os
import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from time import perf_counter, sleep

import numpy as np

from benchmarks.load import COLUMNS, SENTENCES, warm
from benchmarks.visitor import COMPARE, Visitor
from model_zoo.host import host
from tests.browser.chromium import started

TEXTS = [*SENTENCES, *(f"Tonight, {text[0].lower()}{text[1:]}" for text in SENTENCES)]
WATCHED = "bilstm"
REST_SECONDS = 15  # longer than the server takes to tidy up


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--submits", type=int, default=500)
    parser.add_argument("--collector", action="store_true", help="also the collector's passes")
    arguments = parser.parse_args()
    if not 0 < arguments.submits < len(TEXTS):
        parser.error(f"There are sentences for 1 to {len(TEXTS) - 1} submits.")
    machine = host()
    print(f"{machine.processor}, {machine.cores} cores, load {_load()}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "passes"
        watch = (sys.executable, "-m", "benchmarks.pauses_within", str(log))
        with started(within=watch if arguments.collector else ()) as server:
            warm(server.address)
            with closing(Visitor(server.address)) as tab:
                tab.ask(COMPARE, TEXTS[-1])
                tab.read(lambda seen: seen.finished)
                sleep(REST_SECONDS)
                log.touch()
                passes_before = len(_passes(log))
                waits = submit(tab, TEXTS[: arguments.submits])
        for step, times in waits.items():
            print(f"{step:22} {_line(times)}")
        print(f"load at the end {_load()}")
        if arguments.collector:
            for generation, times in _by_generation(_passes(log)[passes_before:]).items():
                print(f"collector, {generation:11} {_line(times)}")


def submit(tab: Visitor, texts: Sequence[str]) -> Mapping[str, Sequence[float]]:
    """What each text took, in ms, by what was waited for."""
    waits: dict[str, list[float]] = defaultdict(list)
    for text in texts:
        asked = perf_counter()
        tab.ask(COMPARE, text)
        tab.read(lambda seen: len(seen.cards) >= COLUMNS)
        waits["four answers"].append(1e3 * (perf_counter() - asked))
        seen = tab.read(lambda seen: seen.finished)
        waits["the end of the run"].append(1e3 * (perf_counter() - asked))
        waits["BiLSTM, on its card"].append(seen.times_ms[WATCHED])
    return waits


def _passes(log: Path) -> list[tuple[int, float]]:
    """Generation and ms of each of the collector's passes, see `pauses_within`."""
    rows = (line.split() for line in log.read_text(encoding="ascii").splitlines())
    return [(int(generation), float(took)) for generation, took in rows]


def _by_generation(passes: Sequence[tuple[int, float]]) -> Mapping[str, Sequence[float]]:
    times: dict[str, list[float]] = {f"generation {number}": [] for number in range(3)}
    for generation, took in passes:
        times[f"generation {generation}"].append(took)
    return times


def _line(times: Sequence[float]) -> str:
    if not times:
        return "none"
    middle, late, later = np.quantile(times, [0.5, 0.95, 0.99])
    return (
        f"median {middle:7.2f} ms, p95 {late:7.2f}, p99 {later:7.2f}, max {max(times):7.2f}; "
        f"p99/median {later / middle:4.1f}; {len(times)} times"
    )


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"


if __name__ == "__main__":
    main()
