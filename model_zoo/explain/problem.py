"""What an attribution method is given: a score to explain, the text, and what it is compared with.

Everything is posed on the word embeddings that go into the network, never with hooks: a network is
shared between threads, and Captum's layer methods, which hook into it, give wrong answers there.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from model_zoo.errors import CapabilityError
from model_zoo.labels import LABELS
from model_zoo.models.loading import Model
from model_zoo.models.network import Network
from model_zoo.text.tokens import Encoded

TARGETS = ("predicted", *LABELS, "difference")
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


def pose(
    model: Model, encoded: Encoded, target: str, baseline: str, seed: int, advance: Advance | None
) -> tuple[Problem, str]:
    """The problem that `attribute` solves, and the target by its final name.

    `target` is one of TARGETS; "predicted" becomes the label that is predicted. `baseline` is one
    of BASELINES. Raises CapabilityError for a model that takes no embeddings, or has no [MASK]
    where that is the baseline.
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
    resolved = LABELS[int(logits.argmax())] if target == "predicted" else target

    def score(embedded: Tensor) -> Tensor:
        if advance:
            advance(len(embedded))
        logits = network.logits_from_embeddings(embedded)
        if resolved == "difference":
            return logits[:, 1] - logits[:, 0]
        return logits[:, LABELS.index(resolved)]

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
