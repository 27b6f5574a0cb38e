"""Memory that a model takes, each figure measured in a process of its own."""

import gc
import json
import platform
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from threading import Event, Thread
from typing import Any

from model_zoo.backends.exports import record
from model_zoo.errors import MeasureError
from model_zoo.host import free_bytes, give_back_memory, host, resident_bytes, use_threads
from model_zoo.inference.predict import predict
from model_zoo.measure.latency import text_of
from model_zoo.measure.process import in_fresh_process
from model_zoo.models.anatomy import anatomy
from model_zoo.models.engines import engine
from model_zoo.models.files import card, check_weights
from model_zoo.models.loading import Model, load
from model_zoo.models.network import Capability
from model_zoo.models.registry import remember, spec
from model_zoo.models.sets import model_set
from model_zoo.models.spec import ModelSpec
from model_zoo.whole_files import write_json
from model_zoo.worker import give_way

TOKENS = 128  # of the text whose peaks are measured
NEEDED_BYTES = 700_000_000  # room for a second process with torch and the largest model
SECONDS = 300  # after which a measuring process is given up
SAMPLE_SECONDS = 0.001  # between two looks at the memory, where the system keeps no peak
_SELF = Path("/proc/self")  # Linux
LIBRARIES = ("torch", "transformers", "onnxruntime")
_SHORT = "warm-up"


@dataclass(frozen=True, slots=True)
class Footprint:
    """Memory of one model, in bytes, each figure but the first from fresh processes.

    `weights_bytes` is the parameters in memory: float32, but for the word vectors, which stay in
    float16. `added_bytes` is the resident memory that loading it and one call leave behind. The
    peaks are how much more than that one prediction and one attribution of a text of `tokens`
    tokens take while they run; `sampled` where they were looked for every millisecond, as the
    system keeps no peak.
    """

    model: str
    tokens: int
    weights_bytes: int
    added_bytes: int
    prediction_peak_bytes: int
    attribution_peak_bytes: int
    sampled: bool = False


@dataclass(frozen=True, slots=True)
class _Figure:
    """What one process measured, in bytes; `sampled` as in Footprint."""

    found_bytes: int
    sampled: bool = False


def added_memory(model: str | ModelSpec, kept_in: Path | None = None) -> int:
    """Bytes of resident memory that loading the model and one call add to a fresh process.

    They are counted over a process that has loaded, used and dropped another model, so that
    torch and the libraries' own memory are not laid at this model's door. The figure is kept in
    the folder `kept_in`, if given and writable, until weights, libraries or machine change.
    Raises WeightsError as `load` does, and MeasureError where memory is too short for a second
    process or that process fails.
    """
    *_, figure = _figure("added", spec(model), kept_in)
    assert figure is not None
    return figure.found_bytes


def footprint(model: str | ModelSpec, kept_in: Path | None = None) -> Iterator[Footprint | None]:
    """None several times a second while fresh processes measure, and the Footprint at the end.

    Closing the iterator ends the process that is at work. For `kept_in` and errors see
    `added_memory`.
    """
    row = spec(model)
    figures: dict[str, _Figure] = {}
    for kind in FIGURES:
        for figure in _figure(kind, row, kept_in):
            if figure is None:
                yield None
            else:
                figures[kind] = figure
    yield Footprint(
        model=row.id,
        tokens=TOKENS,
        weights_bytes=_weights_bytes(row),
        added_bytes=figures["added"].found_bytes,
        prediction_peak_bytes=figures["prediction"].found_bytes,
        attribution_peak_bytes=figures["attribution"].found_bytes,
        sampled=any(figure.sampled for figure in figures.values()),
    )


def _weights_bytes(model: ModelSpec) -> int:
    """What the parameters take once loaded: float32, but for the word vectors in float16.

    On another engine, the files of its export.
    """
    if engine(model.id.engine).exported:
        return int(record(model, check_weights(model)).get("bytes", 0))
    blocks = anatomy(model)
    vectors = sum(
        part.parameters for block in blocks for part in block.parts if part.name == "word vectors"
    )
    return 4 * card(model).parameters - 2 * vectors


def peak_of(call: Callable[[], object]) -> tuple[int, bool]:
    """(most resident memory while `call` runs, less that before it, bytes; whether sampled).

    Linux keeps a process's peak (VmHWM in /proc/self/status), and writing 5 to
    /proc/self/clear_refs starts it anew (man 5 proc). Where that does not work, a thread looks at
    the memory every millisecond, and may miss what is there for less.
    """
    gc.collect()
    give_back_memory()  # a call that takes from the allocator's reserve seems to cost nothing
    before = resident_bytes()
    if _restart_peak(before):
        call()
        return max(0, _peak_bytes() - before), False
    most, done = before, Event()

    def sample() -> None:
        nonlocal most
        while not done.wait(SAMPLE_SECONDS):
            most = max(most, resident_bytes())

    thread = Thread(target=sample, name="memory samples", daemon=True)
    thread.start()
    try:
        call()
    finally:
        done.set()
        thread.join()
    return max(most, resident_bytes()) - before, True


def _restart_peak(resident: int) -> bool:
    """Set the peak to what is resident now; whether that worked."""
    try:
        (_SELF / "clear_refs").write_text("5", encoding="ascii")
        return _peak_bytes() < resident + 4_000_000  # some sandboxes accept it and do nothing
    except (OSError, StopIteration):
        return False


def _peak_bytes() -> int:
    lines = (_SELF / "status").read_text(encoding="ascii", errors="replace").splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))


def _added(row: ModelSpec) -> _Figure:
    predict(load(next(iter(model_set().models)).on(row.id.engine)), [_SHORT])
    gc.collect()
    before = resident_bytes()
    model = load(row)
    predict(model, [_SHORT])
    gc.collect()
    return _Figure(resident_bytes() - before)


def _prediction(row: ModelSpec) -> _Figure:
    return _peak(load(row), lambda model, text: predict(model, [text]))


def _attribution(row: ModelSpec) -> _Figure:
    from model_zoo.explain.attribute import attribute

    # the engines without gradients have this one left
    method = "integrated_gradients" if Capability.GRADIENTS in row.capabilities else "occlusion"
    return _peak(load(row), partial(attribute, method=method))


def _peak(model: Model, use: Callable[[Model, str], object]) -> _Figure:
    """The peak of `use` of a text of TOKENS tokens."""
    use(model, _SHORT)  # what is set up only once is not laid at the call's door
    return _Figure(*peak_of(lambda: use(model, text_of(TOKENS))))


FIGURES: dict[str, Callable[[ModelSpec], _Figure]] = {
    "added": _added,
    "prediction": _prediction,
    "attribution": _attribution,
}


def _figure(kind: str, model: ModelSpec, kept_in: Path | None) -> Iterator[_Figure | None]:
    """None while a process measures; the figure at the end, at once if it is kept."""
    kept = kept_in and kept_in / f"{kind}-{model.id.replace('/', '--')}.json"
    conditions = {
        "weights": check_weights(model),
        "libraries": [*map(version, LIBRARIES), platform.python_version()],
        "machine": [platform.node(), host().processor],
        "tokens": TOKENS,
        "word_vectors": "float16",
    }
    figure = _read(kept, conditions) if kept else None
    if figure is None:
        for figure in _in_fresh_process(kind, model):
            if figure is None:
                yield None
        if kept and figure:
            _write(kept, conditions | asdict(figure))
    yield figure


def _in_fresh_process(kind: str, model: ModelSpec) -> Iterator[_Figure | None]:
    """None while the process measures, which ends with this iterator; its figure at the end."""
    if (free := free_bytes()) < NEEDED_BYTES:
        raise MeasureError(
            f"A second process needs {NEEDED_BYTES / 1e6:.0f} MB, and {max(0, free) / 1e6:.0f} MB "
            "are free. Measure on a machine with more memory."
        )
    where = [str(model.folder), str(model_set(model.id.beside).folder)]
    arguments = [kind, model.id, *where]
    for figure in in_fresh_process("model_zoo.measure.footprint", arguments, seconds=SECONDS):
        yield figure and _Figure(**figure)


def _read(file: Path, conditions: dict[str, Any]) -> _Figure | None:
    """The figure kept in `file`; None if there is none, or it was measured otherwise."""
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        if not kept.items() >= conditions.items():
            return None
        return _Figure(int(kept["found_bytes"]), bool(kept["sampled"]))
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return None


def _write(file: Path, record: dict[str, Any]) -> None:
    with suppress(OSError):  # where nothing can be kept, it is measured anew after the next start
        file.parent.mkdir(parents=True, exist_ok=True)
        write_json(file, record)


def _print_figure(kind: str, model: ModelSpec) -> None:
    """What the fresh process does; its only line of output is the figure."""
    give_way()
    use_threads(1)
    print(json.dumps(asdict(FIGURES[kind](model))))


if __name__ == "__main__":
    _, kind, identity, folder, set_folder = sys.argv
    _print_figure(kind, remember(identity, Path(folder), Path(set_folder)))
