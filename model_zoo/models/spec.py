"""What is known of a model before it is loaded."""

from dataclasses import dataclass, replace
from pathlib import Path

from model_zoo.models.architectures import Architecture, architecture
from model_zoo.models.engines import engine
from model_zoo.models.network import Capability, ModelId


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """One model: its identity and folder, how to show it, and the `model_type` of its config.json.

    `labels` are in the order of the probabilities it gives; `order` is the network's class for each
    of them, empty where they are in order already. A model that is not `comparable` has other
    labels than the set it stands beside. What can be asked of models of a type, and what its parts
    are called, is in `architectures`.
    """

    id: ModelId
    title: str
    description: str
    model_type: str
    folder: Path
    labels: tuple[str, ...]
    order: tuple[int, ...] = ()
    comparable: bool = True

    @property
    def name(self) -> str:
        """Its name in its set."""
        return self.id.name

    @property
    def architecture(self) -> Architecture:
        """The row of its `model_type`."""
        return architecture(self.model_type)

    @property
    def capabilities(self) -> frozenset[Capability]:
        """The most it may be asked: what its architecture and its engine both can be."""
        return self.architecture.capabilities & engine(self.id.engine).capabilities

    def on(self, name: str) -> "ModelSpec":
        """The same model on the engine `name`; EngineError where there is none.

        Called so where people read it, unless the engine is the usual one.
        """
        other = engine(name)
        before = engine(self.id.engine).suffix
        title = self.title.removesuffix(before) + other.suffix
        return replace(self, id=self.id.on(name), title=title)
