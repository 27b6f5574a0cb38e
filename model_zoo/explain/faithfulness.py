"""How far an attribution can be trusted, measured by asking the model again."""

from collections.abc import Sequence
from math import ceil

import numpy as np
import torch

from model_zoo.explain.attribute import METHODS, Advance, Problem, attribute, pose
from model_zoo.explain.records import Attribution, Trust
from model_zoo.labels import LABELS
from model_zoo.models.registry import Model
from model_zoo.patches import lean_imports
from model_zoo.reading.predict import batches, probabilities
from model_zoo.text.tokens import Encoded

with lean_imports():
    from captum.metrics import infidelity

SHARES = (0.01, 0.05, 0.1, 0.2, 0.5)  # of the words, as in DeYoung et al. (2020)
RANDOM_RANKINGS = 5
INFIDELITY_SAMPLES = 30


def trust(
    model: Model, found: Attribution, *, seed: int = 0, advance: Advance | None = None
) -> Trust:
    """Measure one attribution on its own text and model.

    Comprehensiveness and sufficiency follow ERASER (DeYoung et al. 2020): the mean, over SHARES of
    the words, of how much the probability of the explained class falls when the words ranked
    highest are taken out, and when only they are left. Each is also computed for words ranked at
    random, averaged over RANDOM_RANKINGS. A ranking worth trusting has a higher comprehensiveness
    and a lower sufficiency than chance. Infidelity (Yeh et al. 2019; Captum's) is the mean squared
    difference between what the scores predict and what the model does when words go missing at
    random, as a share of the rise squared; None for unsigned methods and where the rise is zero.
    """
    encoded = model.read(found.text)
    label = _class(model, encoded, found.target)
    chance = np.random.default_rng(seed)
    rankings = [np.argsort(found.word_scores)[::-1]]
    rankings += [chance.permutation(len(encoded.words)) for _ in range(RANDOM_RANKINGS)]
    cuts = sorted({ceil(share * len(encoded.words)) for share in SHARES})
    weight = {cut: sum(ceil(s * len(encoded.words)) == cut for s in SHARES) for cut in cuts}

    jobs = []  # every text the model has to read, once
    for ranking in rankings:
        for cut in cuts:
            top = set(ranking[:cut].tolist())
            jobs += [without(encoded, top), without(encoded, set(range(len(encoded.words))) - top)]
    shares = dict(zip(jobs, _shares(model, jobs, label, advance), strict=True))
    whole = _shares(model, [without(encoded, set())], label, advance)[0]

    def mean_fall(ranking: np.ndarray, keep: bool) -> float:
        falls = 0.0
        for cut in cuts:
            top = set(ranking[:cut].tolist())
            gone = set(range(len(encoded.words))) - top if keep else top
            falls += weight[cut] * (whole - shares[without(encoded, gone)])
        return falls / len(SHARES)

    return Trust(
        comprehensiveness=mean_fall(rankings[0], keep=False),
        sufficiency=mean_fall(rankings[0], keep=True),
        random_comprehensiveness=float(np.mean([mean_fall(r, False) for r in rankings[1:]])),
        random_sufficiency=float(np.mean([mean_fall(r, True) for r in rankings[1:]])),
        infidelity=_infidelity(model, encoded, found, seed, advance),
    )


def without(encoded: Encoded, words: set[int]) -> tuple[int, ...]:
    """The ids of `encoded` without those of `words`; special tokens stay."""
    return tuple(
        token for token, word in zip(encoded.ids, encoded.word_of, strict=True) if word not in words
    )


def seed_spread(
    model: Model, found: Attribution, *, seeds: Sequence[int] = (1, 2), **options
) -> float | None:
    """Mean standard deviation of a word's score over seeds, as a share of the largest score.

    `found` counts as one more seed. None for methods that are not random.
    """
    if not METHODS[found.method].random:
        return None
    again = [
        attribute(
            model,
            found.text,
            method=found.method,
            target=found.target,
            baseline=found.baseline,
            seed=seed,
            **options,
        ).word_scores
        for seed in seeds
    ]
    scores = np.array([found.word_scores, *again])
    largest = np.abs(scores).max()
    return float(scores.std(0, ddof=1).mean() / largest) if largest else 0.0


def rank_agreement(one: Sequence[float], other: Sequence[float]) -> float | None:
    """Spearman's rank correlation, ties sharing their mean rank; None where either is constant."""
    a, b = _ranks(np.asarray(one, float)), _ranks(np.asarray(other, float))
    a, b = a - a.mean(), b - b.mean()
    length = float(np.sqrt((a**2).sum() * (b**2).sum()))
    return float((a * b).sum() / length) if length else None


def _ranks(values: np.ndarray) -> np.ndarray:
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = counts.cumsum()
    return ((ends - counts + ends - 1) / 2)[place]


def _class(model: Model, encoded: Encoded, target: str) -> int:
    """Index of the class whose probability is watched; for a difference, the predicted one."""
    if target in LABELS:
        return LABELS.index(target)
    ((negative, positive),) = probabilities(model, [encoded])
    return int(positive > negative)


def _shares(
    model: Model, jobs: Sequence[tuple[int, ...]], label: int, advance: Advance | None
) -> list[float]:
    """Probability of `label` for each sequence of ids."""
    bare = [Encoded("", ids, (), (), (), (), 0) for ids in jobs]
    found = [0.0] * len(bare)
    for batch in batches(bare):
        for i, row in zip(batch, probabilities(model, [bare[i] for i in batch]), strict=True):
            found[i] = row[label]
        if advance:
            advance(len(batch))
    return found


def _infidelity(
    model: Model, encoded: Encoded, found: Attribution, seed: int, advance: Advance | None
) -> float | None:
    if not METHODS[found.method].signed or found.rise == 0:
        return None
    problem: Problem
    problem, _ = pose(model, encoded, found.target, found.baseline, seed, advance)
    draw = torch.Generator().manual_seed(seed)
    words = problem.features[0]
    special = int(words.max())  # the number special tokens go under: they stay

    def take_out(there):
        gone = torch.rand(len(there), special + 1, generator=draw) < 0.3
        gone[:, special] = False
        missing = gone[:, words].float() * there
        return missing, there - missing

    with torch.no_grad():
        found_infidelity = infidelity(
            problem.by_presence,
            take_out,
            problem.all_there,
            torch.tensor([found.scores], dtype=torch.float32),
            n_perturb_samples=INFIDELITY_SAMPLES,
            max_examples_per_batch=min(INFIDELITY_SAMPLES, problem.rows),
        )
    return float(found_infidelity[0]) / found.rise**2
