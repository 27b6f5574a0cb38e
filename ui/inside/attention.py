"""Attention: Transformers side by side, in the picture of it that is chosen."""

from collections.abc import Callable, Mapping

import numpy as np
import streamlit as st

from model_zoo.internals.attention import Attention, hide_special
from model_zoo.models.network import Capability
from model_zoo.models.registry import title
from model_zoo.text.tokens import Encoded
from ui.frame.captions import how_to_read
from ui.frame.columns import in_rows
from ui.inside import attention_figures as figures
from ui.inside.heads import (
    DOUBT,
    choose_head,
    choose_layers,
    descent,
    head_weights,
    longest,
    receives_most,
    shown_tokens,
    strongest,
    twin_sentences,
    with_head,
)
from ui.inside.idle_heads import idle_heads
from ui.inside.rollout import rolled_out
from ui.inside.sections import choose_start, of_each_model, within
from ui.serve import cached
from ui.show.theme import PLAIN
from ui.show.wording import percent, plain


def section(encoded: Encoded) -> None:
    """The attention of every model that has any, and which heads do next to nothing."""
    st.header("Attention")
    attentions = of_each_model(Capability.ATTENTION, cached.attention, encoded.text)
    if not attentions:
        return
    view = st.segmented_control(
        "Picture", list(_VIEWS), default="one head", required=True, key="attention-picture"
    )
    hidden = st.toggle(
        "Hide [CLS] and [SEP]",
        key="attention-hide",
        help="The tokens put before and after the text. Hiding them brings the rest of each row "
        "back to 100 %; what the two received is out of sight, not gone.",
    )
    _VIEWS[view](attentions, hidden)
    idle_heads(attentions)


def _one_head(attentions: Mapping[str, Attention], hidden: bool) -> None:
    """A square for each model: what one head of one layer attends to."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="attention-head"):
        layers = choose_layers(attentions)
        head = choose_head(attentions)
        start = choose_start(longest(attentions, hidden))
    attentions = with_head(attentions, head)
    squares = {
        name: head_weights(attention, layers[name], head, hidden)
        for name, attention in attentions.items()
    }
    most = max(float(weights.max()) for weights, _ in squares.values())
    for name, column in in_rows(attentions):
        weights, tokens = squares[name]
        with column:
            picture = f"{title(name)}, layer {layers[name]}, {head}"
            st.markdown(f"**{plain(picture)}**")
            st.plotly_chart(
                figures.square(weights, tokens, most=most, start=within(start, len(tokens))),
                key=f"square-{name}",
                config=PLAIN,
                alt=f"Heat map of the attention of {picture}. {strongest(weights, tokens)}",
            )
            st.caption(plain(f"{strongest(weights, tokens)} {receives_most(weights, tokens)}"))
    how_to_read(
        "Each row is a token and says where it takes its input from; rows add up to 100 %. Bright "
        f"is much, dark is little; all pictures share one scale, up to {percent(most)}. "
        + twin_sentences(attentions, layers),
        DOUBT,
    )


def _all_heads(attentions: Mapping[str, Attention], hidden: bool) -> None:
    """All heads of one layer as small squares."""
    layers = choose_layers(attentions)
    for name, column in in_rows(attentions):
        weights = attentions[name].weights[layers[name] - 1]  # (H, T, T)
        weights = hide_special(weights) if hidden else weights
        across = 4 if len(weights) % 4 == 0 else len(weights)
        maps = weights.reshape(-1, across, *weights.shape[1:])  # (R, 4, T, T)
        with column:
            picture = f"{title(name)}, layer {layers[name]}, all {len(weights)} heads"
            st.markdown(f"**{plain(picture)}**")
            st.plotly_chart(
                figures.mosaic(maps, names=[f"head {i}" for i in range(1, len(weights) + 1)]),
                key=f"heads-of-{name}",
                config=PLAIN,
                alt=f"Small heat maps of the attention of {picture}, {weights.shape[-1]} tokens "
                "each.",
            )
    how_to_read(
        "One small square a head, its number above; rows and columns as in the picture of one "
        "head, dark for 0 % and bright for 100 %. A diagonal stripe looks at the same or a "
        "neighbouring token, an upright one at a single token from everywhere. "
        + _averaged(longest(attentions, hidden))
        + twin_sentences(attentions, layers),
        DOUBT,
    )


def _all_layers(attentions: Mapping[str, Attention], hidden: bool) -> None:
    """All heads of all layers as small squares."""
    for name, column in in_rows(attentions):
        weights = attentions[name].weights  # (L, H, T, T)
        small = np.stack([_small(layer, hidden) for layer in weights])  # (L, H, S, S)
        count, heads = weights.shape[:2]
        with column:
            picture = f"{title(name)}, {count} layers of {heads} heads"
            st.markdown(f"**{plain(picture)}**")
            st.plotly_chart(
                figures.mosaic(
                    small,
                    rows=[str(i) for i in range(1, count + 1)],
                    columns=[str(i) for i in range(1, heads + 1)],
                ),
                key=f"layers-of-{name}",
                config=PLAIN,
                alt=f"Small heat maps of all attention in {picture}, {weights.shape[-1]} tokens "
                "each.",
            )
    how_to_read(
        "Every head of every layer as one small square. Look for squares without a pattern: an "
        "even colour is a head that tells no token from any other. "
        + descent(attentions)
        + _averaged(longest(attentions, hidden)),
        DOUBT,
    )


def _small(layer: np.ndarray, hidden: bool) -> np.ndarray:
    """(H, T, T) -> (H, S, S), small enough to hold for all layers of a long text."""
    return np.stack([figures.downsampled(hide_special(head) if hidden else head) for head in layer])


def _averaged(count: int) -> str:
    """That small squares of `count` tokens are averages, where they are."""
    if count <= figures.THUMBNAIL:
        return ""
    return (
        f"The text has {count} tokens: each small square averages neighbours down to "
        f"{figures.THUMBNAIL} cells a side, so thin stripes look fainter than they are. "
    )


def _arcs(attentions: Mapping[str, Attention], hidden: bool) -> None:
    """Lines from one token to those it attends to."""
    tokens = shown_tokens(next(iter(attentions.values())), hidden)
    alike = {
        name: attention
        for name, attention in attentions.items()
        if shown_tokens(attention, hidden) == tokens
    }
    for name in [name for name in attentions if name not in alike]:
        sentence = f"{title(name)} cuts the text into other tokens: look at its heads one by one."
        st.caption(plain(sentence))
    with st.container(horizontal=True, vertical_alignment="bottom", key="attention-arcs"):
        layers = choose_layers(alike)
        head = choose_head(alike)
        origin = st.selectbox(
            "From the token",
            range(len(tokens)),
            format_func=lambda at: f"{at + 1}. {tokens[at]}",
            key=f"attention-from-{len(tokens)}",
            width=220,
        )
        start = choose_start(len(tokens))
    alike = with_head(alike, head)
    for name, column in in_rows(alike):
        weights, _ = head_weights(alike[name], layers[name], head, hidden)
        row = weights[origin]
        to = int(row.argmax())
        sentence = f"“{tokens[origin]}” looks most at “{tokens[to]}”, {percent(row[to])}."
        with column:
            picture = f"{title(name)}, layer {layers[name]}, {head}"
            st.markdown(f"**{plain(picture)}**")
            st.plotly_chart(
                figures.arcs(row, tokens, origin, name, start=start),
                key=f"arcs-{name}",
                config=PLAIN,
                alt=f"Lines from one token to all others by attention, {picture}. {sentence}",
            )
            st.caption(plain(sentence))
    how_to_read(
        "Lines run from the chosen token, bold on the left, to the tokens it attends to; stronger "
        "and wider lines carry more, and the share stands beside each token. Lines under 1 % of "
        "the strongest are left out. " + twin_sentences(alike, layers),
        DOUBT,
    )


_VIEWS: dict[str, Callable[[Mapping[str, Attention], bool], None]] = {
    "one head": _one_head,
    "all heads of a layer": _all_heads,
    "all layers": _all_layers,
    "rollout": rolled_out,
    "lines from a token": _arcs,
}
