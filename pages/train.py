"""Train: the four on the visitor's own labelled file, under one protocol, and which one to take."""

import streamlit as st

from ui.frame.captions import caption
from ui.frame.page import TRAIN, page
from ui.serve.reach import training_allowed
from ui.train.expected import file_section, start_section
from ui.train.labelled import choose_file
from ui.train.owners import link_section, operator_section
from ui.train.plan import plan
from ui.train.trained import trained_section
from ui.train.trainings import trainings_section

with page(TRAIN):
    link_section()
    if training_allowed():
        caption(
            "Train LSTM, BiLSTM, BERT and DistilBERT on a labelled file of your own, and see on "
            "rows that none of them learnt from which to use. A training goes on when you close "
            "the tab. It is yours: others see only that the place is taken, and for how long."
        )
        trainings_section()
        st.header("A file to train on", anchor=False)
        if (file := choose_file()) and (planned := plan(file)):
            settings, inspection = planned
            file_section(inspection)
            start_section(file, settings, inspection)
    else:
        st.info(
            "Training is switched off on this server. Install Quartet on a machine of your own to "
            "train the four on your file.",
            icon=":material/block:",
        )
    trained_section()
    operator_section()
