"""From which probability of no answer on an answer is weak: chosen, and how well that does."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model_zoo.evaluation.metrics import auc, wilson
from model_zoo.finetuning.rows import elsewhere
from model_zoo.question_answering.answer import answer_all
from model_zoo.question_answering.reader import Reader
from model_zoo.question_answering.squad import Question


@dataclass(frozen=True, slots=True)
class Recognition:
    """How often "no answer likely" is said at a `threshold`, with 95 % intervals (Wilson).

    `noticed`: of `without` questions asked of another passage of their article; `doubted`: of
    `answerable` ones asked of their own, where it is wrong. `auc` is how often a question of the
    first kind has the higher probability of no answer than one of the second; 0.5 is chance.
    """

    threshold: float
    without: int
    noticed: float
    noticed_ci95: tuple[float, float]
    answerable: int
    doubted: float
    doubted_ci95: tuple[float, float]
    auc: float | None


def asked_elsewhere(reader: Reader, questions: Sequence[Question], seed: int = 0) -> np.ndarray:
    """Probabilities of no answer (M,) of those questions that can be asked `elsewhere`."""
    pairs = elsewhere(questions, seed)
    return np.array([answers.no_answer for answers in answer_all(reader, pairs)])


def best_threshold(without: np.ndarray, answerable: np.ndarray) -> float:
    """The one that parts the two best: the mean of both shares of right verdicts is highest.

    Half-way between two neighbouring probabilities; of several, the lowest.

    >>> best_threshold(np.array([0.5, 0.9]), np.array([0.1, 0.3]))
    0.4
    """
    values = np.unique(np.concatenate([without, answerable]))
    cuts = np.concatenate([(values[:-1] + values[1:]) / 2, [1.0]])
    noticed = (without[:, None] >= cuts).mean(0)
    kept = (answerable[:, None] < cuts).mean(0)
    return float(cuts[np.argmax(noticed + kept)])


def recognition(without: np.ndarray, answerable: np.ndarray, threshold: float) -> Recognition:
    """How well the `threshold` tells questions `without` an answer from `answerable` ones."""
    noticed, doubted = int((without >= threshold).sum()), int((answerable >= threshold).sum())
    hits = np.concatenate([np.ones(len(without)), np.zeros(len(answerable))])
    return Recognition(
        threshold=threshold,
        without=len(without),
        noticed=noticed / len(without),
        noticed_ci95=wilson(noticed, len(without)),
        answerable=len(answerable),
        doubted=doubted / len(answerable),
        doubted_ci95=wilson(doubted, len(answerable)),
        auc=auc(np.concatenate([without, answerable]), hits),
    )
