"""Which tokens moved a model's answer, and by how much: attributions through Captum.

Everything is computed on the word embeddings that go into the network, never with hooks: a network
is shared between threads, and Captum's layer methods, which hook into it, give wrong answers there.
For the same reason random methods draw from generators of their own, not from torch's global one.

DeepLift is not among the methods: Captum's needs hooks, and its rules know neither the gates inside
nn.LSTM nor GELU and LayerNorm, so that it applies to none of the four.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from time import perf_counter
from typing import Any

import numpy as np
import torch
from torch import Tensor

from model_zoo.errors import CapabilityError, TextError, ZooError
from model_zoo.explain.records import Attribution
from model_zoo.labels import LABELS
from model_zoo.models.registry import Model
from model_zoo.patches import lean_imports
from model_zoo.text.tokens import Encoded

with lean_imports():
    from captum.attr import (
        InputXGradient,
        IntegratedGradients,
        Lime,
        Occlusion,
        Saliency,
        ShapleyValueSampling,
    )

TARGETS = ("predicted", *LABELS, "difference")
BASELINES = ("pad", "mask", "zero")
TOKENS_AT_ONCE = 1024  # rows of a batch x tokens of a row: bounds memory for long texts
MAX_SAMPLED_WORDS = 96  # longer texts would take minutes under the sampling methods

Advance = Callable[[int], None]  # told the number of rows each time the network has read some


@dataclass(frozen=True, slots=True)
class Problem:
    """What a method is given: explain `score` at `inputs`, as compared with `baseline`.

    *Shape*: `score` maps embeddings (B, T, E) to (B,); `inputs` and `baseline` are (1, T, E), alike
    at special tokens. `features` (1, T) numbers the word of each token, special tokens one more.
    """

    score: Callable[[Tensor], Tensor]
    inputs: Tensor
    baseline: Tensor
    features: Tensor
    seed: int

    @property
    def rows(self) -> int:
        """How many rows may be computed in one batch."""
        return max(1, TOKENS_AT_ONCE // self.inputs.shape[1])

    def by_presence(self, there: Tensor) -> Tensor:
        """Scores (B,) where a token counts as far as it is `there` (B, T), 0 to 1."""
        way = self.inputs - self.baseline
        return self.score(self.baseline + there[..., None] * way)

    @property
    def all_there(self) -> Tensor:
        """The presence (1, T) of the whole text."""
        return torch.ones(self.inputs.shape[:2])

    def on_the_way(self, share: float) -> Tensor:
        """The point (1, T, E) that lies `share` of the way from baseline to inputs."""
        return self.baseline + share * (self.inputs - self.baseline)


@dataclass(frozen=True, slots=True)
class Found:
    """What a method gives back: a score a token (T,), and how many steps or samples it took."""

    scores: Tensor
    steps: int | None = None


# A way to attribute: takes a Problem, and options of its own by keyword, each with a default.
Method = Callable[..., Found]


def integrated_gradients(
    problem: Problem,
    *,
    steps: int | None = None,
    tolerance: float = 0.01,
    cap: int = 400,
) -> Found:
    """Integrated gradients (Sundararajan et al. 2017), accurate to `tolerance` by itself.

    The straight way from baseline to inputs is cut into four, and each piece integrated by Captum
    with four Gauss-Legendre steps. A piece's scores ought to add up to the rise of the score along
    it; while the whole misses that by more than `tolerance` of the rise, the piece that misses it
    most is halved, up to `cap` steps. With `steps` given, the way is one piece of so many steps.
    """
    captum = IntegratedGradients(problem.score)

    def integrate(pieces: Sequence[tuple[float, float]], steps: int) -> list[Tensor]:
        scores = captum.attribute(
            torch.cat([problem.on_the_way(end) for _, end in pieces]),
            torch.cat([problem.on_the_way(start) for start, _ in pieces]),
            n_steps=steps,
            internal_batch_size=max(len(pieces), problem.rows),
        )
        return list(scores.sum(-1))  # (T,) a piece

    if steps is not None:
        return Found(integrate([(0.0, 1.0)], steps)[0], steps)

    bounds = [0.0, 0.25, 0.5, 0.75, 1.0]
    with torch.no_grad():
        heights = dict(
            zip(
                bounds,
                problem.score(torch.cat([problem.on_the_way(b) for b in bounds])).tolist(),
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
            return Found(torch.stack(list(done.values())).sum(0), used)
        a, b = max(missed, key=lambda piece: abs(missed[piece]))
        del done[a, b]
        middle = (a + b) / 2
        with torch.no_grad():
            heights[middle] = problem.score(problem.on_the_way(middle)).item()
        todo = [(a, middle), (middle, b)]


def input_x_gradient(problem: Problem) -> Found:
    """Gradient times the difference to the baseline: the first-order estimate of its effect."""
    gradient = InputXGradient(lambda way: problem.score(problem.baseline + way))
    way = (problem.inputs - problem.baseline).requires_grad_()
    return Found(gradient.attribute(way)[0].sum(-1))


def saliency(problem: Problem) -> Found:
    """Length of the gradient at each token: how sensitive the score is there, without a sign."""
    inputs = problem.inputs.clone().requires_grad_()
    return Found(Saliency(problem.score).attribute(inputs, abs=False)[0].norm(dim=-1))


def occlusion(problem: Problem) -> Found:
    """By how much the score falls when one token alone is replaced by the baseline."""
    captum = Occlusion(problem.by_presence)
    scores = captum.attribute(problem.all_there, (1,), perturbations_per_eval=problem.rows)
    return Found(scores[0])


def shapley(problem: Problem, *, samples: int = 15) -> Found:
    """Shapley values of the words, from `samples` random orders (Strumbelj & Kononenko 2010).

    A word of several tokens is one player; its value is shared out evenly among its tokens.
    """
    order = torch.Generator().manual_seed(problem.seed)
    captum = ShapleyValueSampling(problem.by_presence)
    captum.permutation_generator = lambda features, samples: (
        torch.randperm(features, generator=order).tolist() for _ in range(samples)
    )
    return _by_word(captum, problem, samples)


def lime(problem: Problem, *, samples: int = 200) -> Found:
    """LIME (Ribeiro et al. 2016): a linear model of which words are there, fitted around the text.

    Words are left out at random, one half at a time; texts more like the whole weigh more. Weights
    by ridge regression. As with `shapley`, a word's weight is shared out among its tokens.
    """
    draw = torch.Generator().manual_seed(problem.seed)
    captum = Lime(
        problem.by_presence,
        interpretable_model=_Ridge(),
        similarity_func=lambda _, __, kept, **___: (-4 * (1 - kept.float().mean()) ** 2).exp(),
        perturb_func=lambda _, **about: torch.randint(
            2, (1, about["num_interp_features"]), generator=draw
        ),
    )
    return _by_word(captum, problem, samples)


@dataclass(frozen=True, slots=True)
class About:
    """A method with what the user must know of it. `words`: works on words, slow for long texts."""

    title: str
    run: Method
    says: str
    complete: bool = False  # scores add up to the rise of the score over the baseline
    signed: bool = True
    random: bool = False
    words: bool = False


METHODS: dict[str, About] = {
    "integrated_gradients": About(
        "Integrated gradients",
        integrated_gradients,
        "Gradients collected on the way from the baseline to the sentence. The scores add up to "
        "the difference the sentence makes, as far as the gap says.",
        complete=True,
    ),
    "input_x_gradient": About(
        "Input × gradient",
        input_x_gradient,
        "One gradient, at the sentence itself. Quick, and misleading where the model is saturated.",
    ),
    "saliency": About(
        "Saliency",
        saliency,
        "The gradient's length: how sensitive the answer is to a token, not for or against what.",
        signed=False,
    ),
    "occlusion": About(
        "Occlusion",
        occlusion,
        "Each token alone replaced by the baseline. Misses words that matter only together.",
    ),
    "shapley": About(
        "Shapley value sampling",
        shapley,
        "What a word adds, averaged over random orders of adding words. Slow, and it varies with "
        "the seed.",
        complete=True,
        random=True,
        words=True,
    ),
    "lime": About(
        "LIME",
        lime,
        "A linear model fitted to the answers for texts with words left out. Varies with the seed.",
        random=True,
        words=True,
    ),
}


def attribute(
    model: Model,
    text: str,
    *,
    method: str = "integrated_gradients",
    target: str = "predicted",
    baseline: str = "pad",
    seed: int = 0,
    advance: Advance | None = None,
    **options: Any,
) -> Attribution:
    """What each token and word of `text` did for the model's answer.

    `target`: the logit of the predicted class, of LABELS' one named, or "difference", positive
    less negative. `baseline`: what a token is compared with, [PAD], [MASK] or the zero vector;
    special tokens stay as they are. `advance` is told rows as they are computed and may raise to
    stop. `options` are the method's own. The same arguments give the same scores.

    Raises TextError where there is nothing to read or the text is too long for the method, and
    ZooError, listing what there is, for a method, target or baseline that does not exist.
    """
    for what, value, known in (
        ("method", method, METHODS),
        ("target", target, TARGETS),
        ("baseline", baseline, BASELINES),
    ):
        if value not in known:
            raise ZooError(f"There is no {what} {value!r}. Choose from: {', '.join(known)}.")
    encoded = model.read(text)
    about = METHODS[method]
    if about.words and len(encoded.words) > MAX_SAMPLED_WORDS:
        raise TextError(
            f"{about.title} would take minutes for {len(encoded.words)} words. Shorten the text to "
            f"{MAX_SAMPLED_WORDS} words, or choose a gradient method."
        )
    started = perf_counter()
    problem, resolved = pose(model, encoded, target, baseline, seed, advance)
    found = about.run(problem, **options)
    with torch.no_grad():
        at_baseline, at_text = problem.score(torch.cat([problem.baseline, problem.inputs])).tolist()
    scores = found.scores.detach().double().numpy()
    gap = abs(scores.sum() - (at_text - at_baseline)) if about.complete else None
    rise = abs(at_text - at_baseline)
    return Attribution(
        model=model.id,
        method=method,
        target=resolved,
        baseline=baseline,
        text=text,
        tokens=encoded.tokens,
        scores=tuple(scores.tolist()),
        words=encoded.word_texts,
        word_scores=tuple(merge(scores, encoded)),
        rise=at_text - at_baseline,
        gap=gap,
        gap_relative=None if gap is None or rise == 0 else gap / rise,
        steps=found.steps,
        seconds=perf_counter() - started,
    )


def merge(scores: np.ndarray, encoded: Encoded) -> list[float]:
    """One score a word: the sum over its tokens. Scores of special tokens belong to no word."""
    merged = [0.0] * len(encoded.words)
    for score, word in zip(scores, encoded.word_of, strict=True):
        if word is not None:
            merged[word] += float(score)
    return merged


def pose(
    model: Model, encoded: Encoded, target: str, baseline: str, seed: int, advance: Advance | None
) -> tuple[Problem, str]:
    """The problem that `attribute` solves, and the target by its final name."""
    ids = torch.tensor([encoded.ids])  # (1, T)
    network = model.network
    inside = torch.tensor([[word is not None for word in encoded.word_of]])[..., None]  # (1, T, 1)
    with torch.no_grad():
        inputs = network.embed(ids)  # (1, T, E)
        if baseline == "zero":
            instead = torch.zeros_like(inputs)
        else:
            instead = network.embed(torch.full_like(ids, _baseline_token(model, baseline)))
        plain = torch.where(inside, instead, inputs)
        logits = network.logits_from_embeddings(inputs)[0]
    resolved = LABELS[int(logits.argmax())] if target == "predicted" else target

    def score(embedded: Tensor) -> Tensor:
        if advance:
            advance(len(embedded))
        logits = network.logits_from_embeddings(embedded)
        if resolved == "difference":
            return logits[:, 1] - logits[:, 0]
        return logits[:, LABELS.index(resolved)]

    words = len(encoded.words)
    features = torch.tensor([[words if w is None else w for w in encoded.word_of]])
    return Problem(score, inputs, plain, features, seed), resolved


def _baseline_token(model: Model, baseline: str) -> int:
    if baseline == "pad":
        return model.network.tokenizer.pad_id
    if model.network.tokenizer.mask_id is None:
        raise CapabilityError(f"{model.network.title} has no [MASK]. Choose another baseline.")
    return model.network.tokenizer.mask_id


def _by_word(captum: ShapleyValueSampling | Lime, problem: Problem, samples: int) -> Found:
    """What a sampling method finds for the words, each score shared out among the word's tokens."""
    words = problem.features
    scores = captum.attribute(
        problem.all_there,
        feature_mask=words,
        n_samples=samples,
        perturbations_per_eval=problem.rows,
    )
    return Found(scores[0] / torch.bincount(words[0])[words[0]], samples)


class _Ridge:
    """Weighted ridge regression with an intercept, in closed form; LIME's linear model."""

    def __init__(self, penalty: float = 1e-3):
        self.penalty = penalty
        self.weights = torch.empty(0)

    def fit(self, train_data: Iterator, **_: object) -> None:
        inputs, outputs, weights = next(iter(train_data))
        weights = (weights / weights.sum()).double()[:, None]
        inputs, outputs = inputs.double(), outputs.double()[:, None]
        inputs = inputs - (weights * inputs).sum(0)
        outputs = outputs - (weights * outputs).sum(0)
        gram = inputs.T @ (weights * inputs) + self.penalty * torch.eye(inputs.shape[1]).double()
        self.weights = torch.linalg.solve(gram, inputs.T @ (weights * outputs))[:, 0].float()

    def representation(self) -> Tensor:
        return self.weights

    def __call__(self, x: Tensor) -> Tensor:
        return x @ self.weights
