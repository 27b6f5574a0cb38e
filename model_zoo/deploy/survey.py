"""Measuring every model on every engine, so many threads and batch sizes: stage after stage."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from threading import Thread
from time import perf_counter, sleep

import numpy as np

from model_zoo.backends import exports
from model_zoo.deploy.answers import Rows, answers
from model_zoo.deploy.costs import Cost, costs
from model_zoo.deploy.options import Option, Survey
from model_zoo.errors import ZooError
from model_zoo.evaluation.metrics import wilson
from model_zoo.host import host
from model_zoo.measure.process import LOOK_SECONDS
from model_zoo.models.engines import DEPLOYABLE, TORCH, engine
from model_zoo.models.files import card, check_weights, read_metrics
from model_zoo.models.network import ModelId
from model_zoo.models.spec import ModelSpec

TOKENS = 23  # of the text that is read where the user's own are not known
BATCHES = (1, 8, 32)
# What each kind of job is taken to need until one was timed.
_SECONDS = {"export": 20.0, "costs": 10.0, "answers": 15.0}


@dataclass(frozen=True, slots=True)
class Stage:
    """How far a survey has got: what was measured, what is being done, and for how long still.

    `seconds_left` is a forecast from what earlier jobs of each kind took.
    """

    survey: Survey
    doing: str
    seconds_left: float


@dataclass(slots=True)
class _Job:
    """One thing to wait for: an export, a process that measures, or one that answers rows."""

    kind: str
    row: ModelSpec
    doing: str
    threads: int = 0


def every_engine(
    models: Sequence[ModelSpec], engines: Sequence[str] = DEPLOYABLE
) -> list[ModelSpec]:
    """Each of the models on each of the engines; one that names its engine, on that."""
    rows = {
        each.id: each
        for row in models
        for each in (map(row.on, engines) if row.id.engine == ModelId.ENGINE else [row])
    }
    return list(rows.values())


def usual_threads() -> tuple[int, ...]:
    """One, and as many as there are cores.

    >>> usual_threads()[0]
    1
    """
    return tuple(sorted({1, host().cores}))


def survey(
    models: Sequence[ModelSpec],
    labels: Sequence[str],
    rows: Rows | None = None,
    *,
    threads: Sequence[int] | None = None,
    batches: Sequence[int] = BATCHES,
    kept_in: Path | None = None,
    answers_kept_in: Path | None = None,
    anew: bool = False,
    answered: Mapping[str, np.ndarray] | None = None,
) -> Generator[Stage, None, None]:
    """A growing Survey of `models`, each with its engine: exports, costs, answers to `rows`.

    Models whose labels are not `labels` get no accuracy. Where no labelled rows are given, exact
    engines have the accuracy that the model's own metrics record, and others none. What cannot be
    exported or measured is left out, and it is said why. Stop iterating to stop measuring: what was
    yielded last holds; an export under way goes on, for it is of use later. For `kept_in` and
    `anew` see `costs` and `answers`; what was `answered` before to the same rows stands.
    """
    tokens = max(3, rows.tokens) if rows else TOKENS
    wanted = {row.id for row in models}
    before = {model: given for model, given in (answered or {}).items() if model in wanted}
    going = _Survey(rows, before)
    jobs = [
        job
        for job in _jobs(models, labels, rows, threads or usual_threads())
        if job.kind != "answers" or job.row.id not in before
    ]
    left = _TimeLeft([job.kind for job in jobs])
    for job in jobs:
        if job.row.id not in going.left_out:
            started = perf_counter()
            try:
                for waiting in going.do(job, tokens, batches, kept_in, answers_kept_in, anew):
                    if waiting:
                        yield Stage(
                            going.so_far(), job.doing, left.seconds(perf_counter() - started)
                        )
            except ZooError as error:
                going.left_out[job.row.id] = str(error)
            left.took(job.kind, perf_counter() - started)
        else:
            left.took(job.kind, None)
        yield Stage(going.so_far(), job.doing, left.seconds())


def _jobs(
    models: Sequence[ModelSpec], labels: Sequence[str], rows: Rows | None, threads: Sequence[int]
) -> Iterator[_Job]:
    for row in models:
        if engine(row.id.engine).exported:
            yield _Job("export", row, f"Exporting {row.title}")
        for count in threads:
            on = f"{count} thread{'s' * (count != 1)}"
            yield _Job("costs", row, f"Time and memory of {row.title} on {on}", count)
        if rows and row.comparable and row.labels == tuple(labels):
            yield _Job("answers", row, f"Answers of {row.title} to {len(rows.texts):,} rows")


class _Survey:
    """What has been measured so far, by identity."""

    def __init__(self, rows: Rows | None, answered: Mapping[str, np.ndarray]) -> None:
        self.left_out: dict[str, str] = {}
        self._rows = rows
        self._taken = datetime.now().astimezone().isoformat(timespec="seconds")
        self._specs: dict[str, ModelSpec] = {}
        self._checksums: dict[str, str] = {}
        self._costs: dict[str, list[Cost]] = {}
        self._answers = dict(answered)

    def do(
        self,
        job: _Job,
        tokens: int,
        batches: Sequence[int],
        kept_in: Path | None,
        answers_kept_in: Path | None,
        anew: bool,
    ) -> Iterator[bool]:
        """Do the job; true while there is something to wait for."""
        row = job.row
        usual = row.id.on(ModelId.ENGINE)
        if usual not in self._checksums:
            self._checksums[usual] = check_weights(row)
        checksum = self._checksums[usual]
        self._specs[row.id] = row
        if job.kind == "export":
            for _ in _export(row, checksum):
                yield True
        elif job.kind == "costs":
            for measured in costs(row, checksum, job.threads, tokens, batches, kept_in, anew=anew):
                if measured is None:
                    yield True
                else:
                    self._costs.setdefault(row.id, []).extend(measured)
        else:
            assert self._rows is not None
            for given in answers(row, checksum, self._rows.texts, answers_kept_in):
                if given is None:
                    yield True
                else:
                    self._answers[row.id] = given

    def so_far(self) -> Survey:
        """All of it, as a record of its own."""
        rows = self._rows
        return Survey(
            taken=self._taken,
            host=host(),
            options=tuple(option for identity in self._costs for option in self._options(identity)),
            answers=dict(self._answers),
            truth=rows.truth if rows else None,
            of_rows=rows.of if rows else 0,
            left_out=dict(self.left_out),
        )

    def _options(self, identity: str) -> Iterator[Option]:
        row = self._specs[identity]
        exported = exports.record(row, self._checksums[row.id.on(ModelId.ENGINE)])
        judged = self._judged(row, exported.get("answers"))
        for cost in self._costs[identity]:
            latency = cost.latency
            yield replace(
                judged,
                threads=latency.threads,
                batch=latency.batch,
                tokens=latency.tokens,
                runs=len(latency.samples_ms),
                median_ms=latency.median_ms,
                p95_ms=latency.p95_ms,
                memory_bytes=cost.memory_bytes,
                disk_bytes=int(exported.get("bytes", 0)) or card(row).size_bytes,
            )

    def _judged(self, row: ModelSpec, agreement: float | None) -> Option:
        """An option with what is known of the model's answers; its costs are yet to come.

        `agreement` is that of the export's own check; that on the user's rows is told instead,
        where there are any.
        """
        option = Option(row.id, 0, 0, 0, 0, 0.0, 0.0, 0, 0, agreement=agreement)
        given = self._answers.get(row.id)
        torch = self._answers.get(row.id.on(TORCH))
        if given is not None and torch is not None and row.id.engine != TORCH:
            option = replace(option, agreement=float((given == torch).mean()))
        truth = self._rows.truth if self._rows else None
        if truth is not None:  # what other rows gave does not stand beside what these give
            if given is None:
                return option
            hits = int((given == truth).sum())
            share, ci95 = hits / len(truth), wilson(hits, len(truth))
            return replace(option, accuracy=share, ci95=ci95, accuracy_rows=len(truth))
        known = card(row)
        if engine(row.id.engine).exact and known.accuracy is not None:
            count = read_metrics(row).get("validation", {}).get("rows", 0)
            return replace(
                option, accuracy=known.accuracy, ci95=known.ci95, accuracy_rows=int(count)
            )
        return option


def _export(row: ModelSpec, checksum: str) -> Iterator[None]:
    """Waits while the model is exported, unless it was before; EngineError where it cannot be.

    In a thread: who stops waiting leaves it to end by itself, as it cleans up behind it.
    """
    if exports.find(row, checksum):
        return
    errors: list[ZooError] = []

    def make() -> None:
        try:
            exports.make(row, checksum)
        except ZooError as error:
            errors.append(error)

    thread = Thread(target=make, name=f"export of {row.id}")
    thread.start()
    while thread.is_alive():
        yield
        sleep(LOOK_SECONDS)
    if errors:
        raise errors[0]


@dataclass(slots=True)
class _TimeLeft:
    """Forecasts what jobs of these kinds, in order, still take."""

    kinds: list[str]
    _took: dict[str, list[float]] = field(default_factory=dict)

    def took(self, kind: str, seconds: float | None) -> None:
        """The first job is done, and took so long; None if it was passed over."""
        self.kinds = self.kinds[1:]
        if seconds is not None:
            self._took.setdefault(kind, []).append(seconds)

    def seconds(self, spent: float = 0.0) -> float:
        """What all jobs together may still take, `spent` of the first one's being over."""
        each = [self._each(kind) for kind in self.kinds]
        return max(0.0, each[0] - spent) + sum(each[1:]) if each else 0.0

    def _each(self, kind: str) -> float:
        took = self._took.get(kind)
        return sum(took) / len(took) if took else _SECONDS[kind]
