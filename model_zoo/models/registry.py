"""The models there are, one row each.

Adding a model means adding a row. Everything that lists models loops over `SPECS`; whoever needs
models that can be asked something asks which ones are `having` that capability.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from model_zoo.errors import UnknownModelError
from model_zoo.models.architectures import Architecture, architecture
from model_zoo.models.network import Capability


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """One model: its folder name, how to show it, and the `model_type` of its config.json.

    What can be asked of models of a type, and what its parts are called, is in `architectures`.
    """

    name: str
    title: str
    description: str
    model_type: str

    @property
    def architecture(self) -> Architecture:
        """The row of its `model_type`."""
        return architecture(self.model_type)


SPECS: dict[str, ModelSpec] = {
    spec.name: spec
    for spec in (
        ModelSpec("lstm", "LSTM", "recurrent, left to right", "quartet_recurrent"),
        ModelSpec("bilstm", "BiLSTM", "recurrent, both ways", "quartet_recurrent"),
        ModelSpec("bert", "BERT", "Transformer encoder", "bert"),
        ModelSpec(
            "distilbert", "DistilBERT", "Transformer encoder, distilled from BERT", "distilbert"
        ),
    )
}


def spec(name: str) -> ModelSpec:
    """The row of `name`; UnknownModelError, listing the names there are, if it has none."""
    try:
        return SPECS[name]
    except KeyError:
        raise UnknownModelError(
            f"There is no model named {name!r}. Choose from: {', '.join(SPECS)}."
        ) from None


def having(capability: Capability) -> list[str]:
    """Names of the models that can be asked this, in registry order; nothing is loaded.

    >>> having(Capability.GATES)
    ['lstm', 'bilstm']
    """
    return [name for name, row in SPECS.items() if capability in row.architecture.capabilities]


def choose(names: Iterable[str] | None) -> list[str]:
    """`names` in registry order without repeats, all for None; UnknownModelError as `spec`.

    >>> choose(["bert", "lstm", "bert"])
    ['lstm', 'bert']
    """
    if names is None:
        return list(SPECS)
    wanted = {spec(name).name for name in names}
    return [name for name in SPECS if name in wanted]
