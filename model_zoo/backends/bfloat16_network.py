"""A Network that torch computes in bfloat16: half the digits, for processors that multiply them."""

import torch
from torch import Tensor, nn

from model_zoo.errors import CapabilityError
from model_zoo.models.classifier import Classifier
from model_zoo.models.loading import torch_network
from model_zoo.models.network import Network
from model_zoo.models.spec import ModelSpec


def load(row: ModelSpec, checksum: str) -> Network:
    """The network; raises as `loading.load` does. Its weights are not those of `checksum`: each is
    rounded to the nearest bfloat16."""
    network = torch_network(row)
    assert isinstance(network, Classifier)
    return BFloat16Classifier(row, network)


class BFloat16Classifier(Network):
    """Logits from word vectors in float32; weights, states and products in bfloat16.

    How sums are rounded depends on the shape of a product, which shows with so few digits: texts
    are computed one by one, so that an answer is the same whatever else is in the batch.
    """

    def __init__(self, row: ModelSpec, network: Classifier) -> None:
        self.title = network.title
        self.engine = row.id.engine
        self.tokenizer = network.tokenizer
        self.capabilities = network.capabilities & row.capabilities
        self._network = network
        self._words = network.module.get_input_embeddings()
        network.module.set_input_embeddings(nn.Identity())  # it is given vectors
        network.module.to(torch.bfloat16)

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
        half = embedded.to(torch.bfloat16)
        with torch.no_grad():
            logits = [
                self._network.module(inputs_embeds=text[real][None]).logits
                for text, real in zip(half, mask.bool(), strict=True)
            ]
        return self._network.in_order(torch.cat(logits).float())
