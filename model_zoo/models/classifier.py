"""Any `transformers` sequence classifier as a Network: logits from ids or from word embeddings."""

from typing import TYPE_CHECKING

from torch import Tensor, nn

from model_zoo.models.network import Network
from model_zoo.text.tokens import TextTokenizer

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from model_zoo.models.architectures import Architecture


class Classifier(Network):
    """`module` in evaluation mode and frozen; it is never changed and never gets a hook."""

    def __init__(
        self,
        title: str,
        module: "PreTrainedModel",
        tokenizer: TextTokenizer,
        architecture: "Architecture",
        order: tuple[int, ...] = (),
    ) -> None:
        self.title = title
        self.module = module
        self.tokenizer = tokenizer
        self.architecture = architecture
        self.order = list(order)  # the class of the module that gives each label; empty: as is
        self.capabilities = architecture.capabilities

    def logits(self, ids: Tensor, mask: Tensor) -> Tensor:
        """(B, T), (B, T) -> (B, C)."""
        return self.in_order(self.module(input_ids=ids, attention_mask=mask).logits)

    def embed(self, ids: Tensor) -> Tensor:
        """The word embeddings of `ids`, (B, T) -> (B, T, E)."""
        return self.module.get_input_embeddings()(ids)

    def embedding_table(self) -> Tensor:
        """The word embeddings of the whole vocabulary (V, E), float32."""
        return self.module.get_input_embeddings().weight.float()

    def logits_from_embeddings(self, embedded: Tensor) -> Tensor:
        """(B, T, E) -> (B, C), differentiable."""
        return self.in_order(self.module(inputs_embeds=embedded).logits)

    def in_order(self, logits: Tensor) -> Tensor:
        """The module's logits (..., C) in the order of the labels."""
        return logits[..., self.order] if self.order else logits

    def part(self, path: str) -> nn.Module:
        """The part of the module at a dotted path; AttributeError where there is none."""
        return self.module.get_submodule(path)
