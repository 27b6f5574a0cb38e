"""What a reader learns: the probability that it will show for an answer, made high."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F
from transformers import PreTrainedModel

from model_zoo.finetuning.rows import UNUSED, Batch
from model_zoo.question_answering.reader import takes_types
from model_zoo.question_answering.spans import NEVER, table


def outcomes(start: Tensor, end: Tensor, inside: Tensor) -> Tensor:
    """Logits (B, 1 + T * WIDEST): of no answer, then of every span as `spans.table` has them.

    *Shape*: all (B, T).
    """
    none = start[:, :1] + end[:, :1]
    return torch.cat([none, table(start, end, inside).flatten(1)], dim=1)


def answered(logits: Tensor, targets: Tensor) -> Tensor:
    """-log of the probability (B,) that one of the `targets` (B, K) is said, from `outcomes`.

    Any of several people's answers is right, so their probabilities are added.
    """
    shares = logits.log_softmax(-1).gather(1, targets.clamp(min=0))
    return -shares.masked_fill(targets == UNUSED, NEVER).logsumexp(-1)


def span_logits(network: PreTrainedModel, batch: Batch) -> tuple[Tensor, Tensor]:
    """Start and end logits (B, T) of the batch."""
    types = {"token_type_ids": batch.types} if takes_types(network, batch.types) else {}
    output = network(input_ids=batch.ids, attention_mask=batch.mask, **types)
    return output.start_logits, output.end_logits


def spans(network: PreTrainedModel, batch: Batch, _: object = None) -> Tensor:
    """The mean of `answered` over the batch."""
    logits = outcomes(*span_logits(network, batch), batch.inside)
    return answered(logits, batch.targets).mean()


@dataclass(frozen=True, slots=True)
class TaughtSpans:
    """`spans`, and a teacher's softened outcomes for the same rows (Hinton et al. 2015).

    `soft` and `hard` weigh the two parts; in evaluation the hard one is all.
    """

    soft: float = 0.6
    hard: float = 0.4
    temperature: float = 2.0

    def __call__(self, network: PreTrainedModel, batch: Batch, _: object = None) -> Tensor:
        """The weighted sum; the soft part is T² · KL(teacher/T ‖ student/T), mean over rows."""
        logits = outcomes(*span_logits(network, batch), batch.inside)
        hard = answered(logits, batch.targets).mean()
        if not network.training or batch.taught is None:
            return hard
        known = outcomes(batch.taught[..., 0], batch.taught[..., 1], batch.inside)
        soft = self.temperature**2 * F.kl_div(
            (logits / self.temperature).log_softmax(-1),
            (known / self.temperature).log_softmax(-1),
            log_target=True,
            reduction="batchmean",
        )
        return self.soft * soft + self.hard * hard
