"""The four models: sizes, accuracy, and each one's model card."""

import pandas as pd
import streamlit as st

from model_zoo.registry import SPECS, read_card
from ui import cached
from ui.page import page
from ui.wording import interval

with page("The four models"):
    cards = [cached.card(name) for name in SPECS]
    st.table(
        pd.DataFrame(
            {
                "model": [card.title for card in cards],
                "accuracy": [interval(card.accuracy, card.ci95) for card in cards],
                "how it reads": [card.architecture for card in cards],
                "layers": [card.layers for card in cards],
                "parameters": [f"{card.parameters / 1e6:.1f} M" for card in cards],
                "without embeddings and head": [
                    f"{card.core_parameters / 1e6:.2f} M" for card in cards
                ],
                "weights on disk": [f"{card.size_bytes / 1e6:.1f} MB" for card in cards],
            }
        ).set_index("model")
    )
    st.caption(
        "Accuracy: share of the 872 validation sentences of SST-2 answered rightly, with the 95 % "
        "Wilson interval. Where intervals overlap, the order may be chance."
    )
    for card in cards:
        with st.expander(f"Model card of {card.title}"):
            st.markdown(read_card(card.name))
