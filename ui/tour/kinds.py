"""Which models of a set are the four that the tour is about; told by how they are built."""

from collections.abc import Iterable

from model_zoo.errors import ZooError
from model_zoo.models.network import Capability, ModelId
from model_zoo.models.sets import ModelSet
from model_zoo.models.spec import ModelSpec
from ui.serve import cached

KINDS = {"lstm": "LSTM", "bilstm": "BiLSTM", "bert": "BERT", "distilbert": "DistilBERT"}


def by_kind(of: ModelSet) -> dict[str, ModelId]:
    """The first model of each kind that the set has, on the usual engine, in the tour's order.

    Of the set, not of the view: there a model may stand on an engine that shows no more than its
    answer.
    """
    first: dict[str, ModelId] = {}
    for identity, row in of.models.items():
        first.setdefault(_kind(row), identity)
    return {kind: first[kind] for kind in KINDS if kind in first}


def _kind(row: ModelSpec) -> str:
    """One of KINDS, or another word for what the tour does not show."""
    if Capability.GATES not in row.architecture.capabilities:
        return row.model_type
    try:
        return "bilstm" if cached.card(row.id).directions == 2 else "lstm"
    except ZooError:  # its files are damaged, which is said where it is asked
        return row.name


def lacking(of: ModelSet, kinds: Iterable[str]) -> str:
    """That the set has none of these kinds, as a sentence.

    >>> from model_zoo.models.sets import model_set
    >>> lacking(model_set(), ["bert", "distilbert"]).partition(":")[0]
    'The set “Sentiment of film reviews” has no BERT and no DistilBERT'
    """
    none = " and ".join(f"no {KINDS[kind]}" for kind in kinds)
    return (
        f"The set “{of.title}” has {none}: there is nothing to show here. Go on, or choose another "
        "set of models in the menu on top."
    )
