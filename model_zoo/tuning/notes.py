"""What was done with a file, in sentences for the report: counts, no rows."""

from typing import TYPE_CHECKING

from model_zoo.tuning.recipes import QUICK_ROWS, QUICK_TOKENS
from model_zoo.tuning.settings import TRANSFORMERS, TrainingSettings
from model_zoo.tuning.split import Inspection

if TYPE_CHECKING:  # importing it brings torch
    from model_zoo.tuning.work import Work


def notes(settings: TrainingSettings, inspection: Inspection, work: "Work") -> list[str]:
    """Sentences on the rows, where the models start from, and what was left out."""
    counts = inspection.counts.values()
    sentences = [
        f"{inspection.train:,} rows to learn from, {inspection.validation:,} to choose by, "
        f"{inspection.test:,} held out; {len(counts)} labels of {min(counts):,} to "
        f"{max(counts):,} rows.",
        f"Budget: {settings.budget}; seed {settings.seed}. LSTM and BiLSTM start from the word "
        f"vectors of {work.origin.title}, BERT from all of it, DistilBERT from the BERT that was "
        "trained here and its answers.",
        f"Longer than 512 tokens, and cut: {work.cut:.1%} of the rows.",
        *file_notes(inspection),
    ]
    small = [
        name
        for name in settings.ordered
        if name in TRANSFORMERS
        and settings.budget == "quick"
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
