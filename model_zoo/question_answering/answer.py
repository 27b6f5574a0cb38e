"""Answers to a question from a passage: the likeliest spans, and whether there is one at all."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from time import perf_counter

import numpy as np

from model_zoo.errors import TextError
from model_zoo.question_answering.reader import Reader
from model_zoo.question_answering.records import Answers, AnswerSpan
from model_zoo.question_answering.spans import best_spans, likely
from model_zoo.question_answering.windows import Reading

TOP = 3
Logits = tuple[np.ndarray, np.ndarray]  # of a window's starts and ends, (T,) each
_READINGS_AT_ONCE = 64  # of many questions: bounds memory


def answer(reader: Reader, passage: str, question: str, *, top: int = TOP) -> Answers:
    """The reader's `top` likeliest answers to the question from the passage.

    Raises TextError where either holds nothing to read, or is too long (see `windows.read`).
    """
    started = perf_counter()
    reading = reader.read(question, passage)
    logits = reader.logits(list(reading.windows))
    return replace(_answers(reader, reading, logits, top), seconds=perf_counter() - started)


def answer_all(
    reader: Reader,
    pairs: Sequence[tuple[str, str]],
    *,
    top: int = 1,
    advance: Callable[[int], None] = lambda done: None,
) -> list[Answers]:
    """Answers to many (passage, question) `pairs`, in their order; `seconds` are shares of batches.

    `advance` is called with the number of questions each time some are done. Raises TextError for
    the first pair that cannot be read.
    """
    results: list[Answers] = []
    for at in range(0, len(pairs), _READINGS_AT_ONCE):
        started = perf_counter()
        readings = [
            _read(reader, number, *pair)
            for number, pair in enumerate(pairs[at : at + _READINGS_AT_ONCE], start=at + 1)
        ]
        logits = iter(reader.logits([window for each in readings for window in each.windows]))
        own = [[next(logits) for _ in each.windows] for each in readings]
        done = [_answers(reader, each, of, top) for each, of in zip(readings, own, strict=True)]
        share = (perf_counter() - started) / len(done)
        results += [replace(answers, seconds=share) for answers in done]
        advance(len(done))
    return results


def _read(reader: Reader, number: int, passage: str, question: str) -> Reading:
    try:
        return reader.read(question, passage)
    except TextError as error:
        raise TextError(f"Question {number}: {error}") from error


def _answers(reader: Reader, reading: Reading, logits: Sequence[Logits], top: int) -> Answers:
    shares = likely(reading, logits)
    return Answers(
        reader=reader.name,
        title=reader.title,
        question=reading.question,
        passage=reading.passage,
        spans=tuple(
            AnswerSpan(
                start,
                end,
                reading.passage[start:end],
                place.probability,
                (place.first, place.last),
                place.window,
            )
            for place, (start, end) in best_spans(reading, shares, top)
        ),
        no_answer=shares.no_answer,
        threshold=reader.threshold,
        calibrated=reader.calibrated,
        token_spans=reading.spans,
        start_probabilities=tuple(shares.starts.tolist()),
        end_probabilities=tuple(shares.ends.tolist()),
        windows=len(reading.windows),
        seconds=0.0,
        unknown=reading.unknown,
    )
