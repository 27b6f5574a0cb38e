"""Places for what follows the answers, as high as it will be: nothing jumps when it is there."""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ui.compare.figures import GAUGES_PX
from ui.frame.columns import in_rows

STRIP_PX = 40  # a line of words
LEGEND_PX = 22
FACTS_PX = 106
BELOW_PX = 381  # two links, a map, captions


@dataclass(frozen=True, slots=True)
class Places:
    """By model, from top to bottom: gauges and words; facts, and all that lies `below` them.

    `legend` lies between the two halves and is of all models; so is `measuring`, at the end.
    """

    dials: Mapping[str, DeltaGenerator]
    strips: Mapping[str, DeltaGenerator]
    legend: DeltaGenerator
    facts: Mapping[str, DeltaGenerator]
    below: Mapping[str, DeltaGenerator]
    measuring: DeltaGenerator


def reserve(columns: Mapping[str, DeltaGenerator]) -> Places:
    """Places in the `columns` that hold the answers, and in others below these."""
    dials = {name: _kept(column, GAUGES_PX) for name, column in columns.items()}
    strips = {name: _kept(column, STRIP_PX) for name, column in columns.items()}
    legend = _kept(st.container(), LEGEND_PX)
    lower = dict(in_rows(columns))
    facts = {name: _kept(column, FACTS_PX) for name, column in lower.items()}
    below = {name: _kept(column, BELOW_PX) for name, column in lower.items()}
    measuring = st.container(key="measurements").empty()  # as high as style.py says
    measuring.html("<span></span>")  # a container that holds nothing is not drawn
    return Places(dials, strips, legend, facts, below, measuring)


def _kept(column: DeltaGenerator, height: int) -> DeltaGenerator:
    """A place of this height in pixels, until something is drawn into it."""
    place = column.empty()
    place.html(f'<div class="q-reserve" style="--high:{height}px"></div>')
    return place
