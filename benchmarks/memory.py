"""Resident memory of the real server: `make memory`. Linux.

    python -m benchmarks.memory [--visits 200]

The app is started afresh. A visitor opens Compare and, once all of it is drawn, Attributions; half
a minute later the idle server's resident memory is read. Then come visits one after the other, each
a new tab with a sentence of its own: Compare to its last chart, every fourth also Attributions;
after every fifty the server rests for half a minute, and its memory is read again. Before all that,
a process of its own takes on the app's parts one by one, to show where the megabytes are.
"""

import argparse
import gc
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from time import perf_counter, sleep, time

import psutil

from benchmarks.load import SCORES, SENTENCES
from benchmarks.visitor import ATTRIBUTIONS, COMPARE, Visitor
from tests.browser.chromium import started

REST_SECONDS = 30
GOAL_MB = 690
MODELS = 4
SENTENCE = "The acting is great, but the film as a whole is dreadful."


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--visits", type=int, default=200)
    parser.add_argument("--stages", action="store_true", help="only where the megabytes are")
    arguments = parser.parse_args()
    if arguments.stages:
        stages()
        return
    subprocess.run([sys.executable, "-m", "benchmarks.memory", "--stages"], check=True)
    with started() as server:
        process = psutil.Process(server.process.pid)
        with closing(Visitor(server.address)) as visitor:
            asked = perf_counter()
            visitor.ask(COMPARE, SENTENCE)
            visitor.read(lambda seen: len(seen.cards) >= MODELS)
            print(
                f"four answers {perf_counter() - asked:.2f} s after a visitor came, to a server "
                f"started {time() - process.create_time():.2f} s ago; {resident_mb(process):.0f} MB"
            )
            for page in (COMPARE, ATTRIBUTIONS):
                visitor.ask(page, SENTENCE)
                visitor.read(lambda seen: seen.finished)
            sleep(REST_SECONDS)
            before = resident_mb(process)
            print(
                f"idle, four models loaded, one attribution done: {before:.0f} MB (goal: under "
                f"{GOAL_MB}); highest on the way {highest_mb(process):.0f} MB",
                flush=True,
            )
        for number in range(1, arguments.visits + 1):
            with closing(Visitor(server.address)) as visitor:
                text = SENTENCES[number % len(SENTENCES)]
                visitor.ask(COMPARE, text)
                visitor.read(lambda seen: seen.chart("Heat map of DistilBERT"))
                if number % 4 == 0:
                    visitor.ask(ATTRIBUTIONS, text)
                    visitor.read(lambda seen: seen.chart(SCORES))
            if number % 50 == 0 or number == arguments.visits:
                sleep(REST_SECONDS)
                after = resident_mb(process)
                print(
                    f"idle after {number} visits: {after:.0f} MB, {after / before - 1:+.1%}; "
                    f"highest on the way {highest_mb(process):.0f} MB",
                    flush=True,
                )


def resident_mb(process: psutil.Process) -> float:
    """Megabytes resident now."""
    return process.memory_info().rss / 1e6


def highest_mb(process: psutil.Process) -> float:
    """Megabytes resident at most so far (VmHWM)."""
    lines = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) * 1.024e-3


def stages() -> None:
    """Print what each part adds to the resident memory of this process."""
    from model_zoo.host import give_back_memory, keep_memory_low, use_threads

    keep_memory_low()
    process, before = psutil.Process(), 0.0

    def stage(name: str) -> None:
        nonlocal before
        gc.collect()
        give_back_memory()
        resident = resident_mb(process)
        print(f"{name:28} {resident - before:+7.1f} MB = {resident:6.1f} MB", flush=True)
        before = resident

    stage("Python and this benchmark")
    import streamlit.web.bootstrap  # noqa: F401

    stage("Streamlit")
    import pandas  # noqa: F401

    stage("pandas and pyarrow")
    import plotly.graph_objects as go

    go.Figure(go.Indicator(value=1)).to_json()
    stage("plotly, a figure")
    use_threads(1)
    from model_zoo.inference.predict import predict
    from model_zoo.models.loading import load
    from model_zoo.models.sets import model_set

    models = []
    for row in model_set().models.values():
        models.append(load(row))
        predict(models[-1], ["warm-up"])
        first = ", and ONNX Runtime" if len(models) == 1 else ""
        stage(row.title + first)
    from model_zoo.explain.attribute import attribute

    stage("torch and Captum")
    for model in models:
        attribute(model, "The acting is great, but the film as a whole is dreadful.")
    stage("attributions by all four")


if __name__ == "__main__":
    main()
