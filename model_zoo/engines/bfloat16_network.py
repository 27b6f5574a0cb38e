"""A Network that torch computes in bfloat16: half the digits, for processors that multiply them."""

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from model_zoo.errors import CapabilityError
from model_zoo.host import heed_threads
from model_zoo.models.loading import load_module
from model_zoo.models.network import Network
from model_zoo.models.spec import ModelSpec
from model_zoo.text.tokens import TextTokenizer

if TYPE_CHECKING:
    from transformers import PreTrainedModel


def load(row: ModelSpec, checksum: str) -> Network:
    """The network; raises as `loading.load` does. Its weights are not those of `checksum`: each is
    rounded to the nearest bfloat16."""
    module = load_module(row)
    heed_threads()
    return BFloat16Classifier(row, module)


class BFloat16Classifier(Network):
    """Logits from word vectors in float32; weights, states and products in bfloat16."""

    def __init__(self, row: ModelSpec, module: "PreTrainedModel") -> None:
        self.title = row.title
        self.engine = row.id.engine
        self.tokenizer = TextTokenizer(row.folder)
        self.capabilities = row.capabilities
        self._order = list(row.order)
        self._words = module.get_input_embeddings()
        self._module = module.to(torch.bfloat16)

    def logits(self, ids: Tensor, mask: Tensor) -> Tensor:
        """(B, T), (B, T) -> (B, C)."""
        return self._logits(self.embed(ids), mask)

    def embed(self, ids: Tensor) -> Tensor:
        """The word embeddings of `ids`, (B, T) -> (B, T, E)."""
        return self._words(ids).float()

    def embedding_table(self) -> Tensor:
        """The word embeddings of the whole vocabulary (V, E), float32."""
        return self._words.weight.float()

    def logits_from_embeddings(self, embedded: Tensor) -> Tensor:
        """(B, T, E) -> (B, C); CapabilityError where a gradient is wanted."""
        if embedded.requires_grad and torch.is_grad_enabled():
            raise CapabilityError(
                f"{self.title} computes no gradients worth having. Choose occlusion, shapley or "
                "lime, or the torch engine."
            )
        return self._logits(embedded, torch.ones(embedded.shape[:2], dtype=torch.int64))

    def _logits(self, embedded: Tensor, mask: Tensor) -> Tensor:
        with torch.no_grad():
            half = embedded.to(torch.bfloat16)
            logits = self._module(inputs_embeds=half, attention_mask=mask).logits.float()
        return logits[:, self._order] if self._order else logits
