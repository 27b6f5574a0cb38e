"""Which words made a span the answer: integrated gradients of its start and its end logit.

Through Captum, over the word embeddings that go into the network, never with hooks (see
`explain.problem`).
"""

from inspect import signature
from time import perf_counter

import torch
from torch import Tensor

from model_zoo.errors import CapabilityError
from model_zoo.explain.methods import integrated_gradients
from model_zoo.explain.problem import Advance, Problem
from model_zoo.question_answering.reader import Reader, padded
from model_zoo.question_answering.records import Answers, LogitAttribution, SpanAttribution
from model_zoo.question_answering.windows import Window
from model_zoo.text.words import group_words

STEPS = 64  # at most: a window of BERT's takes a second for three


def attribute_span(
    reader: Reader,
    answers: Answers,
    *,
    span: int = 0,
    steps: int = STEPS,
    tolerance: float = 0.02,
    advance: Advance | None = None,
) -> SpanAttribution:
    """Attributions of the start and the end logit of `answers.spans[span]`, by that reader.

    Integrated gradients (Sundararajan et al. 2017), until a gap of `tolerance` of the rise or
    `steps` steps each. `advance` is called with the number of rows the network is about to read,
    and may raise to stop. Raises CapabilityError where the network takes no word embeddings.
    """
    started = perf_counter()
    if "inputs_embeds" not in signature(reader.network.forward).parameters:
        raise CapabilityError(
            f"{reader.title} takes no word embeddings, so that no word can be made responsible. "
            "Choose another reader."
        )
    reading = reader.read(answers.question, answers.passage)
    chosen = answers.spans[span]
    window = reading.windows[chosen.window]
    within = reading.spans[window.first : window.first + window.count]
    asked, question_of = group_words(answers.question, reading.question_spans)
    told, passage_of = group_words(answers.passage, within)
    special = len(asked) + len(told)
    word_of = torch.full((1, len(window.ids)), special)  # question's words, passage's, one more
    for begin, words, before in (
        (reading.question_begin, question_of, 0),
        (window.begin, passage_of, len(asked)),
    ):
        for at, word in enumerate(words, start=begin):
            word_of[0, at] = special if word is None else before + word
    start, end = (
        _explained(
            _problem(reader, window, word_of, which, window.begin + token - window.first, advance),
            len(asked),
            special,
            steps,
            tolerance,
        )
        for which, token in enumerate(chosen.tokens)
    )
    return SpanAttribution(
        reader.name, span, tuple(asked), tuple(told), start, end, perf_counter() - started
    )


def _problem(
    reader: Reader, window: Window, word_of: Tensor, which: int, at: int, advance: Advance | None
) -> Problem:
    """Explain the start (`which` 0) or the end logit (1) at the window's token `at`."""
    ids, _, types = padded([window], reader.tokenizer.pad_id)
    embeddings = reader.network.get_input_embeddings()
    with torch.no_grad():
        inputs = embeddings(ids)  # (1, T, E)
        blank = embeddings(torch.full_like(ids, reader.tokenizer.pad_id))
    in_word = (word_of < word_of.max())[..., None]  # special tokens stay

    def score(embedded: Tensor) -> Tensor:
        if advance:
            advance(len(embedded))
        kinds = types.expand(len(embedded), -1)
        return reader.forward(kinds, inputs_embeds=embedded)[which][:, at]

    return Problem(score, inputs, torch.where(in_word, blank, inputs), word_of, seed=0)


def _explained(
    problem: Problem, asked: int, special: int, steps: int, tolerance: float
) -> LogitAttribution:
    result = integrated_gradients(problem, tolerance=tolerance, cap=steps)
    with torch.no_grad():
        low, high = problem.score(torch.cat([problem.baseline, problem.inputs])).tolist()
    scores = result.values.detach().double()
    words = torch.zeros(special + 1, dtype=torch.float64)
    words.index_add_(0, problem.features[0], scores)
    values = words[:special].tolist()
    return LogitAttribution(
        question=tuple(values[:asked]),
        passage=tuple(values[asked:]),
        rise=high - low,
        gap=abs(float(scores.sum()) - (high - low)),
        steps=result.steps or 0,
    )
