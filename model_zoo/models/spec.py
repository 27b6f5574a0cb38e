"""What is known of a model before it is loaded."""

from dataclasses import dataclass
from pathlib import Path

from model_zoo.models.architectures import Architecture, architecture
from model_zoo.models.network import ModelId


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
