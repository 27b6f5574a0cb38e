"""The trained models on the rows that none of them has seen: how good, how sure, at what cost."""

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from math import sqrt
from typing import Any

import numpy as np

from model_zoo.evaluation.classification import Quality, beliefs, decide, macro_f1, quality
from model_zoo.evaluation.metrics import McNemar, compare, reliability, together, wilson
from model_zoo.inference.score import WINDOW, join, score
from model_zoo.measure.latency import latency, text_of
from model_zoo.models.files import card
from model_zoo.models.loading import load
from model_zoo.models.spec import ModelSpec
from model_zoo.text.tokens import MAX_TOKENS
from model_zoo.tuning.comparison import Comparison, Pair, Point, Standing
from model_zoo.tuning.split import Part
from model_zoo.tuning.work import Result

Z95 = 1.959963984540054
RUNS = 20  # calls that latency is the median of


def compared(
    models: Mapping[str, ModelSpec],
    test: Part,
    kept: Mapping[str, Result],
    seeds: Mapping[str, Sequence[Result]],
    curve: Mapping[str, Sequence[Result]],
    tokens: int,
    advance: Callable[[int], None] = lambda rows: None,
) -> Comparison:
    """The trained `models` on the held-out rows, as they will be used: float16 weights, loaded.

    `kept`, `seeds` and `curve` are the runs by model: the one kept, all of whole files, and those
    of fewer rows. Latency is of texts of `tokens` tokens. `advance` is told the rows done since.
    """
    loaded = {name: load(row) for name, row in models.items()}
    scored = join(
        [
            score(
                list(loaded.values()),
                test.texts[at : at + WINDOW],
                advance=lambda model, rows: advance(rows),
            )
            for at in range(0, len(test), WINDOW)
        ]
    )
    read = scored.read  # all of them, but for a text of nothing that a model knows
    truth = test.labels[read]
    probabilities = {
        name: values[read] for name, values in zip(models, scored.probabilities, strict=True)
    }
    length = max(3, min(tokens, MAX_TOKENS))
    *_, times = latency(list(loaded.values()), text_of(length), runs=RUNS)
    standings = []
    for name, model in loaded.items():
        figures, file = quality(probabilities[name], truth), card(models[name])
        time, run = times[model.id], kept[name]
        points = [_point(result, len(test)) for result in curve.get(name, ())]
        points.append(Point(run.rows, figures.accuracy, figures.accuracy_ci95))
        standings.append(
            Standing(
                name=name,
                title=models[name].title,
                **_figures(figures, probabilities[name], truth),
                validation_accuracy=run.accuracy,
                seeds=tuple(result.test_right / len(test) for result in seeds[name]),
                train_seconds=run.seconds,
                peak_bytes=run.peak_bytes,
                latency_ms=time.median_ms,
                latency_p95_ms=time.p95_ms,
                size_bytes=file.size_bytes,
                parameters=file.parameters,
                curve=tuple(sorted(points, key=lambda point: point.rows)),
            )
        )
    answers = {name: decide(values) for name, values in probabilities.items()}
    pairs = _pairs(
        {
            (first, second): compare(answers[first], answers[second], truth)
            for first, second in combinations(answers, 2)
        },
        len(truth),
    )
    labels = next(iter(models.values())).labels
    return Comparison(labels, len(truth), length, tuple(standings), pairs)


def _figures(figures: Quality, probabilities: np.ndarray, truth: np.ndarray) -> dict[str, Any]:
    macro, interval = macro_f1(figures.confusion)
    return {
        "accuracy": figures.accuracy,
        "accuracy_ci95": figures.accuracy_ci95,
        "macro_f1": macro,
        "macro_f1_ci95": interval,
        "ece": figures.ece,
        "reliability": reliability(*beliefs(probabilities, truth)),
        "confusion": figures.confusion.counts,
        "f1_by_label": tuple(label.f1 for label in figures.labels),
    }


def _point(result: Result, rows: int) -> Point:
    return Point(result.rows, result.test_right / rows, wilson(result.test_right, rows))


def _pairs(tests: Mapping[tuple[str, str], McNemar], rows: int) -> tuple[Pair, ...]:
    return tuple(
        Pair(
            first,
            second,
            test.b,
            test.c,
            (test.b - test.c) / rows,
            paired_interval(test.b, test.c, rows),
            test.p,
            test.adjusted,
        )
        for (first, second), test in together(tests).items()
    )


def paired_interval(b: int, c: int, rows: int) -> tuple[float, float]:
    """95 % interval of the difference of two accuracies on the same rows.

    Agresti and Min (2005): half a row is added to each of the four cells, which keeps it honest
    where few rows differ.

    >>> low, high = paired_interval(9, 1, 100)
    >>> round(low, 3), round(high, 3)
    (0.017, 0.14)
    """
    b_more, c_more, n = b + 0.5, c + 0.5, rows + 2
    centre = (b_more - c_more) / n
    reach = Z95 * sqrt((b_more + c_more) - (b_more - c_more) ** 2 / n) / n
    return max(-1.0, centre - reach), min(1.0, centre + reach)
