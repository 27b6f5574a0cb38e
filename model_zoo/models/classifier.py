"""Any `transformers` sequence classifier as a Network: logits from ids or from word embeddings."""

from collections.abc import Iterator
from inspect import signature
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from model_zoo.errors import WeightsError
from model_zoo.models.network import Capability, Layer, Network
from model_zoo.text.tokens import TextTokenizer

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from model_zoo.models.architectures import Architecture


class Classifier(Network):
    """`module` in evaluation mode and frozen; it is never changed and never gets a hook.

    It can be asked what its architecture says, as far as this module and this tokenizer allow.
    """

    def __init__(
        self,
        title: str,
        module: "PreTrainedModel",
        tokenizer: TextTokenizer,
        architecture: "Architecture",
        order: tuple[int, ...] = (),
    ) -> None:
        """Raises WeightsError where the tokenizer knows words that the module does not."""
        self.title = title
        self.module = module
        self.tokenizer = tokenizer
        self.architecture = architecture
        self.order = list(order)  # the class of the module that gives each label; empty: as is
        self._takes = signature(module.forward).parameters.keys()
        self.capabilities = self._able()
        config = module.config
        # asked for these, the library would leave hooks on the module, or give tuples
        config.output_hidden_states = config.output_attentions = False
        config.return_dict = True
        # of these, rows of several lengths cannot be told from their padding
        self._alone = "attention_mask" not in self._takes or config.pad_token_id is None
        size, known = tokenizer.backend.get_vocab_size(), len(module.get_input_embeddings().weight)
        if size > known:
            raise WeightsError(
                f"{title} has vectors for {known:,} tokens, and its tokenizer knows {size:,}. Save "
                "the tokenizer that the model was trained with into its folder."
            )

    def logits(self, ids: Tensor, mask: Tensor) -> Tensor:
        """(B, T), (B, T) -> (B, C)."""
        if self._alone:
            texts = [row[real.bool()] for row, real in zip(ids, mask, strict=True)]
            logits = torch.cat([self.module(input_ids=text[None]).logits for text in texts])
        else:
            logits = self.module(input_ids=ids, attention_mask=mask).logits
        return self.in_order(logits)

    def embed(self, ids: Tensor) -> Tensor:
        """The word embeddings of `ids`, (B, T) -> (B, T, E)."""
        return self.module.get_input_embeddings()(ids)

    def embedding_table(self) -> Tensor:
        """The word embeddings of the whole vocabulary (V, E), float32."""
        return self.module.get_input_embeddings().weight.float()

    def logits_from_embeddings(self, embedded: Tensor) -> Tensor:
        """(B, T, E) -> (B, C), differentiable."""
        self.check(Capability.EMBEDDINGS)
        batches = embedded.split(1) if self._alone else (embedded,)
        logits = torch.cat([self.module(inputs_embeds=batch).logits for batch in batches])
        return self.in_order(logits)

    def layers(self, ids: Tensor) -> Iterator[Layer]:
        """Word embeddings, then what the head gets to see: two spaces; `ids` (B, T)."""
        self.check(Capability.LAYERS)
        yield Layer("word embeddings", 0, self.embed(ids))
        states = self.module.base_model(input_ids=ids).last_hidden_state
        if states.shape[:2] != ids.shape:  # some pool tokens on the way
            self._lacks(Capability.LAYERS)
        yield Layer("last layer", 1, states)

    def check(self, capability: Capability) -> None:
        """Raises CapabilityError where the network cannot be asked this."""
        if capability not in self.capabilities:
            self._lacks(capability)

    def in_order(self, logits: Tensor) -> Tensor:
        """The module's logits (..., C) in the order of the labels."""
        return logits[..., self.order] if self.order else logits

    def part(self, path: str) -> nn.Module:
        """The part of the module at a dotted path; AttributeError where there is none."""
        return self.module.get_submodule(path)

    def _able(self) -> frozenset[Capability]:
        """What the architecture says that can be asked, less what this network has no answer to."""
        able = self.architecture.capabilities
        # a decoder's inputs are not the text's tokens, and it takes no embeddings for them
        paired = self.module.config.is_encoder_decoder
        if paired or "inputs_embeds" not in self._takes:
            able -= {Capability.EMBEDDINGS}
        headless = self.module.base_model is not self.module
        if paired or not (headless or type(self).layers is not Classifier.layers):
            able -= {Capability.LAYERS}
        if not self.tokenizer.framed:  # pictures by token leave out the first and the last
            able &= {Capability.EMBEDDINGS}
        return able
