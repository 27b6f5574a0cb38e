"""How well readers answer questions whose answers are known, and whether two of them differ."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations

import numpy as np

from model_zoo.evaluation.metrics import (
    McNemar,
    calibration_error,
    compare,
    reliability,
    together,
)
from model_zoo.question_answering.answer import answer_all
from model_zoo.question_answering.metrics import exact, f1, interval
from model_zoo.question_answering.reader import Reader
from model_zoo.question_answering.squad import Question


@dataclass(frozen=True, slots=True)
class ReaderQuality:
    """How well one reader answered N questions: shares, 0 to 1, each with its 95 % interval.

    `exact` and `f1` are SQuAD's means; `exact_each` and `f1_each` (N,) are those of every question,
    `answers` (N,) what it said, `no_answer_each` (N,) the probability of no answer. `ece` is how
    far the probability of its answer is from the share that is exactly right, on average. `weak` is
    the share of questions for which it would have said that no answer is likely. `seconds` were
    spent on all of them.
    """

    exact: float
    exact_ci95: tuple[float, float]
    f1: float
    f1_ci95: tuple[float, float]
    ece: float
    weak: float
    exact_each: tuple[bool, ...]
    f1_each: tuple[float, ...]
    answers: tuple[str, ...]
    no_answer_each: tuple[float, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class PairTest:
    """Two readers on the same questions: McNemar's test of EM, and how far F1 is apart.

    `f1_difference` is the second's less the first's, with its 95 % interval.
    """

    exact: McNemar
    f1_difference: float
    f1_difference_ci95: tuple[float, float]


@dataclass(frozen=True, slots=True)
class SquadEvaluation:
    """Figures of readers, by name, on `questions` questions about `passages` in `articles`."""

    questions: int
    passages: int
    articles: int
    qualities: Mapping[str, ReaderQuality]
    pairs: Mapping[tuple[str, str], PairTest]


def evaluate_readers(
    readers: Sequence[Reader],
    questions: Sequence[Question],
    *,
    advance: Callable[[str, int], None] = lambda name, done: None,
) -> SquadEvaluation:
    """EM and F1 of every reader on the questions, and a paired test of every two.

    Every question is answered, whether an answer is likely or not, as SQuAD 1.1 asks. `advance` is
    called with a reader's name and the number of questions that it has just answered. Intervals are
    by the bootstrap over passages: of other articles, five of which say little, they do not speak.
    """
    groups = [question.passage for question in questions]
    qualities = {}
    for reader in readers:
        own = partial(advance, reader.name)
        qualities[reader.name] = _quality(reader, questions, groups, own)
    right = {name: np.array(quality.exact_each) for name, quality in qualities.items()}
    always = np.ones(len(groups), bool)
    tests = together(
        {
            (first, second): compare(right[first], right[second], always)
            for first, second in combinations(right, 2)
        }
    )
    pairs = {}
    for (first, second), test in tests.items():
        apart = np.subtract(qualities[second].f1_each, qualities[first].f1_each)
        difference = interval(apart.tolist(), groups)
        pairs[first, second] = PairTest(test, float(apart.mean()), difference)
    articles = len({question.article for question in questions})
    return SquadEvaluation(len(questions), len(set(groups)), articles, qualities, pairs)


def _quality(
    reader: Reader,
    questions: Sequence[Question],
    groups: Sequence[str],
    advance: Callable[[int], None],
) -> ReaderQuality:
    pairs = [(question.passage, question.text) for question in questions]
    answers = answer_all(reader, pairs, advance=advance)
    golds = [[gold.text for gold in question.answers] for question in questions]
    said = [each.best.text for each in answers]
    right = [exact(text, known) for text, known in zip(said, golds, strict=True)]
    shared = [f1(text, known) for text, known in zip(said, golds, strict=True)]
    shares = np.array([each.best.probability for each in answers])
    return ReaderQuality(
        exact=float(np.mean(right)),
        exact_ci95=interval(right, groups),
        f1=float(np.mean(shared)),
        f1_ci95=interval(shared, groups),
        ece=calibration_error(reliability(shares, np.array(right))),
        weak=float(np.mean([each.no_answer_likely for each in answers])),
        exact_each=tuple(right),
        f1_each=tuple(shared),
        answers=tuple(said),
        no_answer_each=tuple(each.no_answer for each in answers),
        seconds=sum(each.seconds for each in answers),
    )
