"""Steps that must wait for one another: a token after the other, or a layer after the other."""

from collections.abc import Sequence

import streamlit as st

from model_zoo.errors import ZooError
from model_zoo.measure.sweep import LENGTHS
from model_zoo.models.files import ModelCard
from model_zoo.models.network import ModelId
from model_zoo.models.registry import title
from ui.frame.captions import how_to_read
from ui.serve import cached
from ui.show.theme import PLAIN
from ui.show.wording import counted, listing, plain
from ui.speed import figures


def steps_section(models: Sequence[str], tokens: int) -> None:
    """Sequential steps against layers, for a sentence of `tokens` and for every length.

    They are the same on every engine. Models whose files do not say how many layers they have are
    named as left out.
    """
    st.header("Steps that wait for one another")
    alone = dict.fromkeys(ModelId(model).on(ModelId.ENGINE) for model in models)
    cards: dict[str, ModelCard] = {
        name: card for name in alone if (card := _card(name)) and card.layers
    }
    if unknown := [plain(title(name)) for name in alone if name not in cards]:
        st.info(
            f"How many layers {listing(unknown)} has is not in its config, so it is left out."
            if len(unknown) == 1
            else f"{listing(unknown)} are left out: how many layers they have is not in their "
            "configs.",
            icon=":material/info:",
        )
    if not cards:
        return
    lines = {
        name: [(length, steps_of(card, length)) for length in LENGTHS]
        for name, card in cards.items()
    }
    counts = " ".join(f"{card.title}: {_in_words(card, tokens)}." for card in cards.values())
    st.plotly_chart(
        figures.steps(lines, mark=tokens),
        key="steps",
        config=PLAIN,
        alt=f"Steps one after the other against text length. {counts}",
    )
    how_to_read(
        "The lower, the more is done at once. "
        f"Your sentence has {tokens} tokens (dotted line). {plain(counts)}",
        "this counts what cannot be done at once, not time. On one thread a step of BERT is far "
        "more work than one of an LSTM, so fewer steps are not faster here; with many cores or a "
        "GPU they can be.",
    )


def _card(model: str) -> ModelCard | None:
    """What is known of the model; None for one of the visitor's own whose files are gone."""
    try:
        return cached.card(model)
    except ZooError:
        if not ModelId(model).is_own:
            raise
        return None


def steps_of(card: ModelCard, tokens: int) -> int:
    """How many of the model's steps must wait for the one before, for a text of `tokens`."""
    return card.layers * (tokens if card.one_by_one else 1)


def _in_words(card: ModelCard, tokens: int) -> str:
    if not card.one_by_one:
        return f"{counted(card.layers, 'layer')}, all {tokens} tokens at once"
    passes = "two passes of " if card.directions == 2 else ""
    return f"{passes}{steps_of(card, tokens)} steps one after the other"
