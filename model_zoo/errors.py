"""What can go wrong in the library. Every message ends by saying what to do next."""

from collections.abc import Iterable
from difflib import get_close_matches


class ZooError(Exception):
    """Base of every error raised on purpose; its text is fit to show to the user."""


class UnknownModelError(ZooError):
    """A model name that the registry has no row for."""


class SetError(ZooError):
    """A folder that is no set of models, or a set that there is none of."""


class WeightsError(ZooError):
    """Weights that are missing, truncated or not the ones the registry vouches for."""


class TextError(ZooError):
    """A text that holds nothing a model could read."""


class CapabilityError(ZooError):
    """A question that a model of this kind has no answer to."""


class DataError(ZooError):
    """A data file, column or label that cannot be used."""


class TrainingError(ZooError):
    """Training that cannot start or go on as asked."""


class RoomError(ZooError):
    """A model that does not fit into the memory that is left."""


class MeasureError(ZooError):
    """A measurement that cannot be made on this machine."""


class EngineError(ZooError):
    """An engine that is not there, or that does not compute a model as torch does."""


class HubError(ZooError):
    """A model that the Hub does not give, or that cannot be taken from it."""


class ClusterError(ZooError):
    """A cluster that is not there, or that does not do the work."""


def did_you_mean(name: str, known: Iterable[str], before: str = " ") -> str:
    """What may have been meant by a `name` that is none of those `known`; "" for nothing.

    >>> did_you_mean("Berd", ["lstm", "bert"]), did_you_mean("gpt", ["lstm", "bert"])
    (" Did you mean 'bert'?", '')
    """
    plain = {other.casefold(): other for other in reversed(list(known))}
    near = [plain[match] for match in get_close_matches(name[:100].casefold(), plain)]
    return f"{before}Did you mean {' or '.join(map(repr, near))}?" if near else ""
