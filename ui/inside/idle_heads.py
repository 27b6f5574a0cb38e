"""A map of the heads: which of them do next to nothing in this text."""

from collections.abc import Mapping

import streamlit as st

from model_zoo.internals.attention import Attention, entropy, no_op, on_cls, on_sep
from model_zoo.models.network import ModelId
from model_zoo.models.registry import title
from model_zoo.models.sets import BUNDLED
from ui.frame.captions import caption
from ui.frame.columns import in_rows
from ui.inside import attention_figures as figures
from ui.show.theme import PLAIN
from ui.show.wording import percent, plain


def idle_heads(attentions: Mapping[str, Attention]) -> None:
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
    about, measure = measures[chosen]
    for name, column in in_rows(attentions):
        weights = attentions[name].weights
        idle, shares = no_op(weights), measure(weights)
        sentence = f"{title(name)}: {idle.sum()} of {idle.size} heads do next to nothing here."
        with column:
            st.markdown(f"**{plain(sentence)}**")
            st.plotly_chart(
                figures.heads(shares, idle, title=chosen),
                key=f"idle-{name}",
                config=PLAIN,
                alt=f"Map of heads, coloured by share {about}: {percent(shares.min())} to "
                f"{percent(shares.max())}. {sentence}",
            )
    bundled = all(ModelId(name).set == BUNDLED for name in attentions)
    here = "; those here prefer \\[CLS\\]" if bundled else ""
    caption(
        "A cross marks heads whose words leave half or more of their attention on \\[CLS\\] or on "
        "\\[SEP\\], where there is nothing to read, or spread it evenly (their entropy, the "
        "measure of evenness, is at least 98 % of an even spread’s). Clark et al. (2019) found "
        f"BERT-base’s idle heads resting on \\[SEP\\]{here}. Idle in this text need not be idle in "
        "another, and a resting head still passes on whatever that token holds."
    )
