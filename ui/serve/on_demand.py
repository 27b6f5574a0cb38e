"""Models of other kinds than the classifiers: the pool loads them only where a page asks for one.

They are known to the pool as `kind:name`; identities of classifiers hold no colon.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from model_zoo.language_models import models as language
from model_zoo.question_answering import folders as answering

if TYPE_CHECKING:  # importing readers brings torch
    from model_zoo.question_answering.reader import Reader

    Asked = language.LanguageModel | Reader


@dataclass(frozen=True, slots=True)
class Kind:
    """How models of a kind are loaded by name, and what is known of them without loading.

    `called` is a model's name for people, `stamp` tells its weights files from later ones.
    """

    called: Callable[[str], str]
    available: Callable[[], tuple[str, ...]]
    stamp: Callable[[str], str]
    needed_bytes: Callable[[str], int]
    load: Callable[[str], "Asked"]


def _load_reader(name: str) -> "Reader":
    from model_zoo.question_answering.reader import load_reader

    return load_reader(answering.root() / name)


LANGUAGE, READER = "language", "reader"
KINDS = {
    LANGUAGE: Kind(
        lambda name: f"{language.TITLES[name]} (language model)",
        language.available,
        language.stamp,
        language.needed_bytes,
        language.load,
    ),
    READER: Kind(
        lambda name: f"{answering.title(name)} (answers questions)",
        answering.available,
        answering.stamp,
        answering.needed_bytes,
        _load_reader,
    ),
}


def key(kind: str, name: str) -> str:
    """What the pool knows the model `name` of that kind by.

    >>> key(LANGUAGE, "bert")
    'language:bert'
    """
    return f"{kind}:{name}"


def kind_of(identity: str) -> tuple[Kind, str] | None:
    """The kind and the name that the pool's identity stands for; None for a classifier's."""
    kind, colon, name = identity.partition(":")
    return (KINDS[kind], name) if colon and kind in KINDS else None


def identities() -> list[str]:
    """The pool's identities of all models of these kinds that there are."""
    return [key(kind, name) for kind, of in KINDS.items() for name in of.available()]
