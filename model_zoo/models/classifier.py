"""Any `transformers` sequence classifier as a Network: logits from ids or from word embeddings."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from model_zoo.models.network import Capability, Layer, Network
from model_zoo.models.soundness import check_tokens
from model_zoo.models.trial import Trial
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
        """Raises WeightsError where the tokenizer is another module's, or no text is classified."""
        self.title = title
        self.module = module
        self.tokenizer = tokenizer
        self.architecture = architecture
        self.order = list(order)  # the class of the module that gives each label; empty: as is
        config = module.config
        # asked for these, the library would leave hooks on the module, or give tuples
        config.output_hidden_states = config.output_attentions = False
        config.return_dict = True
        known = len(module.get_input_embeddings().weight)
        check_tokens(title, tokenizer.backend.get_vocab_size(), known)
        able, pads = architecture.capabilities, True
        if type(self) is Classifier:  # of any kind: the others know what they are made of
            trial = Trial(title, module, tokenizer)
            pads = getattr(config, "pad_token_id", None) is not None and trial.pads()
            if not trial.takes_embeddings():
                able -= {Capability.EMBEDDINGS, Capability.GRADIENTS}
            if not trial.shows_states():
                able -= {Capability.LAYERS}
        if getattr(config, "is_decoder", False):  # it masks what comes after, the walk does not
            able -= {Capability.ATTENTION}
        if not tokenizer.framed:  # pictures by token leave out the first and the last
            able &= {Capability.EMBEDDINGS, Capability.GRADIENTS}
        self.capabilities = able
        self._alone = not pads  # each text is read by itself

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
        yield Layer("last layer", 1, self.module.base_model(input_ids=ids).last_hidden_state)

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
