"""Attention followed through all layers: what the answer draws on, and whether that agrees."""

from collections.abc import Mapping
from functools import partial

import streamlit as st

from model_zoo.errors import ZooError
from model_zoo.internals.attention import Attention, hide_special, rollout
from model_zoo.models.registry import title
from ui.frame.captions import how_to_read
from ui.frame.columns import in_rows
from ui.inside import attention_figures as figures
from ui.inside.heads import DOUBT, longest, shown_tokens, strongest
from ui.inside.sections import called, choose_start, within
from ui.serve import cached
from ui.serve.my_turn import my_turn
from ui.show.attribution import SHORT_FORM, SHORT_FORM_TOKENS
from ui.show.theme import PLAIN
from ui.show.wording import percent, plain, signed_number


def rolled_out(attentions: Mapping[str, Attention], hidden: bool) -> None:
    """What [CLS] draws on after all layers as bars, and every position as a square."""
    start = choose_start(longest(attentions, hidden))
    squares = {  # each (T, T)
        name: rollout(attention.weights) for name, attention in attentions.items()
    }
    from_cls = {name: weights[0] for name, weights in squares.items()}  # each (T,)
    if hidden:
        squares = {name: hide_special(weights) for name, weights in squares.items()}
        from_cls = {
            name: row[1:-1] / max(float(row[1:-1].sum()), 1e-12) for name, row in from_cls.items()
        }
    most = max(float(row.max()) for row in from_cls.values())
    for name, column in in_rows(attentions):
        row, weights, tokens = from_cls[name], squares[name], shown_tokens(attentions[name], hidden)
        first, window = int(row.argmax()), within(start, len(tokens))
        sentence = f"[CLS] draws most on “{tokens[first]}”, {percent(row[first])}."
        with column:
            st.markdown(f"**{called(name)}: what \\[CLS\\] draws on after all layers**")
            st.plotly_chart(
                figures.bars(row, tokens, name, most=most, start=window),
                key=f"rollout-cls-{name}",
                config=PLAIN,
                alt=f"Bars of attention rollout from [CLS] to each token in {title(name)}. "
                f"{sentence}",
            )
            st.caption(plain(sentence))
            st.markdown(f"**{called(name)}: rollout of every position**")
            layers = len(attentions[name].weights)
            st.plotly_chart(
                figures.square(weights, tokens, start=window, verb="draws on"),
                key=f"rollout-{name}",
                config=PLAIN,
                alt=f"Heat map of attention rollout through {layers} layers of "
                f"{title(name)}. {strongest(weights, tokens)}",
            )
    how_to_read(
        "Rollout (Abnar & Zuidema 2020) follows attention through all layers: heads are averaged, "
        "half of every layer is passed straight on, and the layers are multiplied. The answer is "
        "read off at \\[CLS\\], which mostly draws on itself: hide it to see the words. The bars "
        "share one scale, the squares do not.",
        "rollout knows nothing of what values, feed-forward layers and the classification head "
        "do, so it cannot tell support from opposition, and over many layers it evens out. And "
        + DOUBT,
    )
    st.caption(" ".join(_agreement(name, attention) for name, attention in attentions.items()))


def _agreement(name: str, attention: Attention) -> str:
    """How far rollout and the sizes of integrated gradients rank this text's tokens alike."""
    if len(attention.tokens) > SHORT_FORM_TOKENS:
        return f"{called(name)}: not compared with attributions, the text is too long for that."
    begin = partial(my_turn, st.empty(), "Comparing it with attributions…")
    try:
        scores = cached.attribution(name, attention.text, begin, **SHORT_FORM).scores[1:-1]
    except ZooError as error:
        return f"{called(name)}: not compared with attributions. {plain(str(error))}"
    drawn = rollout(attention.weights)[0][1:-1]
    alike = cached.rank_agreement(drawn, [abs(score) for score in scores])
    if alike is None:
        return f"{called(name)}: too few tokens to compare rollout with attributions."
    return (
        f"{called(name)}, on this text: rank correlation of {signed_number(alike)} between rollout "
        "from \\[CLS\\] and the sizes of integrated gradients (1 would be the same order of "
        "tokens)."
    )
