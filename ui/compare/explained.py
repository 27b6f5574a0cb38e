"""Below the gauges on Compare: each model's words coloured, and a small map of what sees what."""

from collections.abc import Mapping
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from model_zoo.errors import ZooError
from model_zoo.explain.records import Attribution
from model_zoo.models.network import Capability
from model_zoo.models.registry import spec
from ui.compare import figures
from ui.frame import state
from ui.frame.captions import cannot
from ui.frame.open_in import look_inside
from ui.serve import cached
from ui.serve.my_turn import my_turn
from ui.show.attribution import (
    SHORT_FORM_TOKENS,
    colours,
    meaning,
    pole,
    short_form,
    toward,
)
from ui.show.coloured import coloured_words
from ui.show.theme import PLAIN
from ui.show.titles import named_apart
from ui.show.wording import plain

SHOWN = 64  # words in a strip, tokens in a map


def explained(
    text: str,
    strips: Mapping[str, DeltaGenerator],
    legend: DeltaGenerator,
    below: Mapping[str, DeltaGenerator],
) -> None:
    """Draw each model's words into its strip, and a map and what it was computed by `below`.

    What the colours mean is said once, in `legend`. Each method has a scale of colours: one for
    all would leave gradients pale, for leaving words out moves an answer much further.
    """
    of = state.current_set()
    if len(cached.encoded(text, of.name).tokens) > SHORT_FORM_TOKENS:
        for slot in (*strips.values(), *below.values()):
            slot.empty()
        with legend.container(horizontal=True, vertical_alignment="center"):
            st.caption(
                f"More than {SHORT_FORM_TOKENS} tokens take long to explain. Ask for it here:"
            )
            st.page_link("pages/attributions.py", label="Attributions", icon=":material/rule:")
            st.page_link("pages/inside.py", label="Inside", icon=":material/grid_on:")
        return
    attributions: dict[str, Attribution] = {}
    for name, slot in strips.items():
        begin = partial(my_turn, slot, "Looking for the words that made the answer…")
        try:
            attributions[name] = cached.attribution(name, text, begin, **short_form(name))
        except ZooError as error:
            slot.caption(plain(str(error)))
            below[name].empty()  # it was kept for a map
    largest: dict[str, float] = {}  # by method
    for result in attributions.values():
        most = max(map(abs, result.word_scores), default=0.0)
        largest[result.method] = max(largest.get(result.method, 0.0), most)
    for name, attribution in attributions.items():
        shown = toward(attribution, attribution.word_scores, True, pole(name, of))
        strips[name].html(
            coloured_words(
                name,
                "Which words",
                attribution.words[:SHOWN],
                shown[:SHOWN],
                largest[attribution.method] or 1.0,
                True,
                numbers=False,
                heading=False,
                colours=colours([name], of),
            )
        )
    if attributions:
        says = meaning(attributions.values(), of, named_apart(attributions), numbers=False)
        legend.caption(f"Which words made the answer: {plain(says)}.")
    else:
        legend.empty()
    for name, attribution in attributions.items():
        with below[name].container():
            st.caption(
                f"{_method(attribution)}.",
                help="The gap is by how much the words’ scores miss what they should add up to."
                if cached.methods()[attribution.method].complete
                else None,
            )
            st.page_link(
                "pages/attributions.py", label="How far to trust it", icon=":material/rule:"
            )
            _map(name, text)
            look_inside(name)


def _method(attribution: Attribution) -> str:
    """What the scores were computed by, with what there is to say of it in a line."""
    about = cached.methods()[attribution.method]
    if about.complete:
        return f"{about.title}, gap {attribution.gap_relative or 0:.1%}"
    return f"{about.title} (each token left out in turn; there are no gradients on this engine)"


def _map(name: str, text: str) -> None:
    """Attention rollout where there is attention, or else what each position can see."""
    begin = partial(my_turn, st.empty())
    row = spec(name)
    capabilities = row.capabilities
    try:
        if Capability.ATTENTION in capabilities:
            words, shares = cached.rolled_out(name, text, begin)
            across = "draws on"
            caption = (
                "Rows: positions. Columns: the words they draw on, by attention followed through "
                "all layers."
            )
        elif Capability.LAYERS in capabilities:
            influence = cached.influence(name, text, 0, begin)
            words, shares, across = influence.tokens, influence.change, "changes with"
            caption = "Rows: positions. Columns: the words they change with."
        else:
            st.caption(cannot([name], Capability.LAYERS)[0])
            return
    except ZooError as error:  # its tokenizer or its network may lack what its kind has
        st.caption(plain(str(error)))
        return
    words, shares = words[:SHOWN], shares[:SHOWN, :SHOWN]
    filled = (shares > 1e-6).mean()
    st.plotly_chart(
        figures.small_square(shares, words, name, across),
        key=f"map-{name}",
        config=PLAIN,
        alt=f"Heat map of {row.title}, {len(words)} by {len(words)} tokens. {caption} "
        f"{filled:.0%} of the square is filled.",
    )
    st.caption(caption)
