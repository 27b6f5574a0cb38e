"""Many visitors at once against one server: `make load`. Exit status 1 if anything was amiss.

    python -m benchmarks.load [--visitors 25] [--rounds 10] [--minutes 8]

Every visitor is a websocket client with sentences of their own. In each round, they open Compare
with the next one, and once the four answers and the charts of how they formed are there,
Attributions; a new request interrupts what the page would still go on to draw, as a browser's does.
All that is read is compared with what the library says of the sentence, computed afterwards, one
after the other: none may differ by more than 4e-6.
"""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from itertools import product
from multiprocessing import get_context
from threading import Barrier, Thread
from time import monotonic, perf_counter

import numpy as np

from benchmarks.visitor import ATTRIBUTIONS, COMPARE, NoAnswerError, Seen, Visitor, numbers
from model_zoo.host import host
from model_zoo.labels import SENTIMENT
from model_zoo.models.loading import load
from model_zoo.models.sets import model_set
from tests.browser.chromium import running_app

TOLERANCE = 4e-6  # rounding of float32: other threads or kernels move a score by up to 1.1e-6
ENGINES_APART = 1e-5  # probabilities by ONNX Runtime and by torch, of one text
COLUMNS = len(model_set().models)
SENTENCES = [
    f"The {subject} is {opinion} and the {aspect} feels {feeling}."
    for opinion, feeling, subject, aspect in product(
        ["wonderful", "dull", "moving", "clumsy", "funny"],
        ["hollow", "warm", "tedious", "fresh", "stale"],
        ["film", "plot", "cast"],
        ["ending", "music", "dialogue", "pacing"],
    )
]  # 300
# how the alternative texts of the figures begin that are read
WORD_BY_WORD = "Line chart of the probability of positive after each word"
LAYER_BY_LAYER = "Line chart of the probability of positive after each layer"
SCORES = "Heat map, models by words"

Numbers = Mapping[str, np.ndarray]  # what a figure shows, by the name of its line or row


@dataclass(slots=True)
class Answer:
    """What is said of one sentence; `cards` are label and share, `text` is without spaces."""

    text: str = ""
    cards: list[tuple[str, float]] = field(default_factory=list)
    courses: Numbers = field(default_factory=dict)
    scores: Numbers = field(default_factory=dict)


@dataclass(slots=True)
class Log:
    """What the visitors saw, together."""

    predict_s: list[float] = field(default_factory=list)
    formed_s: list[float] = field(default_factory=list)
    attribute_s: list[float] = field(default_factory=list)
    answers: list[tuple[str, Answer]] = field(default_factory=list)  # and the text each is for
    places_in_line: list[int] = field(default_factory=list)  # as they were told while waiting
    wrong: list[str] = field(default_factory=list)
    unfinished: list[str] = field(default_factory=list)  # texts that the time did not suffice for


@dataclass(frozen=True, slots=True)
class Compared:
    """How many lines and rows were compared, how far right ones were off, and which were wrong."""

    figures: int
    largest_difference: float
    wrong: tuple[str, ...]


def expected(texts: Sequence[str]) -> dict[str, Answer]:
    """What the library says of each text, one after the other, on one thread."""
    import torch

    from model_zoo.explain.attribute import attribute
    from model_zoo.inference.predict import predict
    from model_zoo.internals.stepwise import stepwise
    from ui.compare.figures import READINGS

    torch.set_num_threads(1)
    models = [load(row) for row in model_set().models.values()]
    answers = {}
    for text in texts:
        answer, courses, scores = Answer(), {}, {}
        for model in models:
            title = model.title
            prediction, label = predict(model, [text])[0], SENTIMENT[1]
            answer.cards.append((prediction.label, prediction.confidence))
            for course in stepwise(model, text):
                courses[f"{title}, {READINGS[course.reading][2]}"] = np.array(course.of(label))
            if model.name != "bilstm":  # the ends of its two lines only make its answer together
                assert abs(course.of(label)[-1] - prediction.of(label)) < ENGINES_APART
            attribution = attribute(model, text)
            sign = -1 if attribution.target == SENTIMENT[0] else 1
            scores[title] = sign * np.array(attribution.word_scores)
            answer.text = "".join(attribution.words)
        answer.courses, answer.scores = courses, scores
        answers[text] = answer
    return answers


def shown_on_compare(seen: Seen) -> Answer | None:
    """The answer as far as Compare shows it; None if that is not all there yet."""
    by_word, by_layer = seen.chart(WORD_BY_WORD), seen.chart(LAYER_BY_LAYER)
    if not by_word or not by_layer:
        return None
    lines = {
        line["name"]: numbers(line["y"])
        for chart in (by_word, by_layer)
        for line in chart["data"]
        if line.get("name")
    }
    return Answer("".join(by_word["data"][0]["customdata"]), seen.cards[-COLUMNS:], lines)


def shown_on_attributions(seen: Seen) -> Answer | None:
    """The answer as far as Attributions shows it; None if that is not all there yet."""
    chart = seen.chart(SCORES)
    if chart is None:
        return None
    (map_,) = chart["data"]
    cells = map_["customdata"]  # of each cell, which model and which word
    rows = {row[0][0]: line for row, line in zip(cells, numbers(map_["z"]), strict=True)}
    return Answer("".join(word for _, word in cells[0]), scores=rows)


def difference(answer: Answer, right: Answer) -> float:
    """The largest between two answers' numbers, of those that are shown; inf if in kind."""
    largest = 0.0
    if answer.text != right.text:
        return float("inf")
    if answer.cards:
        pairs = list(zip(answer.cards, right.cards, strict=True))
        if any(label != right_label for (label, _), (right_label, _) in pairs):
            return float("inf")
        if max(abs(share - right_share) for (_, share), (_, right_share) in pairs) > 0.00051:
            return float("inf")
    for lines, right_lines in ((answer.courses, right.courses), (answer.scores, right.scores)):
        if not lines:
            continue
        if set(lines) != set(right_lines):
            return float("inf")
        if any(lines[name].shape != right_lines[name].shape for name in lines):
            return float("inf")
        off = (float(np.abs(lines[name] - right_lines[name]).max()) for name in lines)
        largest = max(largest, *off)
    return largest


def visit(address: str, texts: Sequence[str], log: Log, ends: float) -> None:
    """One visitor's rounds, a text each."""
    with closing(Visitor(address)) as tab:
        for done, text in enumerate(texts):
            if monotonic() > ends:
                log.unfinished += [*texts[done:]]
                return
            started = perf_counter()
            tab.ask(COMPARE, text)
            tab.read(lambda seen: len(seen.cards) >= COLUMNS)
            log.predict_s.append(perf_counter() - started)
            _note(tab.read(shown_on_compare), shown_on_compare, text, log)
            log.formed_s.append(perf_counter() - started)

            started = perf_counter()
            tab.ask(ATTRIBUTIONS, text)
            _note(tab.read(shown_on_attributions), shown_on_attributions, text, log)
            log.attribute_s.append(perf_counter() - started)


def _note(seen: Seen, answer_of: Callable[[Seen], Answer | None], text: str, log: Log) -> None:
    answer = answer_of(seen)
    assert answer
    log.answers.append((text, answer))
    log.wrong += [f"{text}: {error}" for error in seen.errors]
    log.places_in_line += seen.ahead


def all_at_once(address: str, texts: Sequence[Sequence[str]], seconds: float) -> Log:
    """What visitors, one for each row of `texts`, see together; none begins a round too late."""
    log, start, ends = Log(), Barrier(len(texts)), monotonic() + seconds

    def run(own: Sequence[str]) -> None:
        start.wait()
        try:
            visit(address, own, log, ends)
        except NoAnswerError as error:
            log.wrong.append(f"No answer: {error}")
        except Exception as error:  # a thread's end would go unnoticed
            log.wrong.append(f"{type(error).__name__}: {error}")

    threads = [Thread(target=run, args=(own,), daemon=True) for own in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, ends - monotonic()) + 300)
    log.wrong += ["A visitor never came to an end"] * sum(thread.is_alive() for thread in threads)
    return log


def compare(answers: Sequence[tuple[str, Answer]], right: Mapping[str, Answer]) -> Compared:
    """How far what was shown for each text is from the `right` answers."""
    figures, largest, wrong = 0, 0.0, []
    for text, answer in answers:
        figures += len(answer.courses) + len(answer.scores)
        apart = difference(answer, right[text])
        if apart <= TOLERANCE:
            largest = max(largest, apart)
            continue
        matches = [
            match
            for match, right_answer in right.items()
            if difference(answer, right_answer) <= TOLERANCE
        ]
        wrong.append(f"{text}: off by {apart:.2g}; it is the answer to {matches or 'none of them'}")
    return Compared(figures, largest, tuple(wrong))


def warm(address: str) -> None:
    """Have all models loaded, and their memory measured, which is done once a host."""
    for _ in range(60):
        with closing(Visitor(address)) as tab:
            tab.ask(COMPARE, "A film to warm up with.")
            seen = tab.read(lambda seen: seen.finished)
            if not seen.memory_awaited:
                return


def main() -> int:
    """Run it and print the figures; 0 if all was right."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--visitors", type=int, default=25)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--minutes", type=float, default=8.0, help="for the visitors' rounds")
    arguments = parser.parse_args()
    visitors, rounds = arguments.visitors, arguments.rounds
    texts = [SENTENCES[i * rounds : (i + 1) * rounds] for i in range(visitors)]
    if len(texts[-1]) < rounds:
        parser.error(f"There are {len(SENTENCES)} sentences, one for each visitor and round.")
    machine = host()
    print(f"{machine.processor}, {machine.cores} cores, torch {machine.torch}", flush=True)
    with running_app() as address:
        warm(address)
        started = perf_counter()
        log = all_at_once(address, texts, 60 * arguments.minutes)
        took = perf_counter() - started
    print(f"{visitors} visitors x {rounds} rounds at once: {took:.0f} s, ", end="")
    print(f"{len(log.unfinished)} rounds left out for want of time")
    for step, times in (
        ("predict, four answers", log.predict_s),
        ("predict, with how they form", log.formed_s),
        ("attribute, four models", log.attribute_s),
    ):
        print(f"{step:28} {_line(times)}")
    print(f"longest line seen: {max(log.places_in_line, default=0)} ahead", flush=True)

    answered = sorted({text for text, _ in log.answers})
    started = perf_counter()
    # as many processes as cores, each with a part of the texts, one after the other
    with ProcessPoolExecutor(machine.cores, get_context("spawn")) as processes:
        shares = [answered[at :: machine.cores] for at in range(machine.cores)]
        parts = processes.map(expected, shares)
        right = {text: answer for part in parts for text, answer in part.items()}
    compared = compare(log.answers, right)
    print(f"{len(right)} sentences one after the other: {perf_counter() - started:.0f} s")
    print(f"lines and rows compared: {compared.figures:,}; ", end="")
    print(f"largest difference {compared.largest_difference:.1e}")
    wrong = [*log.wrong, *compared.wrong]
    print(f"errors: {len(wrong)}")
    for error in wrong[:20]:
        print(f"  {error}")
    return int(bool(wrong or log.unfinished))


def _line(seconds: Sequence[float]) -> str:
    if not seconds:
        return "none"
    middle, late = np.quantile(seconds, [0.5, 0.95])
    return f"median {middle:6.2f} s, p95 {late:6.2f} s, slowest {max(seconds):6.2f} s"


if __name__ == "__main__":
    sys.exit(main())
