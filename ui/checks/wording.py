"""What the behaviour checks show of the two families of models, in words. Pure: no Streamlit."""

from collections.abc import Sequence

from model_zoo.evaluation.checks import Gap
from ui.checks.figures import Results
from ui.show.wording import listing


def families(results: Results, gaps: Sequence[Gap], first: Sequence[str]) -> str:
    """Which behaviour checks the recurrent models `first` fail more often, and which the others do.

    `results` is check -> model -> its result; `gaps` as from `model_zoo.evaluation.checks.gaps`.
    """
    if not gaps:
        return "Only one of the two families was asked, so there is nothing to compare."

    def mean(check: str, recurrent: bool) -> float:
        by_model = results[check].items()
        shares = [result.share for name, result in by_model if (name in first) == recurrent]
        return sum(shares) / len(shares)

    sentences = []
    for recurrent, who in ((True, "recurrent models"), (False, "Transformers")):
        ahead = sorted(
            (gap for gap in gaps if (gap.b > gap.c if recurrent else gap.c > gap.b)),
            key=lambda gap: mean(gap.check, not recurrent) - mean(gap.check, recurrent),
        )
        sure = [gap.check for gap in ahead if gap.p < 0.05]
        examples = [
            f"“{check}” ({_whole(mean(check, recurrent))} against "
            f"{_whole(mean(check, not recurrent))})"
            for check in sure or [gap.check for gap in ahead[:1]]
        ]
        if sure:
            sentences.append(
                f"The {who} fail more cases than the others, beyond chance, in {len(sure)} of "
                f"{len(gaps)} checks: {listing(examples)}."
            )
        elif examples:
            sentences.append(
                f"The {who} fail more cases beyond chance in no check; the largest difference is "
                f"in {examples[0]} and may be chance (p = {ahead[0].p:.2g})."
            )
        else:
            sentences.append(f"The {who} fail more cases than the others in no check.")
    return " ".join(sentences)


def _whole(share: float) -> str:
    """A share of cases in whole per cent; unlike a probability, it may be exactly 0 or 1."""
    return f"{100 * share:.0f}\u202f%"
