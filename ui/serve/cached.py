"""Results of the library, kept for all visitors under the weights they were computed with."""

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from model_zoo.comparison.evidence import Evidence, gather
from model_zoo.evaluation.checks import Checked
from model_zoo.explain.flip import Flip
from model_zoo.explain.records import Attribution, Trust
from model_zoo.internals.attention import Attention
from model_zoo.internals.context import Influence
from model_zoo.internals.gates import Gates
from model_zoo.internals.path import Route
from model_zoo.internals.stepwise import Course
from model_zoo.language_models.continuation import Written, next_words, write
from model_zoo.language_models.guess import Blank, Guess, guess
from model_zoo.language_models.surprise import Surprise, surprise
from model_zoo.measure.sweep import REFERENCE, Sweep
from model_zoo.measure.sweep import read as read_sweep
from model_zoo.models import files
from model_zoo.models.files import ModelCard
from model_zoo.models.sets import BUNDLED, model_set
from model_zoo.question_answering.records import Answers, SpanAttribution
from model_zoo.text import earlier
from model_zoo.text.tokens import Encoded, TextTokenizer
from ui.serve.exporting import exporting
from ui.serve.on_demand import KINDS, LANGUAGE, READER
from ui.serve.pool import pool
from ui.serve.results import Advance, Begin, Result, Results, at_once

if TYPE_CHECKING:  # importing it brings torch
    from model_zoo.explain.attribute import About


# The most that is kept of each kind. Attention maps take up to 75 MB each, gates up to 8 MB.
_results = Results(
    {
        "card": 100,
        "teacher": 100,
        "tokenizer": 8,
        "evidence": 8,
        "courses": 200,
        "attention": 2,
        "gates": 10,
        "influence": 40,
        "path": 40,
        "attribution": 250,
        "trust": 250,
        "spread": 40,
        "flips": 40,
        "check": 400,
        "guess": 400,
        "next": 200,
        "surprise": 200,
        "answer": 200,
        "span": 40,
    }
)


def encoded(text: str, of: str = BUNDLED) -> Encoded:
    """The text by the words of the set `of`, which all results are shown by; needs no model."""
    return _tokenizer(of).encode([text])[0]


def renumbered(text: str, of: str, numbers: Collection[int]) -> tuple[int, ...]:
    """Today's numbers of the words that had these `numbers` in the text at first."""
    return earlier.renumbered(_tokenizer(of), text, numbers)


def _tokenizer(of: str) -> TextTokenizer:
    key = tuple(map(weights, model_set(of).models))
    tokenizer: TextTokenizer = _results.get(
        "tokenizer", (of, *key), lambda _: files.set_tokenizer(model_set(of))
    )
    return tokenizer


def weights(name: str) -> str:
    """What tells the model's weights, as they are meant to be now, from others."""
    return files.fingerprint(name)


def _kept(
    kind: str,
    name: str,
    compute: Callable[[Advance], Result],
    *about: Hashable,
    begin: Begin = at_once,
) -> Result:
    """What is kept of the model with its present weights and of `about`; see `Results.get`."""
    return _results.get(kind, (name, weights(name), *about), compute, begin)


def card(name: str) -> ModelCard:
    """What the model's files say of it; loads nothing."""
    # its accuracy comes from a file that may be written after the weights
    read: ModelCard = _kept("card", name, lambda _: files.card(name), files.metrics_stamp(name))
    return replace(read, size_bytes=exporting.size_bytes(name) or read.size_bytes)


def teacher(name: str) -> str | None:
    """The model that this one was distilled from, if it was."""
    return _kept("teacher", name, lambda _: files.teacher(name))


def evidence(of: str = BUNDLED) -> Evidence:
    """What the files of a set's models say for the comparison table; loads nothing."""
    models = model_set(of).models
    key = (of, *map(weights, models), *map(files.metrics_stamp, models))
    return _results.get("evidence", key, lambda _: gather(model_set(of)))


@st.cache_data(show_spinner=False)
def reference_sweep() -> Sweep:
    """The speed figures that come with the app; DataError where they are missing."""
    return read_sweep(REFERENCE)


def courses(name: str, text: str, begin: Begin = at_once) -> Sequence[Course]:
    """How the model's answer to `text` forms; for `begin`, here and below, see `Results.get`."""

    def compute(_: Advance) -> Sequence[Course]:
        from model_zoo.internals.stepwise import stepwise

        return tuple(stepwise(pool.model(name), text))

    return _kept("courses", name, compute, text, begin=begin)


def attention(name: str, text: str, begin: Begin = at_once) -> Attention:
    """What the Transformer's heads attend to."""

    def compute(_: Advance) -> Attention:
        from model_zoo.internals.attention import attention

        return attention(pool.model(name), text)

    return _kept("attention", name, compute, text, begin=begin)


def gates(name: str, text: str, begin: Begin = at_once) -> Sequence[Gates]:
    """What the gates of a recurrent model do, one record a direction."""

    def compute(_: Advance) -> Sequence[Gates]:
        from model_zoo.internals.gates import gates

        return tuple(gates(pool.model(name), text))

    return _kept("gates", name, compute, text, begin=begin)


def influence(name: str, text: str, start: int, begin: Begin = at_once) -> Influence:
    """What each position of `text` can see, from token `start` on."""

    def compute(_: Advance) -> Influence:
        from model_zoo.internals.context import influence

        return influence(pool.model(name), text, start)

    return _kept("influence", name, compute, text, start, begin=begin)


def path(name: str, text: str, begin: Begin = at_once) -> Route:
    """The way the tokens' representations take through the model."""

    def compute(_: Advance) -> Route:
        from model_zoo.internals.path import path

        return path(pool.model(name), text)

    return _kept("path", name, compute, text, begin=begin)


def methods() -> "Mapping[str, About]":
    """The attribution methods there are, by name."""
    from model_zoo.explain.attribute import METHODS

    return METHODS


def attribution(name: str, text: str, begin: Begin = at_once, **how: Any) -> Attribution:
    """What the words of `text` did for the model's answer."""

    def compute(advance: Advance) -> Attribution:
        from model_zoo.explain.attribute import attribute

        waited = 0.0

        def timed(rows: int) -> None:
            nonlocal waited
            started = perf_counter()
            advance(rows)  # draws, and may wait for others
            waited += perf_counter() - started

        computed = attribute(pool.model(name), text, advance=timed, **how)
        return replace(computed, seconds=computed.seconds - waited)

    return _kept("attribution", name, compute, text, *sorted(how.items()), begin=begin)


def kept_attribution(name: str, text: str, **how: Any) -> Attribution | None:
    """The same if it has been computed and is still kept, or else None; computes nothing."""
    key = (name, weights(name), text, *sorted(how.items()))
    kept: Attribution | None = _results.look("attribution", key)
    return kept


def trust(name: str, text: str, begin: Begin = at_once, **how: Any) -> Trust:
    """How far that attribution can be trusted."""

    def compute(advance: Advance) -> Trust:
        from model_zoo.explain.faithfulness import trust

        explained = attribution(name, text, begin, **how)
        return trust(pool.model(name), explained, advance=advance)

    return _kept("trust", name, compute, text, *sorted(how.items()), begin=begin)


def rolled_out(name: str, text: str, begin: Begin = at_once) -> tuple[tuple[str, ...], np.ndarray]:
    """The tokens of `text` and attention rollout over them (N, N), special tokens left out."""
    from model_zoo.internals.attention import hide_special, rollout

    heads = attention(name, text, begin)
    return heads.tokens[1:-1], hide_special(rollout(heads.weights))


def spread(name: str, text: str, begin: Begin = at_once, **how: Any) -> float | None:
    """How far a random method's scores vary with the seed."""

    def compute(_: Advance) -> float | None:
        from model_zoo.explain.faithfulness import seed_spread

        return seed_spread(pool.model(name), attribution(name, text, **how))

    return _kept("spread", name, compute, text, *sorted(how.items()), begin=begin)


def flips(
    name: str, text: str, scores: tuple[float, ...], begin: Begin = at_once
) -> tuple[Flip | None, Flip | None]:
    """The smallest removal and the exchange that turn the model's answer; where to look first."""

    def compute(_: Advance) -> tuple[Flip | None, Flip | None]:
        from model_zoo.explain.flip import by_exchange, by_removal

        asked = pool.model(name)
        return by_removal(asked, text, scores), by_exchange(asked, text, scores)

    return _kept("flips", name, compute, text, scores, begin=begin)


def checked(name: str, check: str, begin: Begin = at_once) -> Checked:
    """How the model does in one behaviour check."""

    def compute(_: Advance) -> Checked:
        from model_zoo.evaluation.checks import CHECKS, ask

        return ask(pool.model(name), CHECKS[check])

    return _kept("check", name, compute, check, begin=begin)


def guesses(
    name: str, text: str, blanks: Collection[int], begin: Begin = at_once
) -> Sequence[Blank]:
    """What the language model puts into the blanks of `text`."""

    def compute(_: Advance) -> Sequence[Blank]:
        return guess(pool.on_demand(LANGUAGE, name), text, blanks)

    return _asked(LANGUAGE, "guess", name, compute, text, *sorted(blanks), begin=begin)


def expected(name: str, text: str, begin: Begin = at_once) -> Sequence[Guess]:
    """The words that the language model expects behind `text`."""

    def compute(_: Advance) -> Sequence[Guess]:
        return next_words(pool.on_demand(LANGUAGE, name), text)

    return _asked(LANGUAGE, "next", name, compute, text, begin=begin)


def written(name: str, text: str, begin: Begin = at_once, **how: Any) -> Sequence[Written]:
    """What the language model writes behind `text`."""

    def compute(_: Advance) -> Sequence[Written]:
        return write(pool.on_demand(LANGUAGE, name), text, **how)

    return _asked(LANGUAGE, "next", name, compute, text, *sorted(how.items()), begin=begin)


def surprises(name: str, text: str, begin: Begin = at_once) -> Surprise:
    """How surprising each word of `text` is to the language model."""

    def compute(advance: Advance) -> Surprise:
        return surprise(pool.on_demand(LANGUAGE, name), text, advance)

    return _asked(LANGUAGE, "surprise", name, compute, text, begin=begin)


def answers(name: str, passage: str, question: str, begin: Begin = at_once) -> Answers:
    """Where in the passage the reader sees the answer."""

    def compute(_: Advance) -> Answers:
        from model_zoo.question_answering.answer import answer

        return answer(pool.on_demand(READER, name), passage, question)

    return _asked(READER, "answer", name, compute, passage, question, begin=begin)


def span_attribution(
    name: str, passage: str, question: str, begin: Begin = at_once
) -> SpanAttribution:
    """Which words made the reader's likeliest answer."""

    def compute(advance: Advance) -> SpanAttribution:
        from model_zoo.question_answering.attribute import attribute_span

        own = answers(name, passage, question)
        return attribute_span(pool.on_demand(READER, name), own, advance=advance)

    return _asked(READER, "span", name, compute, passage, question, begin=begin)


def _asked(
    kind: str,
    what: str,
    name: str,
    compute: Callable[[Advance], Result],
    *about: Hashable,
    begin: Begin,
) -> Result:
    """What is kept of a model that is loaded on demand, with its present weights."""
    return _results.get(what, (name, KINDS[kind].stamp(name), *about), compute, begin)


def rank_agreement(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Spearman's rank correlation of two models' or methods' scores."""
    from model_zoo.explain.faithfulness import rank_agreement

    return rank_agreement(first, second)
