"""What lines over lengths and batches come to, as the page's sentences. Pure."""

from collections.abc import Mapping, Sequence

from model_zoo.measure.growth import Crossing, Growth
from model_zoo.measure.latency import Latency
from model_zoo.models.registry import title
from ui.show.wording import listing


def growth_in_words(fit: Growth) -> str:
    """What the exponent and its interval say, compared with linear growth.

    >>> growth_in_words(Growth("bert", 5.0, 1.3, (1.2, 1.4), (8, 16, 32, 64)))
    'faster than linear'
    >>> growth_in_words(Growth("lstm", 1.0, 1.0, (0.3, 1.8), (8, 16, 32, 64)))
    'too uncertain to tell'
    """
    low, high = fit.ci95
    if high - low >= 0.75:
        return "too uncertain to tell"
    if 0.9 <= fit.exponent <= 1.1:
        return "about linear"
    way = "faster than linear" if fit.exponent > 1 else "slower than linear"
    return f"{way}, perhaps" if low <= 1 <= high else way


def doubling(lines: Mapping[str, Sequence[Latency]]) -> str:
    """What the step between the two longest lengths does to each model's time.

    `lines` holds latencies by model, short texts first. Models that read the texts as other numbers
    of tokens than the first are left out. Empty where no model has two lengths.

    >>> doubling({"lstm": [Latency("lstm", n, 1, 1, 0, (n / 4,)) for n in (8, 16)]})
    'From 8 to 16 tokens, 2.0 times the text, time is LSTM 2.0×.'
    """
    pairs = {name: line[-2:] for name, line in lines.items() if len(line) > 1}
    if not pairs:
        return ""
    short, long = next(iter(pairs.values()))
    lengths = (short.tokens, long.tokens)
    factors = [
        f"{title(name)} {second.median_ms / first.median_ms:.1f}×"
        for name, (first, second) in pairs.items()
        if (first.tokens, second.tokens) == lengths
    ]
    return (
        f"From {short.tokens} to {long.tokens} tokens, {long.tokens / short.tokens:.1f} times the "
        f"text, time is {listing(factors)}."
    )


def overtaking(crossings: Sequence[Crossing], verb: str, unit: str, over: str) -> str:
    """Who overtakes whom, and from where on.

    `verb` is what the upper line's model does to the lower one's, `unit` what is counted along the
    axis, and `over` the axis.

    >>> overtaking([Crossing("lstm", "bert", 40.2, 9.0)], "is slower than", "tokens", "length")
    'From about 40 tokens on, LSTM is slower than BERT.'
    >>> overtaking([], "is slower than", "tokens", "length")
    'No model overtakes another at any measured length.'
    """
    if not crossings:
        return f"No model overtakes another at any measured {over}."
    return " ".join(
        f"From about {crossing.at:.0f} {unit} on, {title(crossing.upper)} {verb} "
        f"{title(crossing.lower)}."
        for crossing in crossings
    )
