"""Which class of a network gives which label: what config.json says of it, matched to a set's."""

from collections.abc import Mapping, Sequence
from typing import Any

MOST_LABELS = 200


def class_names(config: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the classes, in order; LABEL_0, … where config.json names none.

    >>> class_names({"id2label": {"1": "good", "0": "bad"}}), class_names({"num_labels": 3})
    (('bad', 'good'), ('LABEL_0', 'LABEL_1', 'LABEL_2'))
    """
    named = config.get("id2label")
    if isinstance(named, Mapping) and named:
        names = {int(number): str(name) for number, name in named.items()}
        return tuple(names[number] for number in sorted(names))
    return tuple(f"LABEL_{number}" for number in range(int(config.get("num_labels") or 2)))


def matched(
    classes: Sequence[str], labels: Sequence[str], renamed: Mapping[str, str] | None = None
) -> tuple[int, ...] | None:
    """The class that gives each of `labels`; None unless every class gives exactly one of them.

    Names are compared without regard to case, spaces and underscores. `renamed` says what classes
    mean whose names do not say it: class name -> label.

    >>> matched(["POSITIVE", "NEGATIVE"], ["negative", "positive"])
    (1, 0)
    >>> matched(["LABEL_0", "LABEL_1"], ["no", "yes"], {"LABEL_0": "no", "LABEL_1": "yes"})
    (0, 1)
    >>> matched(["LABEL_0", "LABEL_1"], ["no", "yes"]) is None
    True
    """
    renamed = renamed or {}
    means = [plain_name(renamed.get(name, name)) for name in classes]
    wanted = [plain_name(label) for label in labels]
    if len(set(means)) != len(means) or sorted(means) != sorted(wanted):
        return None
    return tuple(map(means.index, wanted))


def plain_name(label: str) -> str:
    """A label as it is compared.

    >>> plain_name(" Not_so good ")
    'not so good'
    """
    return " ".join(label.replace("_", " ").casefold().split())
