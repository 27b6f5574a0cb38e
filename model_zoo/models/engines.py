"""What computes a model: a row for every engine. Data alone; nothing is imported for it.

An engine gives the same model other arithmetic: its network is known by the same protocol, and can
be asked less. Adding one means a row here and a Network in a file of its own.
"""

from dataclasses import dataclass

from model_zoo.errors import EngineError, did_you_mean
from model_zoo.host import processor_can
from model_zoo.models.network import Capability, ModelId


@dataclass(frozen=True, slots=True)
class Engine:
    """One engine.

    `load` is "module:function", called with a ModelSpec and the checksum of its weights for the
    Network; None where the model's own architecture says how, which is torch's. `capabilities` are
    the most it can be asked. `exact` says whether answers are torch's to four decimals.
    """

    name: str
    title: str
    description: str
    load: str | None
    capabilities: frozenset[Capability]
    exact: bool = True
    exported: bool = False  # computes an export of the model, and that alone
    needs: str = ""  # what the processor must be able to, as Linux lists it; empty: nothing special

    @property
    def suffix(self) -> str:
        """What is put behind a model's title; nothing for the usual engine."""
        return "" if self.name == ModelId.ENGINE else f" · {self.title}"


_FORWARD = frozenset({Capability.EMBEDDINGS, Capability.LAYERS})

ENGINES: dict[str, Engine] = {
    engine.name: engine
    for engine in (
        Engine(
            ModelId.ENGINE,
            "usual",
            "ONNX Runtime where it gives PyTorch’s numbers, PyTorch for gradients and inner states",
            load="model_zoo.backends.usual:load",
            capabilities=frozenset(Capability),
        ),
        Engine(
            "torch",
            "torch",
            "PyTorch alone, float32",
            load=None,
            capabilities=frozenset(Capability),
        ),
        Engine(
            "torch-bf16",
            "bfloat16",
            "PyTorch, weights and products in bfloat16",
            load="model_zoo.backends.bfloat16_network:load",
            capabilities=frozenset({Capability.EMBEDDINGS}),
            exact=False,
            needs="avx512_bf16",
        ),
        Engine(
            "onnx",
            "ONNX",
            "ONNX Runtime, float32",
            load="model_zoo.backends.onnx_network:load",
            capabilities=_FORWARD,
            exported=True,
        ),
        Engine(
            "onnx-int8",
            "int8",
            "ONNX Runtime, weights and products in 8 bits",
            load="model_zoo.backends.onnx_network:load",
            capabilities=_FORWARD,
            exact=False,
            exported=True,
        ),
    )
    if processor_can(engine.needs)
}

TORCH = "torch"  # what the others are compared with
DEPLOYABLE = tuple(row.name for row in ENGINES.values() if row.name == TORCH or row.exported)


def engine(name: str) -> Engine:
    """The engine called `name`; EngineError, listing those there are, where there is none."""
    if name not in ENGINES:
        hint = did_you_mean(name, ENGINES)
        raise EngineError(
            f"There is no engine {name[:40]!r}.{hint} Choose from: {', '.join(ENGINES)}."
        )
    return ENGINES[name]
