"""Compare: what LSTM, BiLSTM, BERT and DistilBERT make of one sentence. The app's entry point."""

import streamlit as st

from ui.compare import answers, text_box
from ui.page import page

with page("Compare"):
    answers(text_box())
    st.caption(
        "Four models trained on the same film-review phrases and a few everyday reviews read your "
        "sentence; they know two answers, negative and positive, even where neither fits. They are "
        "much smaller than the models of the papers. Times are of this very call on this server: "
        "one thread, one model after the other. Your text is not stored and does not leave the "
        "server."
    )
