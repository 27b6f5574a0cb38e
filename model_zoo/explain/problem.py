"""What an attribution method is given: a score to explain, the text, and what it is compared with.

Everything is posed on the word embeddings that go into the network, never with hooks: a network is
shared between threads, and Captum's layer methods, which hook into it, give wrong answers there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from model_zoo.errors import CapabilityError, ZooError, did_you_mean
from model_zoo.explain.records import DIFFERENCE, LABEL
from model_zoo.models.loading import Model
from model_zoo.models.network import Network
from model_zoo.text.tokens import Encoded

PREDICTED = "predicted"
LISTED = 8  # of many labels, in an error
BASELINES = ("pad", "mask", "zero")
TOKENS_AT_ONCE = 1024  # rows of a batch x tokens of a row: bounds memory for long texts

Advance = Callable[[int], None]  # called with the number of rows the network is about to read


@dataclass(frozen=True, slots=True)
class Problem:
    """What a method is given: explain `score` at `inputs`, as compared with `baseline`.

    *Shape*: `score` maps embeddings (B, T, E) to (B,); `inputs` and `baseline` are (1, T, E), alike
    at special tokens. `features` (1, T) numbers the word of each token, special tokens one more.

    >>> inputs = torch.tensor([[[0.0], [2.0], [4.0], [0.0]]])
    >>> features = torch.tensor([[2, 0, 1, 2]])
    >>> problem = Problem(lambda e: e.sum((1, 2)), inputs, torch.zeros_like(inputs), features, 0)
    >>> problem.score_present(torch.tensor([[1, 1, 1, 1], [1, 0, 1, 1]])).tolist()
    [6.0, 4.0]
    >>> problem.between(0.5).flatten().tolist()
    [0.0, 1.0, 2.0, 0.0]
    """

    score: Callable[[Tensor], Tensor]
    inputs: Tensor
    baseline: Tensor
    features: Tensor
    seed: int

    @property
    def batch_rows(self) -> int:
        """How many rows may be computed in one batch."""
        return max(1, TOKENS_AT_ONCE // self.inputs.shape[1])

    @property
    def full_presence(self) -> Tensor:
        """The presence (1, T) of the whole text: all ones."""
        return torch.ones(self.inputs.shape[:2])

    def score_present(self, presence: Tensor) -> Tensor:
        """Scores (B,) where each token counts as far as it is present: `presence` (B, T), 0 to 1.

        Where it is 0 the baseline stands in the token's place.
        """
        difference = self.inputs - self.baseline
        return self.score(self.baseline + presence[..., None] * difference)

    def between(self, share: float) -> Tensor:
        """The point (1, T, E) that lies `share` of the way from baseline to inputs."""
        return self.baseline + share * (self.inputs - self.baseline)


@dataclass(frozen=True, slots=True)
class Target:
    """What is explained: the logit of class `label`, less that of class `against` if there is one.

    >>> Target(0, 2).of(torch.tensor([[3.0, 0.0, 1.0]])).tolist()
    [2.0]
    """

    label: int
    against: int | None = None

    def of(self, logits: Tensor) -> Tensor:
        """(B, C) -> (B,)."""
        own = logits[:, self.label]
        return own if self.against is None else own - logits[:, self.against]

    def labels(self, labels: Sequence[str]) -> tuple[str, ...]:
        """The label explained, and the one it is compared with if there is one."""
        return tuple(labels[at] for at in (self.label, self.against) if at is not None)

    def name(self, labels: Sequence[str]) -> str:
        """What records and pages call it.

        >>> Target(1, 0).name(["bad", "good"]), Target(1, 0).name(["bad", "good", "odd"])
        ('difference', 'good over bad')
        """
        if self.against is not None and len(labels) == 2:
            return DIFFERENCE
        return " over ".join(self.labels(labels))


def resolve(target: str, labels: Sequence[str], logits: Tensor) -> Target:
    """The `target` of `attribute` for a model of these `labels` that gives a text `logits` (C,).

    ZooError, with what there is, where it names no label.
    """
    if target == DIFFERENCE:
        if len(labels) == 2:
            return Target(1, 0)
        first, second = logits.argsort(descending=True, stable=True)[:2].tolist()
        return Target(first, second)
    if target == PREDICTED:
        return Target(int(logits.argmax()))
    name = target.removeprefix(LABEL)
    if name not in labels:
        raise ZooError(_no_such_target(name, labels))
    return Target(labels.index(name))


def _no_such_target(name: str, labels: Sequence[str]) -> str:
    """What there is in place of a target of this name; of many labels, those most like it.

    >>> _no_such_target("neutral", ["negative", "positive"])
    "There is no target 'neutral'. Choose from: predicted, negative, positive, difference."
    >>> _no_such_target("delite", ["delight", *(f"label {i}" for i in range(9))])[:52]
    "There is no target 'delite'. Did you mean 'delight'?"
    """
    more = len(labels) - LISTED
    shown = labels if more <= 0 else [*labels[:LISTED], f"{more} more labels"]
    return (
        f"There is no target {name!r}.{did_you_mean(name, labels)} Choose from: "
        f"{', '.join([PREDICTED, *shown, DIFFERENCE])}."
    )


def pose(
    model: Model, encoded: Encoded, target: str, baseline: str, seed: int, advance: Advance | None
) -> tuple[Problem, Target]:
    """The problem that `attribute` solves, and what `target` comes to for this text.

    `baseline` is one of BASELINES. Raises CapabilityError for a model that takes no embeddings, or
    has no [MASK] where that is the baseline, and ZooError for a target there is none of.
    """
    ids = torch.tensor([encoded.ids])  # (1, T)
    network = model.network
    in_word = torch.tensor([[word is not None for word in encoded.word_of]])[..., None]  # (1, T, 1)
    with torch.no_grad():
        inputs = network.embed(ids)  # (1, T, E)
        if baseline == "zero":
            replacement = torch.zeros_like(inputs)
        else:
            token = _baseline_token(network, baseline)
            replacement = network.embed(torch.full_like(ids, token))
        compared = torch.where(in_word, replacement, inputs)  # special tokens stay
        logits = network.logits_from_embeddings(inputs)[0]
    resolved = resolve(target, model.labels, logits)

    def score(embedded: Tensor) -> Tensor:
        if advance:
            advance(len(embedded))
        return resolved.of(network.logits_from_embeddings(embedded))

    special = len(encoded.words)
    features = torch.tensor([[special if word is None else word for word in encoded.word_of]])
    return Problem(score, inputs, compared, features, seed), resolved


def _baseline_token(network: Network, baseline: str) -> int:
    """The id of the token that stands in every word's place."""
    if baseline == "pad":
        return network.tokenizer.pad_id
    if network.tokenizer.mask_id is None:
        raise CapabilityError(f"{network.title} has no [MASK]. Choose another baseline.")
    return network.tokenizer.mask_id
