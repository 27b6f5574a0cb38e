"""What a model costs on this machine: time a call."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median
from time import perf_counter

from model_zoo.errors import MeasureError
from model_zoo.host import threads
from model_zoo.inference.predict import predict
from model_zoo.models.loading import Model
from model_zoo.text.tokens import MAX_TOKENS

LEAST_RUNS = 3
# each is one token of the models' vocabulary
_WORDS = [
    "the",
    "film",
    "is",
    "good",
    "and",
    "the",
    "story",
    "is",
    "long",
    "but",
    "the",
    "end",
    "of",
    "it",
    "made",
    "me",
    "think",
    "again",
]


@dataclass(frozen=True, slots=True)
class Latency:
    """How long one model took for one text, again and again.

    `samples_ms` are wall-clock milliseconds of whole calls, from text to probabilities, in the
    order they were made, after `warm_up` calls that are not counted. Each call reads `batch`
    copies of the text, of `tokens` tokens each, on `threads` threads.

    >>> latency = Latency("lstm", 8, 1, 1, 2, (3.0, 1.0, 2.0, 9.0))
    >>> latency.median_ms, latency.p95_ms
    (2.5, 9.0)
    """

    model: str
    tokens: int
    batch: int
    threads: int
    warm_up: int
    samples_ms: tuple[float, ...]

    @property
    def median_ms(self) -> float:
        """Median over the calls, milliseconds a call."""
        return median(self.samples_ms)

    @property
    def p95_ms(self) -> float:
        """95th percentile by nearest rank, milliseconds a call; under 20 calls, the slowest."""
        return sorted(self.samples_ms)[ceil(0.95 * len(self.samples_ms)) - 1]


def text_of(tokens: int) -> str:
    """A text of exactly so many tokens, [CLS] and [SEP] included.

    Raises MeasureError for fewer than three, which leave no word, and more than the models read.

    >>> text_of(5)
    'the film is'
    """
    if not 3 <= tokens <= MAX_TOKENS:
        raise MeasureError(
            f"Texts of {tokens} tokens cannot be measured. Choose lengths from 3 to {MAX_TOKENS}."
        )
    words = tokens - 2
    return " ".join((_WORDS * (1 + words // len(_WORDS)))[:words])


def latency(
    models: Sequence[Model],
    text: str,
    *,
    batch: int = 1,
    runs: int = 20,
    warm_up: int = 2,
    seconds: float = 60.0,
) -> Iterator[dict[str, Latency]]:
    """Model name -> Latency as measured so far, after every round; the last one is the result.

    A round is one call of each model, so that a noisy machine hits all alike. First come `warm_up`
    rounds that are not counted (nothing is yielded with them), then `runs`; fewer where calls have
    taken `seconds`, but never less than one and LEAST_RUNS. Stop iterating to stop measuring: what
    was yielded last holds. Raises TextError as `predict` does.
    """
    texts = [text] * batch
    spent = 0.0  # in calls: whoever iterates may take their time
    samples: dict[str, list[float]] = {model.id: [] for model in models}
    tokens: dict[str, int] = {}

    def call_each() -> None:
        nonlocal spent
        for model in models:
            before = perf_counter()
            predictions = predict(model, texts)
            took = perf_counter() - before
            spent += took
            samples[model.id].append(1e3 * took)
            tokens[model.id] = len(predictions[0].tokens)

    warmed = 0
    while warmed < min(1, warm_up) or (warmed < warm_up and spent < seconds / 4):
        call_each()
        warmed += 1
        yield {}
    for times in samples.values():
        times.clear()
    for done in range(1, runs + 1):
        call_each()
        yield {
            name: Latency(name, tokens[name], batch, threads(), warmed, tuple(times))
            for name, times in samples.items()
        }
        if done >= LEAST_RUNS and spent > seconds:
            return
