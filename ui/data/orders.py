"""Orders that rows can be looked at in, the most telling first. Pure: no Streamlit."""

from collections.abc import Callable, Mapping
from itertools import combinations

import numpy as np

from model_zoo.inference.score import Scored

Rank = Callable[[Scored, np.ndarray | None], np.ndarray]  # models, true labels (N,) -> (N,)
DISAGREEMENT, SUREST = "models disagree most", "surest mistakes"


def disagreement(scored: Scored, _: np.ndarray | None) -> np.ndarray:
    """Where models with the same labels disagree most, as ranks (N,): the least come first.

    Of two labels by the distance between the probabilities of one. Of more, first by how many
    different answers there are, then by the largest total variation between two models: the share
    of probability that one would have to move to say what the other says.
    """
    if len(scored.labels[0]) == 2:
        second = np.stack([rows[:, 1] for rows in scored.probabilities], axis=1)  # (N, M)
        return second.min(axis=1) - second.max(axis=1)
    answers = np.sort(scored.answers, axis=1)
    different = 1 + (np.diff(answers, axis=1) != 0).sum(axis=1)
    apart = [
        np.abs(first - second).sum(axis=1) / 2
        for first, second in combinations(scored.probabilities, 2)
    ]
    furthest = np.max(apart, axis=0) if apart else np.zeros(len(scored))
    return -(different + 0.999 * furthest)  # NaN, which comes last, where nothing was read


def surest_mistakes(scored: Scored, truth: np.ndarray | None) -> np.ndarray:
    """Where a model is surest of a wrong label, as ranks (N,): the least come first.

    Rows without a label come last.
    """
    assert truth is not None, "mistakes take labels"
    rows = np.arange(len(scored))
    surest = np.full(len(scored), -np.inf)
    for probabilities in scored.probabilities:
        wrong = probabilities.copy()
        wrong[rows, truth] = -np.inf  # -1, no label, takes any: these rows are last all the same
        surest = np.maximum(surest, wrong.max(axis=1))
    return np.where(truth >= 0, -surest, 1)


def _as_in_the_file(scored: Scored, _: np.ndarray | None) -> np.ndarray:
    return np.arange(len(scored))


ORDERS: Mapping[str, Rank] = {
    DISAGREEMENT: disagreement,
    "as in the file": _as_in_the_file,
    "longest first": lambda scored, _: -scored.tokens,
    "shortest first": lambda scored, _: scored.tokens,
    SUREST: surest_mistakes,  # where there are labels
}
