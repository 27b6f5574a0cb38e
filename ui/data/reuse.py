"""Rows that were scored before, for another choice of models. Pure: no Streamlit."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from model_zoo.inference.score import Scored
from ui.data.dataset import ScoringKey


def known(
    scored: Mapping[ScoringKey, Sequence[Scored]], key: ScoringKey, at: int, rows: int
) -> Scored | None:
    """Block number `at`, of so many `rows`, for as many models of `key` as it was scored for.

    None where it was not, with the weights of `key`, for the first of them first: that is the model
    whose tokens a block counts.
    """
    column, models, weights = key
    best: Scored | None = None
    for (other_column, names, theirs), blocks in scored.items():
        if (column, models[0], weights[0]) != (other_column, names[0], theirs[0]):
            continue
        if len(blocks) <= at or len(blocks[at]) != rows:
            continue
        same = set(zip(names, theirs, strict=True)) & set(zip(models, weights, strict=True))
        if best is None or len(same) > len(best.models):
            best = _only(
                blocks[at],
                [name for name, of in zip(models, weights, strict=True) if (name, of) in same],
            )
    return best


def beside(block: Scored, more: Scored, models: Sequence[str]) -> Scored:
    """Two blocks of the same rows as one, of these `models` in this order; `block` counts tokens.

    >>> shares, counts = (np.array([[0.25, 0.75]]),), list(map(np.array, ([5], [0], [0], [0.5])))
    >>> one, two = (Scored((name,), (("no", "yes"),), shares, *counts) for name in ("a", "b"))
    >>> both = beside(one, two, ["b", "a"])
    >>> both.models, both.answers.tolist(), both.seconds.tolist()
    (('b', 'a'), [[1, 1]], [0.5, 0.5])
    """
    both = replace(
        block,
        models=block.models + more.models,
        labels=block.labels + more.labels,
        probabilities=block.probabilities + more.probabilities,
        seconds=np.concatenate([block.seconds, more.seconds]),
    )
    return _only(both, models)


def _only(block: Scored, models: Sequence[str]) -> Scored:
    """The block of these models alone, in this order."""
    kept = [block.models.index(model) for model in models]
    return replace(
        block,
        models=tuple(models),
        labels=tuple(block.labels[at] for at in kept),
        probabilities=tuple(block.probabilities[at] for at in kept),
        seconds=block.seconds[kept],
    )
