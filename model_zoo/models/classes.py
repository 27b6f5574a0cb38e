"""Which class of a network gives which label: what config.json says of it, matched to a set's."""

from collections.abc import Mapping, Sequence
from typing import Any

from model_zoo.labels import plain_name as plain_name

MOST_LABELS = 200
MOST_LABEL_CHARACTERS = 100


def class_names(config: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the classes, in order; LABEL_0, … where config.json names none.

    >>> class_names({"id2label": {"1": "good", "0": "bad"}}), class_names({"num_labels": 3})
    (('bad', 'good'), ('LABEL_0', 'LABEL_1', 'LABEL_2'))
    """
    named = config.get("id2label")
    if isinstance(named, Mapping) and named:
        names = {int(number): str(name) for number, name in named.items()}
        return tuple(names[number] for number in sorted(names))
    count = int(config.get("num_labels") or 2)
    return tuple(f"LABEL_{number}" for number in range(min(count, MOST_LABELS + 1)))


def unfit(config: Mapping[str, Any]) -> str:
    """Why a model of this config.json cannot be asked which one label a text has; "" if it can.

    A clause without its subject, and what to do.

    >>> unfit({"num_labels": 1})
    'gives a number and not a label. Choose a model that chooses between labels.'
    """
    classes, kind = class_names(config), config.get("problem_type")
    named, count = config.get("id2label"), config.get("num_labels")
    if isinstance(named, Mapping) and named:
        if sorted(map(int, named)) != list(range(len(named))):
            return (
                "numbers its classes otherwise than 0, 1, 2 and so on. Number them so in id2label "
                "of its config.json."
            )
        if count is not None and int(count) != len(named):
            return (
                f"has num_labels {count} and names {len(named)} classes. Name each of them in "
                "id2label of its config.json."
            )
    if kind == "regression" or len(classes) < 2:
        return "gives a number and not a label. Choose a model that chooses between labels."
    if kind == "multi_label_classification":
        return (
            "gives a text any number of labels, so that its probabilities are not of one or "
            "another. Choose a model that chooses between labels."
        )
    if len(classes) > MOST_LABELS:
        return f"has more than {MOST_LABELS} labels. Choose a model with fewer."
    if len(set(classes)) < len(classes) or not all(name.strip() for name in classes):
        return "has labels without names of their own. Name each differently in its config.json."
    if max(map(len, classes)) > MOST_LABEL_CHARACTERS:
        return (
            f"has a label longer than {MOST_LABEL_CHARACTERS} characters. Shorten it in its "
            "config.json."
        )
    if config.get("quantization_config"):
        return "has quantised weights, which are not read. Choose the model that it was made from."
    return ""


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
