"""Many texts through several models: fast, in order, in bounded memory."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import count
from time import perf_counter

import numpy as np

from model_zoo.host import calls_at_once, heed_threads
from model_zoo.inference.predict import BATCH_SIZE, batches, probabilities
from model_zoo.models.loading import Model
from model_zoo.models.network import ModelId
from model_zoo.text.tokens import Encoded

WINDOW = 2048  # texts that are sorted by length together


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """What M models make of N texts, in the order the texts came.

    `labels` are each model's own, `probabilities` (N, C) each model's of them, NaN where a text
    holds nothing to read. `tokens`, `unknown` and `dropped` (N,) count the tokens that the first
    model reads (special ones included), those of them outside its vocabulary, and those cut off.
    `seconds` (M,) is what each model took, without `advance`.
    """

    models: tuple[str, ...]
    labels: tuple[tuple[str, ...], ...]
    probabilities: tuple[np.ndarray, ...]
    tokens: np.ndarray
    unknown: np.ndarray
    dropped: np.ndarray
    seconds: np.ndarray

    def __len__(self) -> int:
        return len(self.tokens)

    @property
    def read(self) -> np.ndarray:
        """Which texts (N,) every model found something to read in."""
        return ~np.any([np.isnan(rows[:, 0]) for rows in self.probabilities], axis=0)

    @property
    def answers(self) -> np.ndarray:
        """The likeliest label (N, M), as its index in the model's labels; -1 where unread."""
        return np.stack([answers(rows) for rows in self.probabilities], axis=1)

    def by(self, labels: Sequence[str]) -> "Scored":
        """Only the models that answer with these `labels`; there may be none."""
        kept = [at for at, own in enumerate(self.labels) if own == tuple(labels)]
        return replace(
            self,
            models=tuple(self.models[at] for at in kept),
            labels=tuple(self.labels[at] for at in kept),
            probabilities=tuple(self.probabilities[at] for at in kept),
            seconds=self.seconds[kept],
        )


def answers(probabilities: np.ndarray) -> np.ndarray:
    """The likeliest label of each row (N, C), the first of those that are; -1 for a row of NaN.

    >>> answers(np.array([[0.25, 0.75], [0.5, 0.5], [np.nan, np.nan]])).tolist()
    [1, 0, -1]
    """
    return np.where(np.isnan(probabilities[:, 0]), -1, probabilities.argmax(axis=1))


def score(
    models: Sequence[Model],
    texts: Sequence[str],
    *,
    batch_size: int = BATCH_SIZE,
    advance: Callable[[str, int], None] = lambda model, rows: None,
) -> Scored:
    """Every model on every text; `advance(model name, rows done since)` is called as it goes.

    Texts are tokenised once for all models that read them alike, sorted by length, and computed
    `batch_size` at a time, so that little is padded. Call it with WINDOW texts at a time where
    there are many.
    """
    encodings: dict[object, list[Encoded]] = {}  # by how they read: the bundled models alike
    columns = [np.full((len(texts), len(model.labels)), np.nan) for model in models]
    seconds = np.zeros(len(models))
    for column, model in enumerate(models):
        reading = model.network.tokenizer.reading
        encoded = encodings[reading] = encodings.get(reading) or model.encode(texts)
        readable = [i for i, item in enumerate(encoded) if item.words]
        started = perf_counter()
        parts = [
            [readable[i] for i in batch]
            for batch in batches([encoded[i] for i in readable], batch_size)
        ]
        for rows, answered in _computed(model, encoded, parts):
            columns[column][rows] = answered
            paused = perf_counter()
            advance(model.id, len(rows))
            started += perf_counter() - paused
        seconds[column] = perf_counter() - started
        if unread := len(encoded) - len(readable):
            advance(model.id, unread)
    first, unknown = next(iter(encodings.values())), models[0].network.tokenizer.unknown
    return Scored(
        models=tuple(model.id for model in models),
        labels=tuple(model.labels for model in models),
        probabilities=tuple(columns),
        tokens=np.array([len(item.ids) for item in first], dtype=np.int32),
        unknown=np.array([item.tokens.count(unknown) for item in first], dtype=np.int32),
        dropped=np.array([item.dropped for item in first], dtype=np.int32),
        seconds=seconds,
    )


def _computed(
    model: Model, encoded: Sequence[Encoded], parts: Sequence[list[int]]
) -> Iterator[tuple[list[int], list[tuple[float, ...]]]]:
    """Each part's rows with their probabilities, in order; side by side where that is allowed.

    One core a batch wastes nothing on dividing small products, as two cores for one batch do.
    """

    def compute(rows: list[int]) -> list[tuple[float, ...]]:
        heed_threads()
        return probabilities(model, [encoded[i] for i in rows])

    if calls_at_once() == 1:
        yield from zip(parts, map(compute, parts), strict=True)
        return
    with ThreadPoolExecutor(calls_at_once(), "scoring") as pool:
        yield from zip(parts, pool.map(compute, parts), strict=True)


def join(parts: Sequence[Scored]) -> Scored:
    """Parts scored one after the other, by the same models, as one; seconds are added up.

    >>> shares, counts = (np.array([[0.25, 0.75]]),), map(np.array, ([5], [0], [0], [0.25]))
    >>> part = Scored(("lstm",), (("no", "yes"),), shares, *counts)
    >>> joined = join([part, part])
    >>> joined.answers.tolist(), joined.seconds.tolist()
    ([[1], [1]], [0.5])
    """

    def column(name: str) -> np.ndarray:
        return np.concatenate([getattr(part, name) for part in parts])

    return Scored(
        parts[0].models,
        parts[0].labels,
        tuple(map(np.concatenate, zip(*(part.probabilities for part in parts), strict=True))),
        column("tokens"),
        column("unknown"),
        column("dropped"),
        np.sum([part.seconds for part in parts], axis=0),
    )


def answer_columns(models: Sequence[str], labels: Sequence[Sequence[str]]) -> list[str]:
    """Names of the columns that `answer_cells` fills: each model's label, then its probabilities.

    >>> answer_columns(["lstm"], [["negative", "positive"]])
    ['lstm_label', 'lstm_p_negative', 'lstm_p_positive']
    """
    return _distinct(
        f"{name}_{what}"
        for name, own in zip(column_names(models), labels, strict=True)
        for what in ("label", *(f"p_{label}" for label in own))
    )


def number_columns(models: Sequence[str], labels: Sequence[Sequence[str]]) -> list[str]:
    """Those of `answer_columns` that hold probabilities."""
    names = answer_columns(models, labels)
    firsts = np.cumsum([0, *(1 + len(own) for own in labels)])[:-1].tolist()
    return [name for at, name in enumerate(names) if at not in firsts]


def column_names(models: Sequence[str]) -> list[str]:
    """A name for each model's columns: its own, with what it is of where others have the same.

    >>> column_names(["bert", "mine/lstm", "local/bert"])
    ['sentiment-bert', 'lstm', 'local-bert']
    >>> column_names(["bert", "bert@onnx"])
    ['bert', 'bert-onnx']
    """
    ids = [ModelId(model) for model in models]
    names = [
        identity.name + (f"-{identity.engine}" if identity.engine != ModelId.ENGINE else "")
        for identity in ids
    ]
    times = Counter(names)
    return _distinct(
        name if times[name] == 1 else f"{identity.set}-{name}"
        for identity, name in zip(ids, names, strict=True)
    )


def _distinct(names: Iterable[str]) -> list[str]:
    """The names, with a number behind any that was there before.

    >>> _distinct(["bert", "lstm", "bert"])
    ['bert', 'lstm', 'bert-2']
    """
    distinct: dict[str, None] = {}
    for name in names:
        free = (new for number in count(2) if (new := f"{name}-{number}") not in distinct)
        distinct[next(free) if name in distinct else name] = None
    return list(distinct)


def answer_cells(
    probabilities: Sequence[np.ndarray], labels: Sequence[Sequence[str]]
) -> Iterator[list[str | float | None]]:
    """Each model's probabilities (N, C) as cells, a row a text; empty where nothing was read.

    >>> shares = np.array([[0.1, 0.9], [np.nan, np.nan]])
    >>> list(answer_cells([shares], [["negative", "positive"]]))
    [['positive', 0.1, 0.9], ['', None, None]]
    """
    chosen = [answers(rows).tolist() for rows in probabilities]
    rounded = [rows.round(6).tolist() for rows in probabilities]
    for at in range(len(chosen[0])):
        cells: list[str | float | None] = []
        for answer, rows, own in zip(chosen, rounded, labels, strict=True):
            unread = answer[at] < 0
            cells.append("" if unread else own[answer[at]])
            cells += [None] * len(own) if unread else rows[at]
        yield cells
