"""What a network of whatever kind can do: tried on a few tokens, for no table says it of all.

Most networks of the library take padding and word embeddings; some compute otherwise with padding
than without, or take embeddings by their signature alone.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from model_zoo.errors import WeightsError
from model_zoo.text.tokens import TextTokenizer

if TYPE_CHECKING:
    from transformers import PreTrainedModel

_CLOSE = 1e-3  # of the largest logit: more than rounding, less than anything that counts


class Trial:
    """A network, and two short texts for it to be tried on."""

    def __init__(self, title: str, module: "PreTrainedModel", tokenizer: TextTokenizer) -> None:
        """Raises WeightsError where the network called `title` does not classify texts."""
        self._module = module
        short, long = tokenizer.encode(["one", "one two three four five"])
        self._ids, self._long = torch.tensor([short.ids]), torch.tensor([long.ids])
        padding = torch.full((1, len(long.ids) - len(short.ids)), tokenizer.pad_id)
        parts, real = (self._ids, padding), (torch.ones_like(self._ids), torch.zeros_like(padding))
        if tokenizer.pad_left:
            parts, real = parts[::-1], real[::-1]
        self._rows = torch.cat([torch.cat(parts, 1), self._long])
        self._mask = torch.cat([torch.cat(real, 1), torch.ones_like(self._long)])
        try:
            self._answer = self._logits(input_ids=self._long)
            if self._answer.shape != (1, module.config.num_labels):
                raise ValueError(f"its answer has the shape {tuple(self._answer.shape)}")
        except Exception as error:  # every network fails in a way of its own
            reason = " ".join(str(error).split())[:200].rstrip(".")
            raise WeightsError(
                f"{title} cannot read a text and classify it ({reason}). Choose another model."
            ) from error

    def pads(self) -> bool:
        """Whether texts of several lengths in one batch get the answers that each gets alone."""
        together = self._tried(
            lambda: self._logits(input_ids=self._rows, attention_mask=self._mask)[:1]
        )
        return _alike(together, self._tried(lambda: self._logits(input_ids=self._ids)))

    def takes_embeddings(self) -> bool:
        """Whether word embeddings in place of words get the same answer."""
        again = self._tried(lambda: self._logits(inputs_embeds=self._embedded()))
        return _alike(again, self._answer)

    def shows_states(self) -> bool:
        """Whether it has a vector for each token, and what is below the head gives a state."""
        body = self._module.base_model
        if body is self._module or getattr(self._module.config, "is_encoder_decoder", False):
            return False  # a decoder's states are of what it is to write
        embedded = self._tried(self._embedded)
        states = self._tried(lambda: body(input_ids=self._long).last_hidden_state)
        return all(
            each is not None and each.dim() == 3 and each.shape[:2] == self._long.shape
            for each in (embedded, states)
        )

    def _logits(self, **inputs: Tensor) -> Tensor:
        with torch.inference_mode():
            return self._module(**inputs).logits

    def _embedded(self) -> Tensor:
        with torch.inference_mode():
            return self._module.get_input_embeddings()(self._long).float()

    def _tried(self, ask: Callable[[], Tensor]) -> Tensor | None:
        """What `ask` gives; None where the network fails, each in a way of its own."""
        with torch.inference_mode():
            try:
                return ask()
            except Exception:
                return None


def _alike(first: Tensor | None, second: Tensor | None) -> bool:
    if first is None or second is None or first.shape != second.shape:
        return False
    return bool((first - second).abs().max() <= _CLOSE * max(1.0, second.abs().max().item()))
