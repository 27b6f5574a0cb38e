"""Rows on training, quality and use, and the papers': their facts as the page's sentences. Pure.

Two functions a row, as in `sentences`.
"""

from collections.abc import Sequence

from model_zoo.comparison.papers import (
    BertSizes,
    DistilbertSize,
    Kept,
    PaperSizes,
    Ratio,
    TwinTimes,
)
from model_zoo.comparison.training import (
    Accuracy,
    Comparison,
    Contest,
    Distillation,
    FineTuning,
    Scores,
    Start,
    Supervision,
)
from model_zoo.comparison.verdict import Missing
from model_zoo.models.registry import title
from ui.show.wording import interval, listing, millions

NO_RECORD = "no record of its training"

# -- how they were trained, and what for -----------------------------------------------------------


def training(_model: str, record: Supervision | FineTuning | Distillation) -> str:
    """Of a model: what it was trained on, and from."""
    match record:
        case Supervision(rows, vectors):
            also = ", word vectors from a pre-trained encoder" if vectors else ""
            return f"{rows:,} labelled rows{also}"
        case FineTuning(rows, base) if not base:
            return f"{rows:,} labelled rows, nothing pre-trained"
        case FineTuning(rows):
            return f"{_pretrained(record)}, all fine-tuned on {rows:,} rows"
        case Distillation(rows, teacher) if teacher:
            return f"distilled from the {title(teacher)} here, {rows:,} rows"
        case Distillation(rows):
            return f"not distilled, {rows:,} rows"


def trainings(start: Start) -> str:
    """Of the row: what the models start from."""
    if not start.base:
        return "On record: no model started from a pre-trained encoder."
    bert = NO_RECORD if isinstance(start.bert, Missing) else _pretrained(start.bert)
    return (
        f"On record: all start from {start.base}, the recurrent models with its word vectors, BERT "
        f"with its layers ({bert}); that pre-training was not done here."
    )


def _pretrained(record: FineTuning) -> str:
    return f"{record.pretrained_layers} of {record.layers} layers pre-trained elsewhere"


_KNOWN = {"sentences.tsv": "everyday reviews"}  # data that records call by a file's name
_UNNAMED = {"validation": "its validation rows", "unseen_half": "other rows"}


def quality(model: str, scores: Scores) -> str:
    """Of a model: its accuracies with 95 % intervals, and what they are held against."""
    shares = ", ".join(
        f"{interval(accuracy.share, (accuracy.low, accuracy.high))} on {_name_of(accuracy)}"
        for accuracy in scores.accuracies
    )
    if scores.kept:
        return f"{shares}; keeps {_shares(scores.kept)} of BERT’s"
    return f"{shares}: what others are measured by" if model == "lstm" else shares


def _name_of(accuracy: Accuracy) -> str:
    """What the data of an accuracy is called."""
    return _KNOWN.get(accuracy.called, accuracy.called) or _UNNAMED[accuracy.data]


def qualities(contest: Contest) -> str:
    """Of the row: who is higher than whom, and on how much data."""
    against = "; ".join(
        f"against {title(name)}: {_comparison(comparison)}"
        for name, comparison in contest.bert_against.items()
    )
    return (
        f"BiLSTM against LSTM: {_comparison(contest.bilstm)}. BERT {against}. DistilBERT keeps at "
        f"least {contest.least_kept:.1%} of BERT’s accuracy. Where 95 % intervals overlap, a "
        "difference may be chance. All four answered the same rows, but who got which right is not "
        "kept, so a paired test cannot be made of these."
    )


def _comparison(comparison: Comparison) -> str:
    higher = f"higher on {comparison.higher} of {comparison.sets} sets"
    return higher + f", on {comparison.beyond} by more than the intervals" * (comparison.higher > 0)


# -- the papers' figures ---------------------------------------------------------------------------


def paper_size(_model: str, size: BertSizes | DistilbertSize) -> str:
    """Of a model: its parameters at its paper’s size."""
    if isinstance(size, BertSizes):
        return f"{millions(size.base)} (base) and {millions(size.large)} (large)"
    return f"{millions(size.parameters)}, {size.fewer:.1%} fewer than BERT-base"


def paper_sizes(sizes: PaperSizes) -> str:
    """Of the row: the parameters to the last one, and what they weigh."""
    return (
        f"Counted without heads: BERT-base {sizes.bert.base:,}, BERT-large {sizes.bert.large:,}, "
        f"DistilBERT {sizes.distilbert.parameters:,}. In float32 the two that are timed weigh "
        f"{sizes.bert_base_bytes / 1e6:.0f} and {sizes.distilbert_bytes / 1e6:.0f} MB."
    )


def _between(ratio: Ratio) -> str:
    low, high = f"{ratio.low:.2f}×", f"{ratio.high:.2f}×"
    return low if low == high else f"{low} to {high}"


def paper_speed(_model: str, ratio: Ratio) -> str:
    """Of a model: how many times as fast it is as BERT-base."""
    return f"{_between(ratio)} as fast"


def paper_speeds(twins: TwinTimes) -> str:
    """Of the row: the times at each length, beside what the paper says."""
    times = listing(
        [
            f"{time.bert_ms:.0f} against {time.distilbert_ms:.0f} ms for {time.tokens} tokens"
            for time in twins.times
        ]
    )
    noise = " Half the layers can give 2.00× at most; what lies beyond is noise."
    return (
        f"BERT-base takes {_between(twins.ratio)} as long as DistilBERT-base ({times}); “60 % "
        "faster” is 1.60×." + noise * (twins.ratio.high > 2)
    )


def paper_quality(_model: str, kept: Kept) -> str:
    """Of a model: the shares of accuracy it keeps."""
    return f"keeps {_shares(kept.shares)} of the accuracy, at the size here"


def paper_qualities(kept: Kept) -> str:
    """Of the row: the same, and what it cannot stand for."""
    return (
        f"The bundled DistilBERT keeps {_shares(kept.shares)} of the bundled BERT’s accuracy on "
        "its two test sets. That is not GLUE, whose nine tasks, and the papers’ weights, are not "
        "here."
    )


def _shares(shares: Sequence[float]) -> str:
    return listing([f"{share:.1%}" for share in shares])
