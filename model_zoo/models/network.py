"""The seam: what a model can be asked, whatever it is made of and whatever computes it.

Pages, command line and library know a network by this alone. Every network encodes texts and gives
logits; what else it can be asked it declares as capabilities, which are asked for by name and never
guessed from what a network is. A question that a network has no answer to raises CapabilityError.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NoReturn, Protocol

import numpy as np

from model_zoo.errors import CapabilityError
from model_zoo.text.tokens import Encoded, TextTokenizer

if TYPE_CHECKING:  # torch is imported when a model is loaded, not before
    from torch import Tensor


class Capability(StrEnum):
    """What a network may be asked beyond logits; the value says it in a sentence."""

    EMBEDDINGS = "takes word embeddings in place of words"
    LAYERS = "shows the hidden states of its layers"
    STEPS = "shows how its answer forms"
    ATTENTION = "shows what its heads attend to"
    GATES = "shows its gates"
    GRADIENTS = "computes gradients"


class ModelId(str):
    """Which model answered: `set/name~beside@engine`, where what is usual is left out.

    "bert" is the bundled BERT on the usual engine. A model of the same name in another set, or the
    same weights on another engine, are other models: records and caches tell them apart by this.
    A model of the user's own is in no set but "local" or "hub"; `beside` says whose labels it is
    read by, and perhaps in which order its classes give them. Being a string, an identity goes into
    addresses, files and JSON as it is.

    >>> ModelId.of("bert"), ModelId.of("bert", engine="onnx")
    ('bert', 'bert@onnx')
    >>> ModelId("mine/bert@onnx").set, ModelId("bert").engine
    ('mine', 'auto')
    >>> own = ModelId.of("my-model", "local", beside="topics", order=(1, 0))
    >>> own, own.name, own.beside, own.order
    ('local/my-model~topics.1.0', 'my-model', 'topics', (1, 0))
    """

    __slots__ = ()

    SET = "sentiment"  # the bundled models
    ENGINE = "auto"
    OWN = ("local", "hub")  # in place of a set: a folder of the user's, a download

    @classmethod
    def of(
        cls,
        name: str,
        set: str = SET,
        engine: str = ENGINE,
        beside: str = SET,
        order: tuple[int, ...] = (),
    ) -> "ModelId":
        """The identity of the model `name`; ValueError where a part could not be told from it."""
        parts = (name, set, engine, beside)
        if any(not part or mark in part for part in parts for mark in "/@,~") or "." in beside:
            raise ValueError(f"{parts} is no identity: parts hold none of / @ , ~")
        before = "" if set == cls.SET else f"{set}/"
        reading = ".".join(["" if beside == cls.SET else beside, *map(str, order)])
        read_by = f"~{reading}" if reading else ""
        after = "" if engine == cls.ENGINE else f"@{engine}"
        return cls(f"{before}{name}{read_by}{after}")

    @property
    def name(self) -> str:
        """The model's name in its set."""
        return self.rpartition("/")[2].partition("@")[0].partition("~")[0]

    @property
    def set(self) -> str:
        """The set of models it belongs to; one of OWN for a model of the user's."""
        return self.rpartition("/")[0] or self.SET

    @property
    def engine(self) -> str:
        """What computes it."""
        return self.partition("@")[2] or self.ENGINE

    def on(self, engine: str) -> "ModelId":
        """The same model, computed by another engine.

        >>> ModelId("mine/bert").on("onnx"), ModelId("bert@onnx").on("auto")
        ('mine/bert@onnx', 'bert')
        """
        plain = self.partition("@")[0]
        return ModelId(plain if engine == self.ENGINE else f"{plain}@{engine}")

    @property
    def is_own(self) -> bool:
        """Whether it is a model of the user's own, in no set."""
        return self.set in self.OWN

    @property
    def beside(self) -> str:
        """The set it stands beside, by whose labels it is read; its own if it is in one."""
        if not self.is_own:
            return self.set
        return self._reading.partition(".")[0] or self.SET

    @property
    def order(self) -> tuple[int, ...]:
        """The classes that give the labels, as the user has set it; empty where nothing is set.

        Raises ValueError where the identity was not made by `of`.
        """
        return tuple(map(int, self._reading.split(".")[1:]))

    @property
    def _reading(self) -> str:
        return self.partition("@")[0].partition("~")[2]


@dataclass(frozen=True, slots=True)
class Layer:
    """What a network makes of every token after one of its steps.

    `states` (B, T, E). Steps of the same number `space` share their axes and can be compared.
    """

    name: str
    space: int
    states: "Tensor"


@dataclass(frozen=True, slots=True)
class States:
    """Gates and states of one direction of an LSTM.

    Each tensor is (T, H), row t for position t of the T positions of the text.

    Reading forward, row t is the state after positions 0 to t; reading backward, after T-1 to t.
    Gates are 0 to 1, `candidate` and `hidden` -1 to 1; `cell` is unbounded.
    """

    input: "Tensor"
    forget: "Tensor"
    candidate: "Tensor"
    output: "Tensor"
    cell: "Tensor"
    hidden: "Tensor"


def softmax(logits: np.ndarray) -> np.ndarray:
    """The probabilities (..., C) of `logits`, float64: a row sums to 1 to the last printed digit.

    >>> softmax(np.log([[1.0, 3.0]])).round(12).tolist()
    [[0.25, 0.75]]
    """
    precise = logits.astype(np.float64)
    shares = np.exp(precise - precise.max(axis=-1, keepdims=True))
    return shares / shares.sum(axis=-1, keepdims=True)


class Network(Protocol):
    """A classifier of texts, safe for any number of threads.

    *Shapes*: ids (B, T) are rows of whole numbers, mask (B, T) is 1 for tokens and 0 for padding,
    which is on the right, or on the left where the tokenizer says so. B texts, T tokens, E the
    width of a state, H heads or units, C classes.
    Where no mask is taken, rows must not be padded.
    """

    title: str
    tokenizer: TextTokenizer
    engine: str = "torch"  # what computes logits
    capabilities: frozenset[Capability] = frozenset()
    readings: tuple[str, ...] = ()  # GATES: the directions it reads in, "forward" first

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """Each text as the network reads it."""
        return self.tokenizer.encode(texts)

    def classify(self, ids: np.ndarray, mask: np.ndarray) -> np.ndarray:
        """The logits (B, C) float32 of `ids` and `mask` (B, T) int64, outside of torch."""
        import torch

        with torch.inference_mode():
            return self.logits(torch.from_numpy(ids), torch.from_numpy(mask)).float().numpy()

    def logits(self, ids: "Tensor", mask: "Tensor") -> "Tensor":
        """(B, T), (B, T) -> (B, C)."""
        ...

    def release(self) -> bool:
        """Give up what makes it quicker, for memory's sake; whether there was such a thing."""
        return False

    def embed(self, ids: "Tensor") -> "Tensor":
        """EMBEDDINGS: the word embeddings of `ids`, (B, T) -> (B, T, E), gradients stop here."""
        self._lacks(Capability.EMBEDDINGS)

    def embedding_table(self) -> "Tensor":
        """EMBEDDINGS: the word embeddings of the whole vocabulary (V, E)."""
        self._lacks(Capability.EMBEDDINGS)

    def logits_from_embeddings(self, embedded: "Tensor") -> "Tensor":
        """EMBEDDINGS: (B, T, E) -> (B, C), differentiable."""
        self._lacks(Capability.EMBEDDINGS)

    def layers(self, ids: "Tensor") -> Iterator[Layer]:
        """LAYERS: the word embeddings, then every layer's output, one after the other."""
        self._lacks(Capability.LAYERS)

    def steps(self, ids: "Tensor") -> Iterator[tuple[str, "Tensor"]]:
        """STEPS: (reading, logits (S, C)) for each way in which the answer to `ids` (1, T) forms.

        For readings and what a step is, see `inside.stepwise.Course`.
        """
        self._lacks(Capability.STEPS)

    def attention(self, ids: "Tensor") -> Iterator["Tensor"]:
        """ATTENTION: the weights (B, H, T, T) of each layer's heads, one layer after the other."""
        self._lacks(Capability.ATTENTION)

    def gates(self, ids: "Tensor") -> Iterator[States]:
        """GATES: gates and states over `ids` (1, T), one record for each of `readings`."""
        self._lacks(Capability.GATES)

    def _lacks(self, capability: Capability) -> NoReturn:
        raise CapabilityError(
            f"{self.title} is not a model that {capability}. Choose another model for this."
        )
