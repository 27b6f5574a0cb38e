"""Attention: Transformers side by side, and which of their heads do next to nothing."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
import streamlit as st

from model_zoo.inside.attention import (
    Attention,
    entropy,
    hide_special,
    mean_heads,
    no_op,
    on_cls,
    on_sep,
    origin,
    received,
    rollout,
    twin,
)
from model_zoo.models.network import Capability
from model_zoo.text.tokens import Encoded
from ui.frame.captions import how_to_read
from ui.inside import heatmaps
from ui.inside.ask import ask, beside, choose_start
from ui.serve import cached
from ui.serve.turns import my_turn
from ui.show.attribution import SHORT_FORM, SHORT_FORM_TOKENS
from ui.show.theme import PLAIN, TITLES
from ui.show.wording import percent, plain, signed_number

MEAN = "mean of all heads"
DOUBT = (
    "attention shows where a layer looks, not why the model answers as it does. Jain & Wallace "
    "(2019) found very different attention with the same answer; Wiegreffe & Pinter (2019) hold "
    "that it can still explain if that is tested."
)


def section(encoded: Encoded) -> None:
    """The attention of every model that has any, and which heads do next to nothing."""
    st.header("Attention")
    found = ask(Capability.ATTENTION, cached.attention, encoded.text)
    if not found:
        return
    view = st.segmented_control(
        "Picture", list(_VIEWS), default="one head", required=True, key="attention-picture"
    )
    hidden = st.toggle(
        "hide [CLS] and [SEP]",
        key="attention-hide",
        help="Leaves both out and brings the rest of each row back to 100 %. What the two "
        "received is then out of sight, not gone.",
    )
    _VIEWS[view](found, hidden)
    _idle_heads(found)


def _one_head(found: Mapping[str, Attention], hidden: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", key="attention-head"):
        layers = _choose_layer(found)
        head = _choose_head(found)
        start = choose_start(_count(found, hidden))
    shown = {name: _matrix(one, layers[name], head, hidden) for name, one in found.items()}
    most = max(float(weights.max()) for weights, _ in shown.values())
    for name, column in beside(found):
        weights, tokens = shown[name]
        with column:
            what = f"{TITLES[name]}, layer {layers[name]}, {head}"
            st.markdown(f"**{plain(what)}**")
            st.plotly_chart(
                heatmaps.square(weights, tokens, most=most, start=start),
                key=f"square-{name}",
                config=PLAIN,
                alt=f"Heat map of the attention of {what}. {_strongest(weights, tokens)}",
            )
            st.caption(plain(f"{_strongest(weights, tokens)} {_receives_most(weights, tokens)}"))
    how_to_read(
        "Each row is a token and says where it takes its input from; rows sum to 100 %. Bright is "
        f"much, dark is little; both pictures share one scale, up to {percent(most)}. "
        + _twins(found, layers),
        DOUBT,
    )


def _all_heads(found: Mapping[str, Attention], hidden: bool) -> None:
    layers = _choose_layer(found)
    for name, column in beside(found):
        weights = found[name].weights[layers[name] - 1]  # (H, T, T)
        weights = hide_special(weights) if hidden else weights
        across = 4 if len(weights) % 4 == 0 else len(weights)
        maps = weights.reshape(-1, across, *weights.shape[1:])  # (R, 4, T, T)
        with column:
            what = f"{TITLES[name]}, layer {layers[name]}, all {len(weights)} heads"
            st.markdown(f"**{what}**")
            st.plotly_chart(
                heatmaps.mosaic(maps, names=[f"head {i}" for i in range(1, len(weights) + 1)]),
                key=f"heads-of-{name}",
                config=PLAIN,
                alt=f"Small heat maps of the attention of {what}, {weights.shape[-1]} tokens each.",
            )
    how_to_read(
        "One small square a head, its number above; rows and columns as in the picture of one "
        "head, dark for 0 % and bright for 100 %. A diagonal stripe looks at the same or a "
        "neighbouring token, an upright one at a single token from everywhere. "
        + _averaged(_count(found, hidden))
        + _twins(found, layers),
        DOUBT,
    )


def _all_layers(found: Mapping[str, Attention], hidden: bool) -> None:
    for name, column in beside(found):
        weights = found[name].weights  # (L, H, T, T)
        small = np.stack([_small(layer, hidden) for layer in weights])  # (L, H, S, S)
        count, heads = weights.shape[:2]
        with column:
            what = f"{TITLES[name]}, {count} layers of {heads} heads"
            st.markdown(f"**{what}**")
            st.plotly_chart(
                heatmaps.mosaic(
                    small,
                    rows=[str(i) for i in range(1, count + 1)],
                    columns=[str(i) for i in range(1, heads + 1)],
                ),
                key=f"layers-of-{name}",
                config=PLAIN,
                alt=f"Small heat maps of all attention in {what}, {weights.shape[-1]} tokens each.",
            )
    how_to_read(
        "Every head of every layer as one small square. Look for squares without a pattern: an "
        "even colour is a head that tells no token from any other. DistilBERT’s layers started as "
        "BERT’s layers 1, 3, 5 and so on; distillation has trained them on since. "
        + _averaged(_count(found, hidden)),
        DOUBT,
    )


def _small(layer: np.ndarray, hidden: bool) -> np.ndarray:
    """(H, T, T) -> (H, S, S), small enough to hold for all layers of a long text."""
    return np.stack(
        [heatmaps.downsampled(hide_special(head) if hidden else head) for head in layer]
    )


def _rolled_out(found: Mapping[str, Attention], hidden: bool) -> None:
    start = choose_start(_count(found, hidden))
    squares = {name: rollout(one.weights) for name, one in found.items()}  # each (T, T)
    from_cls = {name: weights[0] for name, weights in squares.items()}  # each (T,)
    if hidden:
        squares = {name: hide_special(weights) for name, weights in squares.items()}
        from_cls = {name: row[1:-1] / row[1:-1].sum() for name, row in from_cls.items()}
    most = max(float(row.max()) for row in from_cls.values())
    for name, column in beside(found):
        row, weights, tokens = from_cls[name], squares[name], _tokens(found[name], hidden)
        first = int(row.argmax())
        said = f"[CLS] draws most on “{tokens[first]}”, {percent(row[first])}."
        with column:
            st.markdown(f"**{TITLES[name]}: what \\[CLS\\] draws on after all layers**")
            st.plotly_chart(
                heatmaps.bars(row, tokens, name, most=most, start=start),
                key=f"rollout-cls-{name}",
                config=PLAIN,
                alt=f"Bars of attention rollout from [CLS] to each token in {TITLES[name]}. {said}",
            )
            st.caption(plain(said))
            st.markdown(f"**{TITLES[name]}: rollout of every position**")
            st.plotly_chart(
                heatmaps.square(weights, tokens, start=start, verb="draws on"),
                key=f"rollout-{name}",
                config=PLAIN,
                alt=f"Heat map of attention rollout through {len(found[name].weights)} layers of "
                f"{TITLES[name]}. {_strongest(weights, tokens)}",
            )
    how_to_read(
        "Rollout (Abnar & Zuidema 2020) multiplies the layers up: heads averaged, half of every "
        "layer passed straight on. The answer is read off at \\[CLS\\], which mostly draws on "
        "itself: hide it to see the words. The bars share one scale, the two squares do not.",
        "rollout knows nothing of what values, feed-forward layers and the classification head "
        "do, so it cannot tell support from opposition, and over many layers it evens out. And "
        + DOUBT,
    )
    st.caption(" ".join(_agreement(name, one) for name, one in found.items()))


def _agreement(name: str, one: Attention) -> str:
    """How far rollout and the sizes of integrated gradients rank this text's tokens alike."""
    if len(one.tokens) > SHORT_FORM_TOKENS:
        return f"{TITLES[name]}: not compared with attributions, the text is too long for that."
    begin = partial(my_turn, st.empty(), "Comparing it with attributions…")
    scores = cached.attribution(name, one.text, begin, **SHORT_FORM).scores[1:-1]
    drawn = rollout(one.weights)[0][1:-1]
    alike = cached.rank_agreement(drawn, [abs(score) for score in scores])
    if alike is None:
        return f"{TITLES[name]}: too few tokens to compare rollout with attributions."
    return (
        f"{TITLES[name]}, on this text: rank correlation of {signed_number(alike)} between rollout "
        "from \\[CLS\\] and the sizes of integrated gradients (1 would be the same order of "
        "tokens)."
    )


def _arcs(found: Mapping[str, Attention], hidden: bool) -> None:
    tokens = _tokens(next(iter(found.values())), hidden)
    for name in [name for name, one in found.items() if _tokens(one, hidden) != tokens]:
        said = f"{TITLES[name]} cuts the text into other tokens: look at its heads one by one."
        st.caption(plain(said))
        found = {other: one for other, one in found.items() if other != name}
    with st.container(horizontal=True, vertical_alignment="bottom", key="attention-arcs"):
        layers = _choose_layer(found)
        head = _choose_head(found)
        origin = st.selectbox(
            "From the token",
            range(len(tokens)),
            format_func=lambda at: f"{at + 1}. {tokens[at]}",
            key=f"attention-from-{len(tokens)}",
            width=220,
        )
        start = choose_start(len(tokens))
    for name, column in beside(found):
        weights, _ = _matrix(found[name], layers[name], head, hidden)
        row = weights[origin]
        to = int(row.argmax())
        said = f"“{tokens[origin]}” looks most at “{tokens[to]}”, {percent(row[to])}."
        with column:
            what = f"{TITLES[name]}, layer {layers[name]}, {head}"
            st.markdown(f"**{plain(what)}**")
            st.plotly_chart(
                heatmaps.arcs(row, tokens, origin, name, start=start),
                key=f"arcs-{name}",
                config=PLAIN,
                alt=f"Lines from one token to all others by attention, {what}. {said}",
            )
            st.caption(plain(said))
    how_to_read(
        "Lines run from the chosen token, bold on the left, to the tokens it attends to; stronger "
        "and wider lines carry more, and the share stands beside each token. Lines under 1 % of "
        "the strongest are left out. " + _twins(found, layers),
        DOUBT,
    )


_VIEWS: dict[str, Callable[[Mapping[str, Attention], bool], None]] = {
    "one head": _one_head,
    "all heads of a layer": _all_heads,
    "all layers": _all_layers,
    "rollout": _rolled_out,
    "lines from a token": _arcs,
}


def _idle_heads(found: Mapping[str, Attention]) -> None:
    """A map of the heads, by what shows that a head does next to nothing."""
    measures = {
        "on [CLS]": ("of the words’ attention on [CLS]", on_cls),
        "on [SEP]": ("of the words’ attention on [SEP]", on_sep),
        "spread": ("of an even spread", entropy),
    }
    st.subheader("Heads that do next to nothing")
    chosen = st.segmented_control(
        "Colour heads by", list(measures), default="on [CLS]", required=True, key="heads-by"
    )
    called, measure = measures[chosen]
    for name, column in beside(found):
        weights = found[name].weights
        idle, shares = no_op(weights), measure(weights)
        said = f"{TITLES[name]}: {idle.sum()} of {idle.size} heads do next to nothing here."
        with column:
            st.markdown(f"**{said}**")
            st.plotly_chart(
                heatmaps.heads(shares, idle, called=chosen),
                key=f"idle-{name}",
                config=PLAIN,
                alt=f"Map of heads, coloured by share {called}: {percent(shares.min())} to "
                f"{percent(shares.max())}. {said}",
            )
    st.caption(
        "A cross marks heads whose words leave half or more of their attention on \\[CLS\\] or on "
        "\\[SEP\\], where there is nothing to read, or spread it evenly (98 % or more of the "
        "entropy of an even spread). Clark et al. (2019) found BERT-base’s idle heads resting on "
        "\\[SEP\\]; those here prefer \\[CLS\\]. Idle in this text need not be idle in another, "
        "and a resting head still passes on whatever that token holds."
    )


def _tokens(one: Attention, hidden: bool) -> tuple[str, ...]:
    return one.tokens[1:-1] if hidden else one.tokens


def _count(found: Mapping[str, Attention], hidden: bool) -> int:
    """Of the longest row of tokens: models with tokenizers of their own differ."""
    return max(len(_tokens(one, hidden)) for one in found.values())


def _choose_layer(found: Mapping[str, Attention]) -> dict[str, int]:
    """Model -> layer (from 1) to look at: one choice for all, a pupil's by its origin."""
    depths = {name: len(one.weights) for name, one in found.items()}
    halved = _pupils(depths)
    deepest = max(depths.values())
    middle = deepest // 4 * 2 + 1  # one that has a twin, and more to show than the first
    layer = st.slider("Layer", 1, deepest, middle, key=f"attention-layer-{deepest}", width=260)
    return {
        name: twin(min(layer, 2 * depth)) if name in halved else min(layer, depth)
        for name, depth in depths.items()
    }


def _pupils(depths: Mapping[str, int]) -> dict[str, str]:
    """Model -> the one shown that it was distilled from, where it started as half of its layers."""
    teachers = {name: cached.teacher(name) for name in depths}
    return {
        name: teacher
        for name, teacher in teachers.items()
        if teacher is not None and teacher in depths and depths[teacher] == 2 * depths[name]
    }


def _twins(found: Mapping[str, Attention], layers: Mapping[str, int]) -> str:
    """For every pupil shown beside its teacher, where the layer in view comes from."""
    sentences = []
    for pupil, teacher in _pupils({name: len(one.weights) for name, one in found.items()}).items():
        start = origin(layers[pupil])
        came = (
            f"{TITLES[pupil]}’s layer {layers[pupil]} started as {TITLES[teacher]}’s layer {start}"
        )
        if start == layers[teacher]:
            sentences.append(f"{came}, beside it; distillation has trained it on since.")
        else:
            sentences.append(
                f"{came}; {TITLES[teacher]}’s layer {layers[teacher]} was left out of "
                f"{TITLES[pupil]} and has no twin."
            )
    return " ".join(sentences)


def _choose_head(found: Mapping[str, Attention]) -> str:
    heads = min(one.weights.shape[1] for one in found.values())
    names = [MEAN, *(f"head {i}" for i in range(1, heads + 1))]
    return st.selectbox("Head", names, key="attention-head-choice", width=220)


def _matrix(
    one: Attention, layer: int, head: str, hidden: bool
) -> tuple[np.ndarray, tuple[str, ...]]:
    """The attention (T, T) of one head of one layer, and the tokens it runs over."""
    weights = one.weights[layer - 1]  # (H, T, T)
    chosen = mean_heads(weights) if head == MEAN else weights[int(head.split()[1]) - 1]
    return (hide_special(chosen), one.tokens[1:-1]) if hidden else (chosen, one.tokens)


def _averaged(count: int) -> str:
    if count <= heatmaps.THUMBNAIL:
        return ""
    return (
        f"The text has {count} tokens: each small square averages neighbours down to "
        f"{heatmaps.THUMBNAIL} cells a side, so thin stripes look fainter than they are. "
    )


def _strongest(weights: np.ndarray, tokens: Sequence[str]) -> str:
    row, column = divmod(int(weights.argmax()), len(weights))
    share = float(weights[row, column])
    return f"Strongest: “{tokens[row]}” to “{tokens[column]}”, {percent(share)}."


def _receives_most(weights: np.ndarray, tokens: Sequence[str]) -> str:
    shares = received(weights)
    at = int(shares.argmax())
    return f"“{tokens[at]}” receives most, {percent(shares[at])} on average."
