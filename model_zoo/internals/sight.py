"""Which tokens each part of a model sees: directions of a BiLSTM, layers of a Transformer.

`context.influence` on one fixed sentence, counted: what a position cannot see moves it by
exactly 0.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from model_zoo import paths
from model_zoo.errors import DataError
from model_zoo.host import Host, host
from model_zoo.internals import context
from model_zoo.internals.context import Influence
from model_zoo.models.loading import Model, load
from model_zoo.models.network import Capability
from model_zoo.models.sets import model_set

if TYPE_CHECKING:
    from torch import Tensor

TEXT = "The acting is great, but the film as a whole is dreadful."
REFERENCE = paths.REFERENCE / "sight.json"


@dataclass(frozen=True, slots=True)
class Sight:
    """Which other tokens of a sentence one part of a model sees from each position.

    Of `pairs` pairs of a position and an earlier token, in `earlier_seen` the representation there
    moves when the token becomes [MASK], by `earlier_mean` of its length on average over all pairs;
    `later_…` likewise, of as many pairs. `part` is "whole", "forward", "backward" or "layer 1".
    """

    model: str
    part: str
    pairs: int
    earlier_seen: int
    later_seen: int
    earlier_mean: float
    later_mean: float


@dataclass(frozen=True, slots=True)
class Sights:
    """What the models see of `text`; `taken` on `host`, ISO 8601 with the zone."""

    taken: str
    host: Host
    text: str
    seen: tuple[Sight, ...]


def sights(model: Model) -> Iterator[Sight]:
    """What the whole model sees of TEXT, then its directions, or its first layer."""
    yield count(context.influence(model, TEXT), "whole")
    for part, states in _parts(model):
        yield count(context.influence(model, TEXT, states=states), part)


def count(influence: Influence, part: str = "whole") -> Sight:
    """In how many pairs a position sees the other token, earlier and later tokens apart.

    >>> change = np.array([[1.0, 0.0], [0.5, 1.0]])  # the second token sees the first
    >>> sight = count(Influence("lstm", ("a", "film"), 0, 2, change))
    >>> sight.pairs, sight.earlier_seen, sight.later_seen, sight.earlier_mean
    (1, 1, 0, 0.5)
    """
    later = influence.change[np.triu_indices_from(influence.change, 1)]
    earlier = influence.change[np.tril_indices_from(influence.change, -1)]
    return Sight(
        influence.model,
        part,
        later.size,
        int(np.count_nonzero(earlier)),
        int(np.count_nonzero(later)),
        float(earlier.mean()),
        float(later.mean()),
    )


def measure(models: Iterable[str], get: Callable[[str], Model] = load) -> Iterator[Sights]:
    """The sights of these models as measured so far, after each; the last one is the result.

    `get` gives a model by its identity.
    """
    seen: tuple[Sight, ...] = ()
    for name in models:
        seen += tuple(sights(get(name)))
        yield Sights(datetime.now().astimezone().isoformat(timespec="seconds"), host(), TEXT, seen)


def read(file: Path = REFERENCE) -> Sights:
    """Sights that `python -m model_zoo.internals.sight` wrote; DataError where `file` is not."""
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        seen = tuple(Sight(**entry) for entry in kept["seen"])
        return Sights(kept["taken"], Host(**kept["host"]), kept["text"], seen)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise DataError(
            f"{file} holds no measurement ({error!r}). Write one with "
            "`python -m model_zoo.internals.sight`."
        ) from error


def _parts(model: Model) -> Iterator[tuple[str, Callable[["Tensor"], "Tensor"]]]:
    """Parts of a network, and what gives their states: ids (B, T) -> (B, T, E)."""
    network = model.network
    if Capability.GATES not in network.capabilities:
        yield "layer 1", lambda ids: next(islice(network.layers(ids), 1, None)).states
    elif len(network.readings) > 1:
        for number, reading in enumerate(network.readings):

            def states(ids: "Tensor", number: int = number) -> "Tensor":
                *_, both = network.layers(ids)
                return both.states.chunk(len(network.readings), dim=-1)[number]

            yield reading, states


if __name__ == "__main__":
    *_, result = measure(model_set().models)
    print(json.dumps(asdict(result), indent=1))
