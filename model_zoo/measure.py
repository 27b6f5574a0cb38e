"""What a model costs on this machine: time a call, and memory it adds."""

import gc
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from time import perf_counter

from model_zoo.errors import MeasureError
from model_zoo.host import free_bytes, host, resident_bytes
from model_zoo.predict import predict
from model_zoo.registry import MODELS_DIR, SPECS, Model, check_weights, load
from model_zoo.results import Latency

NEEDED_BYTES = 700_000_000  # room for a second process with torch and the largest model
LEAST_RUNS = 3


def latency(
    models: Sequence[Model],
    text: str,
    *,
    batch: int = 1,
    runs: int = 20,
    warm_up: int = 2,
    seconds: float = 60.0,
) -> Iterator[dict[str, Latency]]:
    """Model name -> Latency as measured so far, after every round; the last one is the result.

    A round is one call of each model, so that a noisy machine hits all alike. First come `warm_up`
    rounds that are not counted (nothing is yielded with them), then `runs`; fewer where `seconds`
    are over, but never less than one and LEAST_RUNS. Stop iterating to stop measuring: what was
    yielded last holds. Raises TextError as `predict` does.
    """
    import torch

    started = perf_counter()
    texts = [text] * batch
    warmed = 0
    samples: dict[str, list[float]] = {model.name: [] for model in models}
    while warmed < min(1, warm_up) or (warmed < warm_up and perf_counter() - started < seconds / 4):
        for model in models:
            predict(model, texts)
        warmed += 1
        yield {}
    for done in range(1, runs + 1):
        tokens = {}
        for model in models:
            before = perf_counter()
            found = predict(model, texts)
            samples[model.name].append(1e3 * (perf_counter() - before))
            tokens[model.name] = len(found[0].tokens)
        yield {
            name: Latency(name, tokens[name], batch, torch.get_num_threads(), warmed, tuple(taken))
            for name, taken in samples.items()
        }
        if done >= LEAST_RUNS and perf_counter() - started > seconds:
            return


def added_memory(name: str, root: Path = MODELS_DIR, kept_in: Path | None = None) -> int:
    """Bytes of resident memory that loading `name` and one call of it add to a fresh process.

    They are counted over a process that has loaded, used and dropped another model, so that
    torch and the libraries' own memory are not laid at this model's door. The figure is kept in
    the folder `kept_in`, if given and writable, until weights, libraries or machine change.
    Raises WeightsError as `load` does, and MeasureError where memory is too short for a second
    process or that process fails.
    """
    kept = kept_in and kept_in / f"memory-{name}.json"
    conditions = {
        "weights": check_weights(name, root),
        "libraries": [version("torch"), version("transformers"), platform.python_version()],
        "machine": [platform.node(), host().processor],
    }
    found = _read(kept, conditions) if kept else None
    if found is None:
        found = _measure_in_fresh_process(name, root)
        if kept:
            _write(kept, conditions | {"added_bytes": found})
    return found


def _measure_in_fresh_process(name: str, root: Path) -> int:
    if (free := free_bytes()) < NEEDED_BYTES:
        raise MeasureError(
            f"A second process needs {NEEDED_BYTES / 1e6:.0f} MB, and {max(0, free) / 1e6:.0f} MB "
            "are free. Measure on a machine with more memory."
        )
    done = subprocess.run(
        [sys.executable, "-m", "model_zoo.measure", name, str(root)],
        cwd=Path(__file__).resolve().parent.parent,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    try:
        return int(done.stdout)
    except ValueError:
        said = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        raise MeasureError(f"The measuring process failed: {said}. Try again.") from None


def _print_added_memory(name: str, root: Path) -> None:
    """What the fresh process does; its only line of output is the figure."""
    if hasattr(os, "nice"):
        os.nice(19)  # whoever is being served goes first
    import torch

    torch.set_num_threads(1)
    predict(load(next(iter(SPECS))), ["warm-up"])
    gc.collect()
    before = resident_bytes()
    model = load(name, root)
    predict(model, ["warm-up"])
    gc.collect()
    print(resident_bytes() - before)


def _read(file: Path, conditions: dict) -> int | None:
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        return int(kept.pop("added_bytes")) if kept.items() >= conditions.items() else None
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return None


def _write(file: Path, record: dict) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(record, indent=1), encoding="utf-8")
    except OSError:
        pass  # nothing can be kept here: it is measured anew after the next start


if __name__ == "__main__":
    _print_added_memory(sys.argv[1], Path(sys.argv[2]))
