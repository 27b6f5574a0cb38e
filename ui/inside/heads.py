"""Which layers and heads of the Transformers to look at, and what to say of their attention."""

from collections.abc import Mapping, Sequence

import numpy as np
import streamlit as st

from model_zoo.internals.attention import (
    Attention,
    hide_special,
    mean_heads,
    origin,
    received,
    twin,
)
from ui.inside.sections import called
from ui.serve import cached
from ui.show.wording import percent

MEAN = "mean of all heads"
DOUBT = (
    "attention shows where a layer looks, not why the model answers as it does. Jain & Wallace "
    "(2019) found very different attention with the same answer; Wiegreffe & Pinter (2019) hold "
    "that it can still explain if that is tested."
)


def shown_tokens(attention: Attention, hidden: bool) -> tuple[str, ...]:
    """The tokens, without [CLS] and [SEP] where these are `hidden`."""
    return attention.tokens[1:-1] if hidden else attention.tokens


def longest(attentions: Mapping[str, Attention], hidden: bool) -> int:
    """The most tokens that a model shows: models with tokenizers of their own differ."""
    return max(len(shown_tokens(attention, hidden)) for attention in attentions.values())


def choose_layers(attentions: Mapping[str, Attention]) -> dict[str, int]:
    """Model -> layer (from 1) to look at: one choice for all, a pupil's by its origin."""
    depths = _depths(attentions)
    halved = _pupils(depths)
    deepest = max(depths.values())
    middle = deepest // 4 * 2 + 1  # one that has a twin, and more to show than the first
    layer = 1
    if deepest > 1:
        layer = st.slider("Layer", 1, deepest, middle, key=f"attention-layer-{deepest}", width=260)
    return {
        name: twin(min(layer, 2 * depth)) if name in halved else min(layer, depth)
        for name, depth in depths.items()
    }


def _depths(attentions: Mapping[str, Attention]) -> dict[str, int]:
    """Model -> how many layers it has."""
    return {name: len(attention.weights) for name, attention in attentions.items()}


def _pupils(depths: Mapping[str, int]) -> dict[str, str]:
    """Model -> the one shown that it was distilled from, where it started as half of its layers."""
    teachers = {name: cached.teacher(name) for name in depths}
    return {
        name: teacher
        for name, teacher in teachers.items()
        if teacher is not None and teacher in depths and depths[teacher] == 2 * depths[name]
    }


def twin_sentences(attentions: Mapping[str, Attention], layers: Mapping[str, int]) -> str:
    """For every pupil shown beside its teacher, where the layer in view comes from."""
    sentences = []
    for pupil, teacher in _pupils(_depths(attentions)).items():
        start = origin(layers[pupil])
        descent = (
            f"{called(pupil)}’s layer {layers[pupil]} started as {called(teacher)}’s layer {start}"
        )
        if start == layers[teacher]:
            sentences.append(f"{descent}, beside it; distillation has trained it on since.")
        else:
            sentences.append(
                f"{descent}; {called(teacher)}’s layer {layers[teacher]} was left out of "
                f"{called(pupil)} and has no twin."
            )
    return " ".join(sentences)


def descent(attentions: Mapping[str, Attention]) -> str:
    """For every pupil shown beside its teacher, what its layers started as."""
    return "".join(
        f"{called(pupil)}’s layers started as {called(teacher)}’s layers 1, 3, 5 and so on; "
        "distillation has trained them on since. "
        for pupil, teacher in _pupils(_depths(attentions)).items()
    )


def choose_head(attentions: Mapping[str, Attention]) -> str:
    """MEAN, or "head 1" and so on, up to the most that a model has."""
    heads = max(attention.weights.shape[1] for attention in attentions.values())
    names = [MEAN, *(f"head {i}" for i in range(1, heads + 1))]
    return st.selectbox("Head", names, key="attention-head-choice", width=220)


def with_head(attentions: Mapping[str, Attention], head: str) -> dict[str, Attention]:
    """Those of the models that have such a head; of the others it is said that they have none."""
    able = {}
    for name, attention in attentions.items():
        count = attention.weights.shape[1]
        if head == MEAN or _number(head) <= count:
            able[name] = attention
        else:
            st.caption(f"{called(name)} has no {head}: there are {count} in each of its layers.")
    return able


def _number(head: str) -> int:
    return int(head.split()[1])


def head_weights(
    attention: Attention, layer: int, head: str, hidden: bool
) -> tuple[np.ndarray, tuple[str, ...]]:
    """The attention (T, T) of one head of one layer, and the tokens it runs over."""
    weights = attention.weights[layer - 1]  # (H, T, T)
    chosen = mean_heads(weights) if head == MEAN else weights[_number(head) - 1]
    return hide_special(chosen) if hidden else chosen, shown_tokens(attention, hidden)


def strongest(weights: np.ndarray, tokens: Sequence[str]) -> str:
    """The largest of the weights (T, T), as a sentence.

    >>> weights = np.array([[0.25, 0.75], [0.5, 0.5]])
    >>> strongest(weights, ("a", "film")).startswith("Strongest: “a” to “film”, 75")
    True
    """
    row, column = divmod(int(weights.argmax()), len(weights))
    share = float(weights[row, column])
    return f"Strongest: “{tokens[row]}” to “{tokens[column]}”, {percent(share)}."


def receives_most(weights: np.ndarray, tokens: Sequence[str]) -> str:
    """The token that all positions together attend to most, of weights (T, T), as a sentence."""
    shares = received(weights)
    at = int(shares.argmax())
    return f"“{tokens[at]}” receives most, {percent(shares[at])} on average."
