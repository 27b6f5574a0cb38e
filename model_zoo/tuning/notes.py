"""What was done with a file, in sentences for the report: counts, no rows."""

from dataclasses import asdict, dataclass, fields
from typing import Any

from model_zoo.models.classes import MOST_LABEL_CHARACTERS
from model_zoo.tuning.checked import figure, listed, mapping, one_of, share, text, whole
from model_zoo.tuning.recipes import QUICK_ROWS, QUICK_TOKENS
from model_zoo.tuning.rows import Cleaned
from model_zoo.tuning.settings import BUDGETS, MODELS, TRANSFORMERS
from model_zoo.tuning.split import Inspection

_MOST_BASE_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Account:
    """What a report says of the file and of how the `models` were made.

    `base` is what they started from, and `cut` the share of rows longer than the models read.
    """

    inspection: Inspection
    budget: str
    seed: int
    models: tuple[str, ...]
    base: str
    cut: float

    def as_json(self) -> dict[str, Any]:
        """Everything as JSON has it."""
        return asdict(self)

    @staticmethod
    def from_json(record: Any) -> "Account":
        """What `as_json` wrote, from a file of anybody's; ValueError names what cannot be."""
        row = mapping(record, "'account'")
        known = mapping(row.get("inspection"), "'inspection'")
        counts = mapping(known.get("counts"), "'counts'")
        mean, most = listed(known, "tokens", lambda each: figure({"tokens": each}, "tokens"), 2, 2)
        cleaned = mapping(known.get("cleaned"), "'cleaned'")
        inspection = Inspection(
            counts={
                text(label, "a label", MOST_LABEL_CHARACTERS): whole(counts, label, 1)
                for label in counts
            },
            train=whole(known, "train"),
            validation=whole(known, "validation"),
            test=whole(known, "test"),
            cleaned=Cleaned(**{each.name: whole(cleaned, each.name) for each in fields(Cleaned)}),
            shared=whole(known, "shared"),
            tokens=(mean, most),
            cut=share(known, "cut"),
            sha256=text(known.get("sha256"), "'sha256'", 64),
        )
        return Account(
            inspection,
            one_of(row.get("budget"), "'budget'", BUDGETS),
            whole(row, "seed"),
            tuple(listed(row, "models", lambda name: one_of(name, "a model", MODELS), 1, 4)),
            text(row.get("base"), "'base'", _MOST_BASE_CHARACTERS),
            share(row, "cut"),
        )


def notes(account: Account) -> list[str]:
    """Sentences on the rows, where the models start from, and what was left out."""
    inspection = account.inspection
    counts = inspection.counts.values()
    sentences = [
        f"{inspection.train:,} rows to learn from, {inspection.validation:,} to choose by, "
        f"{inspection.test:,} held out; {len(counts)} labels of {min(counts):,} to "
        f"{max(counts):,} rows.",
        f"Budget: {account.budget}; seed {account.seed}. LSTM and BiLSTM start from the word "
        f"vectors of {account.base}, BERT from all of it, DistilBERT from the BERT that was "
        "trained here and its answers.",
        f"Longer than 512 tokens, and cut: {account.cut:.1%} of the rows.",
        *file_notes(inspection),
    ]
    small = [
        name
        for name in account.models
        if name in TRANSFORMERS
        and account.budget == "quick"
        and (
            inspection.train > QUICK_ROWS or inspection.train * inspection.tokens[0] > QUICK_TOKENS
        )
    ]
    if small:
        sentences.append(
            "Under the budget “quick”, BERT and DistilBERT learnt from a part of the rows only, "
            f"at most {QUICK_ROWS:,}."
        )
    return sentences


def file_notes(inspection: Inspection) -> list[str]:
    """Sentences on what was wrong with the file, for those things that were."""
    cleaned = inspection.cleaned
    counted = (
        (cleaned.unreadable, "have no text and were left out"),
        (cleaned.unlabelled, "have no label and were left out"),
        (cleaned.repeated, "repeat another row, as the models read them, and were left out"),
        (
            cleaned.contradicting,
            "repeat a text with another label; the first label counts. Look at these: they cannot "
            "be learnt",
        ),
        (
            inspection.shared,
            "stood in two parts (to learn from, to choose by, held out) and were taken out of the "
            "earlier one, so that nothing is tested on what was learnt",
        ),
    )
    sentences = [f"Rows that {what}: {count:,}." for count, what in counted if count]
    if inspection.lopsided:
        sentences.append(
            "Labels differ much in how many rows they have, so that rows of rare ones count more "
            "in training."
        )
    return [*sentences, *inspection.remarks]
