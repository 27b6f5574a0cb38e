"""What each kind of language model learns: a batch of rows -> the loss of every word asked for."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F
from transformers import BertForMaskedLM, DistilBertForMaskedLM, PreTrainedModel

from model_zoo.language.recurrent import RecurrentForMaskedLM
from model_zoo.pretraining.candidates import cross_entropy, logits_of
from model_zoo.pretraining.masking import Asked, Vocabulary, every_word, whole_words

Drawn = tuple[Tensor, Tensor] | None  # as from Candidates.draw; None for the whole vocabulary
Rows = tuple[Tensor, Tensor, Tensor]  # ids and mask (B, T), ends (B,)
Loss = Callable[[PreTrainedModel, Rows, Drawn], Tensor]  # -> (), the mean over the words asked for

INPUT_NOISE = 0.05  # share of words that recurrent models read as [MASK] while they learn
MASKED_SHARE = 0.25  # more than BERT's 15 %: more to learn from in one pass (Wettig et al. 2023)


def next_words(network: PreTrainedModel, rows: Rows, drawn: Drawn, words: Vocabulary) -> Tensor:
    """For the recurrent ones: every word from those before it, or from those on both sides."""
    assert isinstance(network, RecurrentForMaskedLM)
    ids, mask, ends = rows
    asked = every_word(ids, mask, ends, INPUT_NOISE if network.training else 0.0, words)
    states = network.states(asked.ids, mask)[asked.positions]
    table, bias = network.embeddings.weight, network.bias
    return cross_entropy(network.transformed(states), table, bias, asked.targets, drawn).mean()


def masked_words(network: PreTrainedModel, rows: Rows, drawn: Drawn, words: Vocabulary) -> Tensor:
    """For the Transformers: a share of the words, blanked."""
    asked = whole_words(rows[0], MASKED_SHARE, words)
    states, table, bias = _guesses(network, asked, rows[1])
    return cross_entropy(states, table, bias, asked.targets, drawn).mean()


@dataclass(frozen=True, slots=True)
class Distillation:
    """Masked words, and what a teacher expects there, and its last states (Sanh et al. 2019)."""

    teacher: BertForMaskedLM
    soft: float = 0.6
    hard: float = 0.3
    states: float = 0.1
    temperature: float = 2.0

    def __call__(
        self, network: PreTrainedModel, rows: Rows, drawn: Drawn, words: Vocabulary
    ) -> Tensor:
        """The weighted sum; without drawn words (in evaluation) the masked words alone."""
        asked = whole_words(rows[0], MASKED_SHARE, words)
        final = last_states(network, asked.ids, rows[1])[asked.positions]
        states, table, bias = head(network, final)
        hard = cross_entropy(states, table, bias, asked.targets, drawn).mean()
        if drawn is None:
            return hard
        with torch.no_grad():
            expected = last_states(self.teacher, asked.ids, rows[1])[asked.positions]
            soft_teacher = self._softened(*head(self.teacher, expected), drawn)
        soft_student = self._softened(states, table, bias, drawn)
        soft = self.temperature**2 * F.kl_div(
            soft_student, soft_teacher, log_target=True, reduction="batchmean"
        )
        apart = 1 - F.cosine_similarity(final, expected, dim=-1).mean()
        return self.soft * soft + self.hard * hard + self.states * apart

    def _softened(
        self, states: Tensor, table: Tensor, bias: Tensor, drawn: tuple[Tensor, Tensor]
    ) -> Tensor:
        """Log probabilities (N, K) of the drawn words, at the temperature."""
        words, log_weight = drawn
        logits = logits_of(states, table, bias, words, torch.zeros_like(log_weight))
        return (logits / self.temperature + log_weight).log_softmax(-1)


def last_states(network: PreTrainedModel, ids: Tensor, mask: Tensor) -> Tensor:
    """The last layer's output, (B, T) -> (B, T, E)."""
    states: Tensor = network.base_model(input_ids=ids, attention_mask=mask).last_hidden_state
    return states


def head(network: PreTrainedModel, states: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """States (N, E) as the output layer takes them, its table (V, E) and its bias (V,)."""
    if isinstance(network, DistilBertForMaskedLM):
        transformed = network.vocab_layer_norm(network.activation(network.vocab_transform(states)))
        return transformed, network.vocab_projector.weight, network.vocab_projector.bias
    predictions = network.cls.predictions
    return predictions.transform(states), predictions.decoder.weight, predictions.bias


def _guesses(network: PreTrainedModel, asked: Asked, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    return head(network, last_states(network, asked.ids, mask)[asked.positions])
