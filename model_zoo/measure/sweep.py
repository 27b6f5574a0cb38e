"""What models cost over lengths and batch sizes, how it grows, and where one overtakes another."""

import csv
import json
from collections.abc import Generator, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from io import StringIO
from pathlib import Path
from time import perf_counter

from model_zoo import paths
from model_zoo.errors import DataError, MeasureError
from model_zoo.host import Host, host
from model_zoo.inference.predict import BATCH_SIZE
from model_zoo.measure.footprint import FIGURES, Footprint, footprint
from model_zoo.measure.latency import LEAST_RUNS, Latency, latency, text_of
from model_zoo.models.loading import Model
from model_zoo.tables.formulas import safe_cell

LENGTHS = (8, 16, 32, 64, 128, 256, 512)  # tokens, one text a call
BATCHES = (1, 8, 32)  # texts a call
BATCH_TOKENS = 32  # of each text in a batch
REFERENCE = paths.REFERENCE / "speed.json"
PROCESS_SECONDS = 6.0  # what a fresh process for memory is taken to need until one was timed


@dataclass(frozen=True, slots=True)
class Sweep:
    """What several models cost on one machine, over lengths and batch sizes.

    `taken` is when, in ISO 8601 with the zone. A sweep that was stopped early has fewer entries.
    """

    taken: str
    host: Host
    latencies: tuple[Latency, ...]
    footprints: tuple[Footprint, ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """How far a sweep has got: what was found, what is next, and the seconds that may still take.

    `seconds_left` is None while nothing is known of it.
    """

    sweep: Sweep
    doing: str
    seconds_left: float | None


def sweep(
    models: Sequence[Model],
    *,
    lengths: Sequence[int] = LENGTHS,
    batches: Sequence[int] = BATCHES,
    runs: int = 20,
    warm_up: int = 2,
    seconds: float = 10.0,
    memory: bool = True,
    kept_in: Path | None = None,
) -> Generator[Stage, None, None]:
    """A growing Sweep: latency for each of `lengths` and `batches`, then memory if asked for.

    Lengths are measured with one text a call, batches with texts of BATCH_TOKENS tokens. Each
    round has one call of every model at every point, so that a noisy machine hits all alike; a
    point ends after `runs` rounds, or when its calls have taken `seconds` (see `latency`). Stop
    iterating to stop measuring: what was yielded last holds. For memory see `footprint`.

    Raises MeasureError for a length or batch that cannot be measured, before anything is, and
    where memory cannot be measured, after all else was.
    """
    if wrong := [batch for batch in batches if not 1 <= batch <= BATCH_SIZE]:
        raise MeasureError(
            f"Batches of {wrong[0]} cannot be measured. Choose sizes from 1 to {BATCH_SIZE}."
        )
    points = sorted({(n, 1) for n in lengths} | {(BATCH_TOKENS, batch) for batch in batches})
    going = {
        (tokens, batch): latency(
            models, text_of(tokens), batch=batch, runs=runs, warm_up=warm_up, seconds=seconds
        )
        for tokens, batch in points
    }
    taken = datetime.now().astimezone().isoformat(timespec="seconds")
    measured: dict[tuple[int, int], dict[str, Latency]] = {}
    footprints: list[Footprint] = []
    left = _TimeLeft(runs, seconds, len(models) * len(FIGURES) * memory)

    def stage(doing: str) -> Stage:
        latencies = tuple(
            measured[point][model.id] for model in models for point in points if point in measured
        )
        return Stage(
            Sweep(taken, host(), latencies, tuple(footprints)), doing, left.seconds(list(going))
        )

    while going:
        for point in list(going):
            before = perf_counter()
            round_ = next(going[point], None)
            if round_ is None:
                del going[point]
                continue
            left.took(point, perf_counter() - before, counted=bool(round_))
            if round_:
                measured[point] = round_
            yield stage("Latency" if round_ else "Warming up")
    if not memory:
        return
    for model in models:
        before = perf_counter()
        for figure in footprint(model.spec, kept_in):
            if figure:
                footprints.append(figure)
                left.measured(len(FIGURES), perf_counter() - before)
            yield stage(f"Memory of {model.title}, in fresh processes")


class _TimeLeft:
    """Forecasts what a sweep still takes from what its rounds and processes took so far."""

    def __init__(self, runs: int, seconds: float, processes: int) -> None:
        self._runs, self._seconds, self._processes = runs, seconds, processes
        self._rounds: dict[tuple[int, int], list[float]] = {}
        self._done: dict[tuple[int, int], int] = {}
        self._process_seconds = PROCESS_SECONDS

    def took(self, point: tuple[int, int], seconds: float, *, counted: bool) -> None:
        """A round at `point` took so long; `counted` if it was not to warm up."""
        self._rounds.setdefault(point, []).append(seconds)
        self._done[point] = self._done.get(point, 0) + counted

    def measured(self, processes: int, seconds: float) -> None:
        """So many processes for memory took so long."""
        self._processes -= processes
        self._process_seconds = seconds / processes

    def seconds(self, going: Sequence[tuple[int, int]]) -> float | None:
        """What the points still `going` and the processes may take."""
        if any(point not in self._rounds for point in going):
            return None
        total = self._processes * self._process_seconds
        for point in going:
            taken, done = self._rounds[point], self._done[point]
            each = min(taken)  # the first is many times slower
            affordable = max(LEAST_RUNS - done, (self._seconds - sum(taken)) / each)
            total += each * max(0.0, min(self._runs - done, affordable))
        return total


def by_length(sweep: Sweep) -> dict[str, list[Latency]]:
    """Model -> its latencies with one text a call, short texts first."""
    singles = [latency for latency in sweep.latencies if latency.batch == 1]
    return _lines(sorted(singles, key=lambda latency: latency.tokens))


def by_batch(sweep: Sweep) -> dict[str, list[Latency]]:
    """Model -> its latencies with the text that batches are of, small batches first.

    That is one of BATCH_TOKENS tokens, or of as many as a model with words of its own makes of it.
    """
    tokens = {latency.model: latency.tokens for latency in sweep.latencies if latency.batch > 1}
    batches = [
        latency
        for latency in sweep.latencies
        if latency.tokens == tokens.get(latency.model, BATCH_TOKENS)
    ]
    return _lines(sorted(batches, key=lambda latency: latency.batch))


def _lines(latencies: Sequence[Latency]) -> dict[str, list[Latency]]:
    """Model -> its latencies, in the order given; models in the order of their first."""
    lines: dict[str, list[Latency]] = {}
    for entry in latencies:
        lines.setdefault(entry.model, []).append(entry)
    return lines


def texts_a_second(latency: Latency, ms: float | None = None) -> float:
    """Throughput at a call's median time, or at `ms` milliseconds a call.

    >>> texts_a_second(Latency("bert", 32, 8, 1, 2, (4.0, 5.0, 6.0)))
    1600.0
    """
    return 1e3 * latency.batch / (latency.median_ms if ms is None else ms)


def as_json(sweep: Sweep) -> str:
    """The sweep as JSON, a record a line; `read` takes it back."""
    parts = []
    for name, value in asdict(sweep).items():
        if isinstance(value, tuple):
            rows = ",\n  ".join(json.dumps(row) for row in value)
            value = f"[\n  {rows}\n ]" if rows else "[]"
        else:
            value = json.dumps(value)
        parts.append(f' "{name}": {value}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def read(file: Path) -> Sweep:
    """The Sweep in a file that holds `as_json`; DataError if there is none."""
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
        return Sweep(
            taken=datetime.fromisoformat(record["taken"]).isoformat(),
            host=Host(**record["host"]),
            latencies=tuple(
                Latency(**entry | {"samples_ms": tuple(map(float, entry["samples_ms"]))})
                for entry in record["latencies"]
            ),
            footprints=tuple(Footprint(**entry) for entry in record["footprints"]),
        )
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise DataError(
            f"{file} holds no measurement ({error!r}). Write one with "
            "`python -m model_zoo measure --json`."
        ) from error


_LATENCY_COLUMNS = ("model", "tokens", "batch", "threads", "warm_up")
_FOOTPRINT_COLUMNS = tuple(
    field.name for field in fields(Footprint) if field.name.endswith("_bytes")
)
_MORE_COLUMNS = ("runs", "median_ms", "p95_ms", "texts_per_second", "taken", "processor")


def as_csv(sweep: Sweep) -> str:
    """The sweep as a table: a row for each model, length and batch; memory repeats in each row."""
    stream = StringIO()
    table = csv.writer(stream, lineterminator="\n")
    table.writerow((*_LATENCY_COLUMNS, *_FOOTPRINT_COLUMNS, *_MORE_COLUMNS))
    footprints = {footprint.model: footprint for footprint in sweep.footprints}
    table.writerows(
        map(
            _cell,
            (*_cells(latency, footprints.get(latency.model)), sweep.taken, sweep.host.processor),
        )
        for latency in sweep.latencies
    )
    return stream.getvalue()


def _cell(value: object) -> object:
    return safe_cell(value) if isinstance(value, str) else value


def _cells(latency: Latency, footprint: Footprint | None) -> tuple[object, ...]:
    """What a row says of the latency, and of the model's memory where that was measured."""
    return (
        *(getattr(latency, column) for column in _LATENCY_COLUMNS),
        *(getattr(footprint, column, "") for column in _FOOTPRINT_COLUMNS),
        len(latency.samples_ms),
        latency.median_ms,
        latency.p95_ms,
        texts_a_second(latency),
    )
