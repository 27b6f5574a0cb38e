"""What each position can see, and the way representations take."""

import numpy as np
import streamlit as st

from model_zoo.internals.context import Influence, window
from model_zoo.models.network import Capability
from model_zoo.models.registry import title
from model_zoo.text.tokens import Encoded
from ui.frame.captions import how_to_read
from ui.frame.columns import in_rows
from ui.inside import context_figures as figures
from ui.inside.sections import called, of_each_model
from ui.serve import cached
from ui.show.theme import PLAIN
from ui.show.wording import percent


def squares(encoded: Encoded) -> None:
    """A square for each model: which tokens each position depends on."""
    st.header("What can each position see?")
    total = len(encoded.tokens) - 2
    size, start = window(total), 0
    if size < total:
        st.info(
            f"The text has {total} tokens; {size} of them in a row are masked in turn, which takes "
            "some seconds. The models read the whole text all the same.",
            icon=":material/info:",
        )
        start = st.slider("First token", 1, total - size + 1, key=f"context-{total}") - 1
    with st.spinner("Masking each word in turn…"):
        influences = of_each_model(Capability.LAYERS, cached.influence, encoded.text, start)
    if not influences:
        return
    most = max(float(influence.change.max()) for influence in influences.values())
    for name, column in in_rows(influences):
        sentence = _sees(influences[name])
        with column:
            st.markdown(f"**{called(name)}**")
            st.plotly_chart(
                figures.context(influences[name], most=most),
                key=f"context-{name}",
                config=PLAIN,
                alt=f"Heat map of how much each position of {title(name)} depends on each token. "
                f"{sentence}",
            )
            st.caption(sentence)
    how_to_read(
        "Each column is a token that was replaced by \\[MASK\\], each row a position: the colour "
        "says how far the model’s representation there, the numbers it holds for that place, "
        "moved, as a share of its length. Blank is exactly zero: the position cannot see that "
        "token. All share one scale (by the square root, to show small changes).",
        "that a position *can* see a token does not say that the answer uses it. And \\[MASK\\] is "
        "a token too: the Transformers met it in pre-training, the recurrent models never did.",
    )


def _sees(influence: Influence) -> str:
    """What a square shows, in words."""
    above = influence.change[np.triu_indices_from(influence.change, 1)]
    below = influence.change[np.tril_indices_from(influence.change, -1)]
    own = float(influence.change.diagonal().mean())
    if not above.size:
        return f"A single token, which changes by {own:.1%} when it is masked."
    later, earlier = float(above.mean()), float(below.mean())
    part = ""
    if influence.total > len(influence.tokens):
        first, last = influence.start + 1, influence.start + len(influence.tokens)
        part = f"Its tokens {first} to {last} of {influence.total}. "
    before = f"by {earlier:.1%} on average"
    itself = f"its own token by {own:.1%}."
    if not above.any():
        return (
            f"{part}Sees the past only: all {above.size} changes by later tokens are exactly 0; "
            f"earlier ones change a position {before}, {itself}"
        )
    return (
        f"{part}Sees both sides: earlier tokens change a position {before}, later ones by "
        f"{later:.1%}, {itself}"
    )


def paths(encoded: Encoded) -> None:
    """Where the tokens lie, layer by layer, for each model."""
    st.header("Representation path")
    routes = of_each_model(Capability.LAYERS, cached.path, encoded.text)
    if not routes:
        return
    deepest = max(len(route.steps) for route in routes.values()) - 1
    depth = st.slider(
        "Up to layer (0 is the embeddings)",
        0,
        deepest,
        deepest,
        key=f"path-{deepest}",
        help="Shallower models go along in proportion; the recurrent ones have one layer.",
    )
    pairs = list(routes.items())
    for at in range(0, len(pairs), 2):
        for (name, route), column in zip(pairs[at : at + 2], st.columns(2), strict=False):
            last = len(route.steps) - 1
            step = -(-depth * last // deepest) if deepest else last
            first, second = route.explained[step]
            with column:
                st.markdown(f"**{called(name)}: {route.steps[step]}**")
                st.plotly_chart(
                    figures.path(route, step),
                    key=f"path-of-{name}",
                    config=PLAIN,
                    alt=f"Scatter plot of {len(route.tokens)} tokens in {title(name)} at "
                    f"{route.steps[step]}; two axes hold {percent(first + second)} of the "
                    "variance.",
                )
                st.caption(
                    f"The two axes hold {percent(first + second)} of the variance, of how far the "
                    "points are spread; the other "
                    f"{percent(max(0.0, 1 - first - second))} is not in the picture."
                )
    how_to_read(
        "A dot is a token (a star: \\[CLS\\] and \\[SEP\\]), a faint line the way it took through "
        "the layers; \\[CLS\\] is what the Transformers answer from. Axes are principal "
        "components (PCA: the directions in which the points are spread most): a Transformer’s are "
        "fitted to all its layers together, so that layers can be "
        "compared; the recurrent models’ embeddings and hidden states are different spaces and "
        "have axes of their own.",
        "two axes leave most of the variance out, so tokens that lie together here may be far "
        "apart. Positions in one model say nothing about positions in another.",
    )
