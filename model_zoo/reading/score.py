"""Many texts through several models: fast, in order, in bounded memory."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import isnan
from time import perf_counter

import numpy as np

from model_zoo.labels import LABELS
from model_zoo.models.loading import Model
from model_zoo.reading.predict import BATCH_SIZE, batches, probabilities
from model_zoo.text.tokens import Encoded

WINDOW = 2048  # texts that are sorted by length together


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """What M models make of N texts, in the order the texts came.

    `positive` (N, M) are probabilities of positive, NaN where a text holds nothing to read.
    `tokens`, `unknown` and `dropped` (N,) count the tokens that the first model reads ([CLS] and
    [SEP] included), those of them outside its vocabulary, and those cut off. `seconds` (M,) is what
    each model took, without `advance`.
    """

    models: tuple[str, ...]
    positive: np.ndarray
    tokens: np.ndarray
    unknown: np.ndarray
    dropped: np.ndarray
    seconds: np.ndarray

    def __len__(self) -> int:
        return len(self.positive)


def score(
    models: Sequence[Model],
    texts: Sequence[str],
    *,
    batch_size: int = BATCH_SIZE,
    advance: Callable[[str, int], None] = lambda model, rows: None,
) -> Scored:
    """Every model on every text; `advance(model name, rows done since)` is called as it goes.

    Texts are tokenised once for all models with the same tokenizer, sorted by length, and computed
    `batch_size` at a time, so that little is padded. Call it with WINDOW texts at a time where
    there are many.
    """
    encodings: dict[int, list[Encoded]] = {}  # by tokenizer; the bundled models share theirs
    positive = np.full((len(texts), len(models)), np.nan)
    seconds = np.zeros(len(models))
    for column, model in enumerate(models):
        tokenizer = id(model.network.tokenizer.backend)
        encoded = encodings[tokenizer] = encodings.get(tokenizer) or model.encode(texts)
        readable = [i for i, item in enumerate(encoded) if item.words]
        started = perf_counter()
        for batch in batches([encoded[i] for i in readable], batch_size):
            rows = [readable[i] for i in batch]
            positive[rows, column] = [
                p for _, p in probabilities(model, [encoded[i] for i in rows])
            ]
            paused = perf_counter()
            advance(model.id, len(rows))
            started += perf_counter() - paused
        seconds[column] = perf_counter() - started
        if unread := len(encoded) - len(readable):
            advance(model.id, unread)
    first, unknown = next(iter(encodings.values())), models[0].network.tokenizer.unknown
    return Scored(
        models=tuple(model.id for model in models),
        positive=positive,
        tokens=np.array([len(item.ids) for item in first], dtype=np.int32),
        unknown=np.array([item.tokens.count(unknown) for item in first], dtype=np.int32),
        dropped=np.array([item.dropped for item in first], dtype=np.int32),
        seconds=seconds,
    )


def join(parts: Sequence[Scored]) -> Scored:
    """Parts scored one after the other, by the same models, as one; seconds are added up.

    >>> part = Scored(("lstm",), *map(np.array, ([[0.9]], [5], [0], [0], [0.25])))
    >>> joined = join([part, part])
    >>> joined.positive.tolist(), joined.seconds.tolist()
    ([[0.9], [0.9]], [0.5])
    """

    def column(name: str) -> np.ndarray:
        return np.concatenate([getattr(part, name) for part in parts])

    return Scored(
        parts[0].models,
        column("positive"),
        column("tokens"),
        column("unknown"),
        column("dropped"),
        np.sum([part.seconds for part in parts], axis=0),
    )


def answer_columns(models: Sequence[str]) -> list[str]:
    """Names of the columns that `answer_cells` fills: label and probability of each model.

    >>> answer_columns(["lstm", "bert"])
    ['lstm_label', 'lstm_positive', 'bert_label', 'bert_positive']
    """
    return [f"{model}_{what}" for model in models for what in ("label", "positive")]


def answer_cells(positive: np.ndarray) -> Iterator[list[str | float | None]]:
    """Probabilities (N, M) as cells, a row a text; empty where there was nothing to read.

    >>> list(answer_cells(np.array([[0.9], [np.nan]])))
    [['positive', 0.9], ['', None]]
    """
    for row in positive.tolist():
        cells: list[str | float | None] = []
        for probability in row:
            if isnan(probability):
                cells += ["", None]
            else:
                cells += [LABELS[probability > 0.5], round(probability, 6)]
        yield cells
