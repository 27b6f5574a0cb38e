"""A Network that ONNX Runtime computes, from an export that was checked against torch."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from model_zoo.backends import exports
from model_zoo.errors import CapabilityError
from model_zoo.host import threads
from model_zoo.models.network import Capability, Layer, Network
from model_zoo.models.soundness import check_tokens
from model_zoo.models.spec import ModelSpec
from model_zoo.text.tokens import TextTokenizer

if TYPE_CHECKING:
    from torch import Tensor


def load(row: ModelSpec, checksum: str) -> Network:
    """The network, exported first if it is not yet; EngineError where it cannot be."""
    folder = exports.find(row, checksum) or exports.make(row, checksum)
    return OnnxClassifier(row, folder, TextTokenizer(row.folder))


class OnnxClassifier(Network):
    """Logits, and last states, without torch; none of its answers have gradients.

    The word vectors `words` (V, E) are looked up here, from a file that stays on disk, and the
    graph reads those; None where it takes ids. A graph that takes one text a call gets each
    without its padding. A session is safe for any number of threads.
    """

    def __init__(self, row: ModelSpec, folder: Path, tokenizer: TextTokenizer) -> None:
        self.title = row.title
        self.engine = row.id.engine
        self.tokenizer = tokenizer
        self._session = session(folder / exports.GRAPH)
        self.bytes = (folder / exports.GRAPH).stat().st_size  # about what it takes in memory
        self._order = list(row.order)
        inputs = {each.name: each.shape for each in self._session.get_inputs()}
        self._first = next(name for name in inputs if name != "attention_mask")
        self._one_a_call = inputs[self._first][0] == 1
        words, able = folder / exports.WORDS, row.capabilities
        # "c": torch shares only what could be written to; nobody does
        self.words = np.load(words, mmap_mode="c") if words.is_file() else None
        if self.words is not None:
            check_tokens(row.title, tokenizer.backend.get_vocab_size(), len(self.words))
        else:  # the graph takes ids
            able -= {Capability.EMBEDDINGS}
        if "states" not in {output.name for output in self._session.get_outputs()}:
            able -= {Capability.LAYERS}
        self.capabilities = able

    def classify(self, ids: np.ndarray, mask: np.ndarray) -> np.ndarray:
        """(B, T), (B, T) -> (B, C)."""
        return self._in_order(ids if self.words is None else self._look_up(ids), mask)

    def logits(self, ids: "Tensor", mask: "Tensor") -> "Tensor":
        """(B, T), (B, T) -> (B, C)."""
        return _tensor(self.classify(ids.numpy(), mask.numpy()))

    def embed(self, ids: "Tensor") -> "Tensor":
        """The word embeddings of `ids`, (B, T) -> (B, T, E)."""
        self._check(Capability.EMBEDDINGS)
        return _tensor(self._look_up(ids.numpy()))

    def embedding_table(self) -> "Tensor":
        """The word embeddings of the whole vocabulary (V, E), float32."""
        self._check(Capability.EMBEDDINGS)
        return _tensor(np.asarray(self.words, dtype=np.float32))

    def logits_from_embeddings(self, embedded: "Tensor") -> "Tensor":
        """(B, T, E) -> (B, C); CapabilityError where a gradient is wanted."""
        self._check(Capability.EMBEDDINGS)
        if embedded.requires_grad:
            raise CapabilityError(
                f"{self.title} computes no gradients. Choose occlusion, shapley or lime, or the "
                "torch engine."
            )
        vectors = embedded.contiguous().numpy()
        return _tensor(self._in_order(vectors, np.ones(vectors.shape[:2], np.int64)))

    def layers(self, ids: "Tensor") -> Iterator[Layer]:
        """Word embeddings, then what the head gets to see: two spaces; `ids` (B, T)."""
        self._check(Capability.LAYERS)
        vectors = self._look_up(ids.numpy())
        yield Layer("word embeddings", 0, _tensor(vectors))
        how = {}
        if any(
            each.name == exports.POSITIONS for each in self._session.get_overridable_initializers()
        ):
            how[exports.POSITIONS] = np.array([ids.shape[1]])
        states = self._run("states", vectors, np.ones(ids.shape, np.int64), **how)
        yield Layer("last layer", 1, _tensor(states))

    def _in_order(self, first: np.ndarray, mask: np.ndarray) -> np.ndarray:
        """The logits (B, C) in the order of the labels; `first` as in `_run`."""
        logits = self._run("logits", first, mask)
        return logits[:, self._order] if self._order else logits

    def _run(
        self, output: str, first: np.ndarray, mask: np.ndarray, **how: np.ndarray
    ) -> np.ndarray:
        """What the graph gives for ids (B, T) or vectors (B, T, E), whichever it takes."""
        calls = [(first, mask)]
        if self._one_a_call:
            real = mask.astype(bool)
            calls = [(first[at, kept][None], mask[at, kept][None]) for at, kept in enumerate(real)]
        feeds = ({self._first: text, "attention_mask": ones, **how} for text, ones in calls)
        return np.concatenate([self._session.run([output], feed)[0] for feed in feeds])

    def _look_up(self, ids: np.ndarray) -> np.ndarray:
        assert self.words is not None
        return self.words[ids].astype(np.float32, copy=False)

    def _check(self, capability: Capability) -> None:
        if capability not in self.capabilities:
            self._lacks(capability)


def session(file: Path) -> Any:
    """An ONNX Runtime session of the graph in `file`, on as many threads as the process is to use.

    Memory grows by what is asked for, not by doubling. Threads that wait for more of a call spin,
    which halves its time, and stop when it ends: others may be computing next.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads()
    options.inter_op_num_threads = 1
    options.log_severity_level = 3  # a warning on stderr is none to a visitor
    options.add_session_config_entry("session.intra_op.allow_spinning", str(int(threads() > 1)))
    options.add_session_config_entry("session.force_spinning_stop", "1")
    cpu = ("CPUExecutionProvider", {"arena_extend_strategy": "kSameAsRequested"})
    return onnxruntime.InferenceSession(str(file), options, providers=[cpu])


def _tensor(array: np.ndarray) -> "Tensor":
    import torch

    return torch.from_numpy(np.ascontiguousarray(array))
