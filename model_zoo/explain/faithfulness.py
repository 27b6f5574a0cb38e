"""How far an attribution can be trusted, measured by asking the model again."""

from collections.abc import Sequence
from math import ceil
from typing import Any

import numpy as np
import torch
from torch import Tensor

from model_zoo.explain.attribute import attribute
from model_zoo.explain.lean_captum import infidelity
from model_zoo.explain.methods import METHODS
from model_zoo.explain.problem import Advance, pose
from model_zoo.explain.records import Attribution, Trust
from model_zoo.inference.predict import batches, probabilities
from model_zoo.models.loading import Model
from model_zoo.text.tokens import Encoded

SHARES = (0.01, 0.05, 0.1, 0.2, 0.5)  # of the words, as in DeYoung et al. (2020)
RANDOM_RANKINGS = 5
INFIDELITY_SAMPLES, _PARTS = 30, 5  # measured in parts, so that its noise is known
_STUDENT = 2.776  # 97.5 % quantile of Student's t for a mean of five


def trust(
    model: Model, attribution: Attribution, *, seed: int = 0, advance: Advance | None = None
) -> Trust:
    """Measure one attribution on its own text and model.

    Comprehensiveness and sufficiency follow ERASER (DeYoung et al. 2020): the mean, over SHARES of
    the words, of how much the probability of the explained class falls when the words ranked
    highest are taken out, and when only they are left. Of a difference that is the likelier of its
    two classes, and words are ranked by what they say for that one; unsigned scores say nothing
    for or against, and the predicted class is watched. Each is also computed for words ranked at
    random, averaged over RANDOM_RANKINGS. A ranking worth trusting has a higher comprehensiveness
    and a lower sufficiency than chance. Infidelity (Yeh et al. 2019; Captum's) is the mean squared
    difference between what the scores predict and what the model does when words go missing at
    random, as a share of the rise squared; None for unsigned methods and where the rise is zero.

    `advance` is called with the number of texts each time the model reads some, and may raise to
    stop.
    """
    encoded = model.read(attribution.text)
    label, scores = _watched(model, encoded, attribution)
    words = range(len(encoded.words))
    generator = np.random.default_rng(seed)
    rankings = [np.argsort(scores)[::-1]]
    rankings += [generator.permutation(len(words)) for _ in range(RANDOM_RANKINGS)]
    sizes = [ceil(share * len(words)) for share in SHARES]  # short texts: some are alike
    weights = {size: sizes.count(size) for size in sorted(set(sizes))}

    def parts(ranking: np.ndarray, size: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The ids without the `size` words ranked highest, and those without all others."""
        top = set(ranking[:size].tolist())
        return without(encoded, top), without(encoded, set(words) - top)

    texts: list[tuple[int, ...]] = []  # every text the model has to read
    for ranking in rankings:
        for size in weights:
            texts += parts(ranking, size)
    probability = dict(zip(texts, _probabilities_of(label, model, texts, advance), strict=True))
    whole = _probabilities_of(label, model, [without(encoded, set())], advance)[0]

    def mean_fall(ranking: np.ndarray, keep: bool) -> float:
        """Of the probability when the words ranked highest are taken out, or else kept alone."""
        falls = 0.0
        for size, weight in weights.items():
            taken_out, kept_alone = parts(ranking, size)
            falls += weight * (whole - probability[kept_alone if keep else taken_out])
        return falls / len(SHARES)

    own, *random = rankings
    by_chance, alone_by_chance = (
        _mean([mean_fall(ranking, keep) for ranking in random]) for keep in (False, True)
    )
    error = _infidelity(model, encoded, attribution, seed, advance)
    return Trust(
        comprehensiveness=mean_fall(own, keep=False),
        sufficiency=mean_fall(own, keep=True),
        random_comprehensiveness=by_chance[0],
        random_sufficiency=alone_by_chance[0],
        infidelity=error and error[0],
        random_comprehensiveness_noise=by_chance[1],
        random_sufficiency_noise=alone_by_chance[1],
        infidelity_noise=error and error[1],
    )


def _mean(values: Sequence[float]) -> tuple[float, float]:
    """The mean of five measurements, and half the width of its 95 % interval."""
    return float(np.mean(values)), float(_STUDENT * np.std(values, ddof=1) / len(values) ** 0.5)


def without(encoded: Encoded, words: set[int]) -> tuple[int, ...]:
    """The ids of `encoded` without those of `words`; special tokens stay.

    >>> tokens = ("[CLS]", "good", "film", "[SEP]")
    >>> words = ((0, 4), (5, 9))
    >>> encoded = Encoded("good film", (101, 7, 8, 102), tokens, (), (None, 0, 1, None), words, 0)
    >>> without(encoded, {0})
    (101, 8, 102)
    """
    return tuple(
        token for token, word in zip(encoded.ids, encoded.word_of, strict=True) if word not in words
    )


def seed_spread(
    model: Model, attribution: Attribution, *, seeds: Sequence[int] = (1, 2), **options: Any
) -> float | None:
    """Mean standard deviation of a word's score over seeds, as a share of the largest score.

    `attribution` counts as one more seed; `options` are those its method had. None for methods that
    are not random.
    """
    if not METHODS[attribution.method].random:
        return None
    repeats = [
        attribute(
            model,
            attribution.text,
            method=attribution.method,
            target=attribution.asked,
            baseline=attribution.baseline,
            seed=seed,
            **options,
        ).word_scores
        for seed in seeds
    ]
    scores = np.array([attribution.word_scores, *repeats])
    largest = np.abs(scores).max()
    return float(scores.std(0, ddof=1).mean() / largest) if largest else 0.0


def rank_agreement(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Spearman's rank correlation, ties sharing their mean rank; None where either is constant.

    >>> rank_agreement([1, 2, 3], [10, 20, 30]), rank_agreement([1, 2, 3], [5, 5, 5])
    (1.0, None)
    """
    a, b = _ranks(np.asarray(first, float)), _ranks(np.asarray(second, float))
    a, b = a - a.mean(), b - b.mean()
    length = float(np.sqrt((a**2).sum() * (b**2).sum()))
    return float((a * b).sum() / length) if length else None


def _ranks(values: np.ndarray) -> np.ndarray:
    """The rank of each value (N,), from 0; those that are equal share the mean of theirs."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = counts.cumsum()
    return ((ends - counts + ends - 1) / 2)[place]


def _watched(
    model: Model, encoded: Encoded, attribution: Attribution
) -> tuple[int, Sequence[float]]:
    """Index of the class whose probability is watched, and what each word says for that class."""
    (shares,) = probabilities(model, [encoded])
    if not METHODS[attribution.method].signed:
        return int(np.argmax(shares)), attribution.word_scores
    label, *against = (model.labels.index(label) for label in attribution.explained)
    if not against or shares[label] >= shares[against[0]]:
        return label, attribution.word_scores
    return against[0], [-score for score in attribution.word_scores]


def _probabilities_of(
    label: int, model: Model, texts: Sequence[tuple[int, ...]], advance: Advance | None
) -> list[float]:
    """Probability of `label` for each of `texts`, given as ids."""
    bare = [Encoded("", ids, (), (), (), (), 0) for ids in texts]
    results = [0.0] * len(bare)
    for batch in batches(bare):
        for i, shares in zip(batch, probabilities(model, [bare[i] for i in batch]), strict=True):
            results[i] = shares[label]
        if advance:
            advance(len(batch))
    return results


def _infidelity(
    model: Model, encoded: Encoded, attribution: Attribution, seed: int, advance: Advance | None
) -> tuple[float, float] | None:
    """The infidelity, and half the width of its 95 % interval."""
    if not METHODS[attribution.method].signed or attribution.rise == 0:
        return None
    problem, _ = pose(model, encoded, attribution.asked, attribution.baseline, seed, advance)
    generator = torch.Generator().manual_seed(seed)
    words = problem.features[0]
    special = int(words.max())  # the number special tokens go under: they stay

    def take_out(presence: Tensor) -> tuple[Tensor, Tensor]:
        """What is taken out of each row (B, T), three words in ten, and what is left of it."""
        chosen = torch.rand(len(presence), special + 1, generator=generator) < 0.3
        chosen[:, special] = False
        missing = chosen[:, words].float() * presence
        return missing, presence - missing

    samples = INFIDELITY_SAMPLES // _PARTS
    with torch.no_grad():
        parts = [
            infidelity(
                problem.score_present,
                take_out,
                problem.full_presence,
                torch.tensor([attribution.scores], dtype=torch.float32),
                n_perturb_samples=samples,
                max_examples_per_batch=min(samples, problem.batch_rows),
            )
            for _ in range(_PARTS)
        ]
    return _mean([float(squared_error[0]) / attribution.rise**2 for squared_error in parts])
