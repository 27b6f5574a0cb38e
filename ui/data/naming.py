"""What models and labels are called in tables, where no two things may have the same name."""

from collections.abc import Sequence

from model_zoo.inference.score import Scored
from ui.show.titles import named_apart
from ui.show.wording import listing

OURS = ("row", "rows", "text", "label", "labelled", "answered", "rows with", "how many")  # columns
MOST_SHOWN = 40  # characters of a name: the rest is of no help in a table


def titles(models: Sequence[str]) -> dict[str, str]:
    """Identity -> title for each of the models, none of them called like a column of OURS."""
    return named_apart(models, *OURS)


def short(label: str) -> str:
    """A label as it fits into a cell or beside an axis.

    >>> short("card lost"), len(short("x" * 99))
    ('card lost', 40)
    """
    return label if len(label) <= MOST_SHOWN else label[: MOST_SHOWN - 1] + "…"


def left_out(scored: Scored, labels: Sequence[str]) -> str:
    """Which models cannot be compared, as they answer with other labels; empty where all can."""
    others = [
        name
        for name, own in zip(titles(scored.models).values(), scored.labels, strict=True)
        if own != tuple(labels)
    ]
    if not others:
        return ""
    plural = len(others) > 1
    return (
        f"{listing(others)} {'are' if plural else 'is'} left out here: "
        f"{'their' if plural else 'its'} labels are not those of the set. Row by row, and in the "
        f"files below, {'they have' if plural else 'it has'} a place."
    )
