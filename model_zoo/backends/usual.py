"""The usual engine: ONNX Runtime computes what only needs answers, torch all else.

Answers are equal to four decimals and come in half the time. torch, with all that it brings, is not
even imported before somebody asks for gradients or for what goes on inside.
"""

from collections.abc import Iterator
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from model_zoo.backends import exports
from model_zoo.backends.onnx_network import OnnxClassifier
from model_zoo.errors import EngineError
from model_zoo.host import free_bytes, heed_threads
from model_zoo.models.classes import class_names
from model_zoo.models.files import read_config
from model_zoo.models.loading import torch_network
from model_zoo.models.network import Layer, Network, States
from model_zoo.models.spec import ModelSpec
from model_zoo.text.tokens import TextTokenizer

if TYPE_CHECKING:
    from torch import Tensor


def load(row: ModelSpec, checksum: str) -> Network:
    """Both engines where there is an export, or one is made within seconds; else torch alone."""
    forward = row.on("onnx")
    try:
        folder = exports.find(forward, checksum)
        if folder is None and exports.is_quick(checksum):
            folder = exports.make(forward, checksum)
        if folder and _is_plain(row) and exports.record(forward, checksum).get("written"):
            tokenizer = TextTokenizer(row.folder)
            if tokenizer.framed:
                return UsualNetwork(row, OnnxClassifier(forward, folder, tokenizer))
    except EngineError:  # not installed, no room for it, not equal: torch does without
        pass
    return torch_network(row)


def _is_plain(row: ModelSpec) -> bool:
    """Whether the folder is what its set says; of others, torch's loading knows what is wrong."""
    config = read_config(row)
    classes = class_names(config)
    return config.get("model_type") == row.model_type and len(classes) == len(row.labels)


ROOM_BYTES = 100_000_000  # what computing gradients may take for a moment


class UsualNetwork(Network):
    """`forward` answers; the network of torch is loaded when it is first needed."""

    def __init__(self, row: ModelSpec, forward: OnnxClassifier) -> None:
        self.title = row.title
        self.tokenizer = forward.tokenizer
        self.engine = forward.engine
        self.capabilities = row.capabilities
        self._row = row
        self.bytes = forward.bytes  # about what the quicker engine takes
        self._words = forward.words
        self._forward: OnnxClassifier | None = forward
        self._torch: Network | None = None
        self._loading = Lock()

    @property
    def torch(self) -> Network:
        """The same model, computed by torch alone."""
        with self._loading:
            if self._torch is None:
                import torch

                if free_bytes() < self.bytes + ROOM_BYTES:  # both have no room
                    self._forward, self.engine = None, "torch"
                words = self._words
                half = words if words is not None and words.dtype == np.float16 else None
                # what is made in inference mode has no gradients ever after
                with torch.inference_mode(mode=False):
                    self._torch = torch_network(self._row, lean=True, words=half)
        heed_threads()  # torch may have been imported since this thread was told
        return self._torch

    def release(self) -> bool:
        """Have torch, if it is loaded, answer as well, for memory's sake; whether that changed.

        What is being computed at this moment ends undisturbed.
        """
        if self._torch is None or self._forward is None:
            return False
        self._forward, self.engine = None, "torch"
        return True

    @property
    def answering(self) -> Network:
        """What answers: the quicker of the two, while there is room for it."""
        return self._forward or self.torch

    @property
    def readings(self) -> tuple[str, ...]:  # type: ignore[override]
        """The directions it reads in."""
        return self.torch.readings

    def classify(self, ids: np.ndarray, mask: np.ndarray) -> np.ndarray:
        """(B, T), (B, T) -> (B, C)."""
        return self.answering.classify(ids, mask)

    def logits(self, ids: "Tensor", mask: "Tensor") -> "Tensor":
        """(B, T), (B, T) -> (B, C)."""
        return self.answering.logits(ids, mask)

    def embed(self, ids: "Tensor") -> "Tensor":
        """The word embeddings of `ids`, (B, T) -> (B, T, E)."""
        return self.answering.embed(ids)

    def embedding_table(self) -> "Tensor":
        """The word embeddings of the whole vocabulary (V, E), float32."""
        return self.answering.embedding_table()

    def logits_from_embeddings(self, embedded: "Tensor") -> "Tensor":
        """(B, T, E) -> (B, C), differentiable."""
        import torch

        wants_gradient = embedded.requires_grad and torch.is_grad_enabled()
        if wants_gradient:
            return self.torch.logits_from_embeddings(embedded)
        return self.answering.logits_from_embeddings(embedded.detach())

    def layers(self, ids: "Tensor") -> Iterator[Layer]:
        """The word embeddings, then every layer's output, one after the other."""
        return self.torch.layers(ids)

    def steps(self, ids: "Tensor") -> Iterator[tuple[str, "Tensor"]]:
        """(reading, logits (S, C)) for each way in which the answer to `ids` (1, T) forms."""
        return self.torch.steps(ids)

    def attention(self, ids: "Tensor") -> Iterator["Tensor"]:
        """The weights (B, H, T, T) of each layer's heads, one layer after the other."""
        return self.torch.attention(ids)

    def gates(self, ids: "Tensor") -> Iterator[States]:
        """Gates and states over `ids` (1, T), one record for each of `readings`."""
        return self.torch.gates(ids)
