"""The ways to attribute: one function each, and the table of them.

They compute on the embeddings that a Problem holds. Random ones draw from generators of their own,
not from torch's global one, which all threads share.

DeepLift is not among the methods: Captum's needs hooks, and its rules know neither the gates inside
nn.LSTM nor GELU and LayerNorm, so that it applies to none of the four.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor

from model_zoo.explain.lean_captum import (
    InputXGradient,
    IntegratedGradients,
    Lime,
    Occlusion,
    Saliency,
    ShapleyValueSampling,
)
from model_zoo.explain.problem import Problem


@dataclass(frozen=True, slots=True)
class Scores:
    """What a method gives back: a score a token, `values` (T,), and the steps or samples it took.

    `steps` is None for methods that have no such number.
    """

    values: Tensor
    steps: int | None = None


# A way to attribute: takes a Problem, and options of its own by keyword, each with a default.
Method = Callable[..., Scores]


def integrated_gradients(
    problem: Problem,
    *,
    steps: int | None = None,
    tolerance: float = 0.01,
    cap: int = 400,
) -> Scores:
    """Integrated gradients (Sundararajan et al. 2017), accurate to `tolerance` by itself.

    The straight way from baseline to inputs is cut into four, and each piece integrated by Captum
    with four Gauss-Legendre steps. A piece's scores ought to add up to the rise of the score along
    it; while the whole misses that by more than `tolerance` of the rise, the piece that misses it
    most is halved, up to `cap` steps. With `steps` given, the way is one piece of so many steps.
    """
    captum = IntegratedGradients(problem.score)

    def integrate(pieces: Sequence[tuple[float, float]], steps: int) -> list[Tensor]:
        """The scores (T,) of each piece, from its start to its end."""
        scores = captum.attribute(
            torch.cat([problem.between(end) for _, end in pieces]),
            torch.cat([problem.between(start) for start, _ in pieces]),
            n_steps=steps,
            internal_batch_size=max(len(pieces), problem.batch_rows),
        )
        return list(scores.sum(-1))

    if steps is not None:
        return Scores(integrate([(0.0, 1.0)], steps)[0], steps)

    bounds = [0.0, 0.25, 0.5, 0.75, 1.0]
    with torch.no_grad():
        heights = dict(
            zip(
                bounds,
                problem.score(torch.cat([problem.between(b) for b in bounds])).tolist(),
                strict=True,
            )
        )
    done: dict[tuple[float, float], Tensor] = {}
    todo, used = list(pairwise(bounds)), 0
    while True:
        done.update(zip(todo, integrate(todo, 4), strict=True))
        used += 4 * len(todo)
        missed = {
            (a, b): scores.sum().item() - (heights[b] - heights[a])
            for (a, b), scores in done.items()
        }
        rise = abs(heights[1.0] - heights[0.0])
        if abs(sum(missed.values())) <= tolerance * rise or used + 8 > cap:
            return Scores(torch.stack(list(done.values())).sum(0), used)
        a, b = max(missed, key=lambda piece: abs(missed[piece]))
        del done[a, b]
        middle = (a + b) / 2
        with torch.no_grad():
            heights[middle] = problem.score(problem.between(middle)).item()
        todo = [(a, middle), (middle, b)]


def input_x_gradient(problem: Problem) -> Scores:
    """Gradient times the difference to the baseline: the first-order estimate of its effect."""
    captum = InputXGradient(lambda difference: problem.score(problem.baseline + difference))
    difference = (problem.inputs - problem.baseline).requires_grad_()
    return Scores(captum.attribute(difference)[0].sum(-1))


def saliency(problem: Problem) -> Scores:
    """Length of the gradient at each token: how sensitive the score is there, without a sign."""
    inputs = problem.inputs.clone().requires_grad_()
    gradient = Saliency(problem.score).attribute(inputs, abs=False)[0]  # (T, E)
    return Scores(gradient.norm(dim=-1))


def occlusion(problem: Problem) -> Scores:
    """By how much the score falls when one token alone is replaced by the baseline."""
    captum = Occlusion(problem.score_present)
    scores = captum.attribute(
        problem.full_presence, (1,), perturbations_per_eval=problem.batch_rows
    )
    return Scores(scores[0])


def shapley(problem: Problem, *, samples: int = 15) -> Scores:
    """Shapley values of the words, from `samples` random orders (Strumbelj & Kononenko 2010).

    A word of several tokens is one player; its value is shared out evenly among its tokens.
    """
    generator = torch.Generator().manual_seed(problem.seed)
    captum = ShapleyValueSampling(problem.score_present)
    captum.permutation_generator = lambda features, samples: (
        torch.randperm(features, generator=generator).tolist() for _ in range(samples)
    )
    return _by_word(captum, problem, samples)


def lime(problem: Problem, *, samples: int = 200) -> Scores:
    """LIME (Ribeiro et al. 2016): a linear model of which words are there, fitted around the text.

    Words are left out at random, one half at a time; texts more like the whole weigh more. Weights
    by ridge regression. As with `shapley`, a word's weight is shared out among its tokens.
    """
    generator = torch.Generator().manual_seed(problem.seed)
    captum = Lime(
        problem.score_present,
        interpretable_model=_Ridge(),
        similarity_func=lambda _, __, kept, **___: (-4 * (1 - kept.float().mean()) ** 2).exp(),
        perturb_func=lambda _, **settings: torch.randint(
            2, (1, settings["num_interp_features"]), generator=generator
        ),
    )
    return _by_word(captum, problem, samples)


def _by_word(captum: ShapleyValueSampling | Lime, problem: Problem, samples: int) -> Scores:
    """A sampling method's scores of the words, each shared out evenly among the word's tokens."""
    scores = captum.attribute(
        problem.full_presence,
        feature_mask=problem.features,
        n_samples=samples,
        perturbations_per_eval=problem.batch_rows,
    )
    words = problem.features[0]
    return Scores(scores[0] / torch.bincount(words)[words], samples)


class _Ridge:
    """Weighted ridge regression with an intercept, in closed form; LIME's linear model."""

    def __init__(self, penalty: float = 1e-3) -> None:
        self.penalty = penalty
        self.weights = torch.empty(0)

    def fit(self, train_data: Iterator[tuple[Tensor, Tensor, Tensor]], **_: object) -> None:
        inputs, outputs, weights = next(iter(train_data))
        weights = (weights / weights.sum()).double()[:, None]
        inputs, outputs = inputs.double(), outputs.double()[:, None]
        inputs = inputs - (weights * inputs).sum(0)
        outputs = outputs - (weights * outputs).sum(0)
        gram = inputs.T @ (weights * inputs) + self.penalty * torch.eye(inputs.shape[1]).double()
        self.weights = torch.linalg.solve(gram, inputs.T @ (weights * outputs))[:, 0].float()

    def representation(self) -> Tensor:
        return self.weights

    def __call__(self, inputs: Tensor) -> Tensor:
        return inputs @ self.weights


@dataclass(frozen=True, slots=True)
class About:
    """A method with what the user must know of it."""

    title: str
    run: Method
    description: str
    complete: bool = False  # scores add up to the rise of the score over the baseline
    signed: bool = True  # scores say for or against; otherwise only how much
    random: bool = False  # scores vary with the seed
    by_word: bool = False  # samples words, which is slow for long texts
    gradients: bool = False  # takes the network's gradients, which not every engine computes


METHODS: dict[str, About] = {
    "integrated_gradients": About(
        "Integrated gradients",
        integrated_gradients,
        "Gradients (how far the answer moves with a small change of a word) collected on the way "
        "from the baseline, the text without its words, to the sentence. The scores add up to the "
        "difference that the sentence makes; the gap says how nearly.",
        complete=True,
        gradients=True,
    ),
    "input_x_gradient": About(
        "Input × gradient",
        input_x_gradient,
        "One gradient (how far the answer moves with a small change of a word), at the sentence "
        "itself. Quick, but misleading where small changes no longer move a sure answer.",
        gradients=True,
    ),
    "saliency": About(
        "Saliency",
        saliency,
        "The gradient’s length: how sensitive the answer is to a token, without saying for or "
        "against what.",
        signed=False,
        gradients=True,
    ),
    "occlusion": About(
        "Occlusion",
        occlusion,
        "Each token alone replaced by the baseline. Misses words that matter only together.",
    ),
    "shapley": About(
        "Shapley value sampling",
        shapley,
        "What a word adds, averaged over random orders of adding words (after Shapley). Slow, and "
        "it varies with the random numbers, the seed.",
        complete=True,
        random=True,
        by_word=True,
    ),
    "lime": About(
        "LIME",
        lime,
        "A weighted sum over the words, fitted to the answers for texts with words left out. It "
        "varies with the random numbers, the seed.",
        random=True,
        by_word=True,
    ),
}
