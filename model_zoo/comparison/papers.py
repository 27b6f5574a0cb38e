"""Rows of the papers' own figures, checked at the papers' size where that can be."""

from collections.abc import Mapping
from dataclasses import dataclass

from model_zoo.comparison.evidence import Evidence, twins_by_name
from model_zoo.comparison.training import accuracies, kept_of
from model_zoo.comparison.verdict import Finding, Missing, Verdict, graded, judged, near, untested
from model_zoo.measure.twins import Twin


@dataclass(frozen=True, slots=True)
class BertSizes:
    """Parameters of BERT at its paper's two sizes."""

    base: int
    large: int


@dataclass(frozen=True, slots=True)
class DistilbertSize:
    """Parameters of DistilBERT at its paper's size; `fewer` as a share of BERT-base's."""

    parameters: int
    fewer: float


@dataclass(frozen=True, slots=True)
class PaperSizes:
    """Parameters at the papers' size, and what two of the twins weigh in float32, in bytes."""

    bert: BertSizes
    distilbert: DistilbertSize
    bert_base_bytes: int
    distilbert_bytes: int


def paper_size(evidence: Evidence) -> Verdict[PaperSizes, BertSizes | DistilbertSize]:
    """How many parameters the published architectures have."""
    twins = twins_by_name(evidence)
    if not {"bert-base", "bert-large", "distilbert-base"} <= set(twins):
        return untested(("bert", "distilbert"), Missing.TWINS)
    base, distilled = twins["bert-base"], twins["distilbert-base"]
    bert = BertSizes(base.parameters, twins["bert-large"].parameters)
    distilbert = DistilbertSize(distilled.parameters, 1 - distilled.parameters / base.parameters)
    right, fewer = near(distilbert.parameters, 66e6), abs(distilbert.fewer - 0.4) < 0.01
    findings: dict[str, Finding[BertSizes | DistilbertSize]] = {
        "bert": Finding(
            graded(near(bert.base, 110e6) and near(bert.large, 340e6), near(bert.base, 110e6)), bert
        ),
        "distilbert": Finding(graded(right and fewer, right), distilbert),
    }
    return judged(
        PaperSizes(bert, distilbert, base.weights_bytes, distilled.weights_bytes), findings
    )


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times as long BERT-base takes as DistilBERT-base: least and most over lengths."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class TwinTime:
    """Median milliseconds of the two timed twins for a text of `tokens` tokens."""

    tokens: int
    bert_ms: float
    distilbert_ms: float


@dataclass(frozen=True, slots=True)
class TwinTimes:
    """The twins' times at each length, and how they compare."""

    ratio: Ratio
    times: tuple[TwinTime, ...]


def paper_speed(evidence: Evidence) -> Verdict[TwinTimes, Ratio]:
    """How much faster DistilBERT is than BERT at the papers' size."""
    times = _times(twins_by_name(evidence))
    if not times:
        return untested(("distilbert",), Missing.TWINS)
    ratios = [time.bert_ms / time.distilbert_ms for time in times]
    ratio = Ratio(min(ratios), max(ratios))
    finding = Finding(graded(ratio.low >= 1.6, ratio.high > 1.05), ratio)
    return judged(TwinTimes(ratio, times), {"distilbert": finding})


def _times(twins: Mapping[str, Twin]) -> tuple[TwinTime, ...]:
    """At every length at which both twins were timed."""
    bert, distilled = (
        {latency.tokens: latency.median_ms for latency in twins[name].latencies}
        if name in twins
        else {}
        for name in ("bert-base", "distilbert-base")
    )
    return tuple(
        TwinTime(tokens, bert[tokens], distilled[tokens]) for tokens in bert if tokens in distilled
    )


@dataclass(frozen=True, slots=True)
class Kept:
    """DistilBERT's accuracies as shares of BERT's, one a set of data that both were asked."""

    shares: tuple[float, ...]


def paper_quality(evidence: Evidence) -> Verdict[Kept, Kept]:
    """How much of BERT's accuracy DistilBERT keeps, by the bundled ones; never more than in part.

    The paper speaks of GLUE, which is not here.
    """
    bert, distilbert = (accuracies(evidence.metrics[name]) for name in ("bert", "distilbert"))
    kept = Kept(kept_of(distilbert, bert))
    if not kept.shares:
        return untested(("distilbert",), Missing.SHARED_ACCURACY)
    return judged(kept, {"distilbert": Finding(graded(False, min(kept.shares) >= 0.97), kept)})
