"""Recurrence: the gates of LSTM and BiLSTM, token by token."""

from collections.abc import Sequence

import streamlit as st

from model_zoo.internals.gates import CLEARLY, Gates, forgets
from model_zoo.models.network import Capability
from model_zoo.models.registry import title
from model_zoo.text.tokens import Encoded
from ui.frame.captions import how_to_read
from ui.frame.columns import in_rows
from ui.inside import recurrence_figures as figures
from ui.inside.sections import choose_start, of_each_model, within
from ui.serve import cached
from ui.show.theme import PLAIN
from ui.show.wording import listing, percent, plain


def section(encoded: Encoded) -> None:
    """The gates of every model that has any, word by word."""
    st.header("Recurrence")
    gates = of_each_model(Capability.GATES, cached.gates, encoded.text)
    directions = [direction for of_model in gates.values() for direction in of_model]
    if not directions:
        return
    start = choose_start(max(len(direction.tokens) for direction in directions))
    for direction, column in in_rows(directions):
        name, key = _name(direction), f"{direction.model}-{direction.reading}"
        forgotten = forgets(direction)
        sentence = _forgetting(direction, forgotten)
        with column:
            st.markdown(f"**{plain(name)}: gates**")
            st.plotly_chart(
                figures.gate_lines(
                    direction, forgotten, start=within(start, len(direction.tokens))
                ),
                key=f"gates-{key}",
                config=PLAIN,
                alt=f"Line chart of input, forget and output gate of {name}, mean of "
                f"{direction.forget.shape[1]} units at each token. {sentence}",
            )
            st.caption(plain(sentence))
    how_to_read(
        "At every token the forget gate says how much of the cell, the memory, is kept (0 % wipes "
        "it), the input gate how much of the new is let in, the output gate how much of the cell "
        f"is shown. A triangle marks where the mean forget gate is more than {CLEARLY} standard "
        "deviations below its mean over this text: there the cell forgets. \\[CLS\\] is read "
        "first going right, \\[SEP\\] first going left.",
        "these are means of many units that do different things; a flat line may hide lively "
        "units, which the maps below show. A shut gate is not a reason for the answer.",
    )
    st.subheader("Single units")
    part = st.selectbox(
        "Gate or state", _PARTS, format_func=lambda name: _PARTS[name], key="gates-part", width=220
    )
    for direction, column in in_rows(directions):
        name, values = _name(direction), getattr(direction, part)
        with column:
            st.markdown(f"**{plain(name)}: {_PARTS[part]}**")
            st.plotly_chart(
                figures.units(direction, part, start=within(start, len(direction.tokens))),
                key=f"units-{direction.model}-{direction.reading}",
                config=PLAIN,
                alt=f"Heat map of the {figures.UNITS} units of the {_PARTS[part]} of {name} that "
                f"vary most over the text, values {values.min():.2f} to {values.max():.2f}.",
            )
    sizes = list(dict.fromkeys(str(direction.forget.shape[1]) for direction in directions))
    how_to_read(
        f"Each row is a unit, one of the {' or '.join(sizes)} numbers that a gate or state is made "
        f"of; the {figures.UNITS} that vary most over this text are shown, the liveliest on top. "
        "For gates bright is open and dark is shut; for cell and hidden state "
        "blue is above zero, grey zero and orange below. Maps of different models have scales of "
        "their own.",
        "units have no fixed meaning. Unit 17 of one model has nothing to do with unit 17 of "
        "another, and a lively unit need not matter to the answer.",
    )


_PARTS = {
    "forget": "forget gate",
    "input": "input gate",
    "output": "output gate",
    "cell": "cell state",
    "hidden": "hidden state",
}
_READINGS = {"forward": "left to right", "backward": "right to left"}


def _name(direction: Gates) -> str:
    """The model and which way it reads here."""
    return f"{title(direction.model)}, {_READINGS[direction.reading]}"


def _forgetting(direction: Gates, forgotten: Sequence[int]) -> str:
    """Where the cell forgets, as a sentence; `forgotten` are those tokens."""
    mean = direction.forget.mean(axis=1)
    if not forgotten:
        return f"Forgets nowhere clearly; the forget gate is {percent(mean[1:-1].mean())} open."
    places = [f"“{direction.tokens[at]}” ({percent(mean[at])} open)" for at in forgotten[:4]]
    more = f", and {len(forgotten) - 4} more" if len(forgotten) > 4 else ""
    return f"Forgets at {listing(places)}{more}; on average {percent(mean[1:-1].mean())} open."
