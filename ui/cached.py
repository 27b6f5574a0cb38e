"""The library behind Streamlit's caches, keyed by model name. One copy serves all visitors."""

import streamlit as st

from model_zoo import registry
from model_zoo.predict import predict
from model_zoo.results import ModelCard


@st.cache_resource(show_spinner=False)
def model(name: str) -> registry.Model:
    """The loaded model, the same one for every session; an error is raised anew, never cached."""
    import torch

    # One thread a visitor: with more, a core that is busy elsewhere (another visitor, the browser
    # on the same machine) stalls every step, and a 1 ms LSTM is shown as taking 100 ms.
    torch.set_num_threads(1)
    loaded = registry.load(name)
    predict(loaded, ["warm-up"])  # a model's first call is many times slower than all others
    return loaded


@st.cache_data(show_spinner=False)
def card(name: str) -> ModelCard:
    """What the model's files say of it; loads nothing."""
    return registry.card(name)
