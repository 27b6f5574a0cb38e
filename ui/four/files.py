"""The parts of the page on the four models that come from their files: blocks, training, cards."""

import re

import pandas as pd
import streamlit as st

from model_zoo.errors import ZooError
from model_zoo.models.anatomy import anatomy
from model_zoo.models.files import licence, read_card, read_metrics
from model_zoo.models.registry import SPECS
from ui.four import curves, diagrams
from ui.four.curves import Metrics
from ui.serve import cached
from ui.show.theme import PLAIN, TITLES
from ui.show.wording import interval, plain


def anatomy_section() -> None:
    """One diagram a model, side by side and on one scale."""
    st.header("What they are made of")
    anatomies = {name: anatomy(name) for name in SPECS}
    largest = max(block.parameters for blocks in anatomies.values() for block in blocks)
    for name, column in zip(anatomies, st.columns(len(anatomies)), strict=True):
        with column:
            st.html(diagrams.diagram(name, anatomies[name], largest))
    st.caption(
        "Drawn from each model’s config and the shapes of its weights. The length of a bar is the "
        "number of parameters, on one scale for all four; its shades "
        "are the parts of the block, named where the pointer rests. **When not to trust it:** "
        "parameters are not work. Word vectors are most of a small model, and a text looks up only "
        "those of its own words; a layer’s weights are used for every token."
    )


def facts_section() -> None:
    """A row a model: accuracy and sizes, from the files."""
    cards = [cached.card(name) for name in SPECS]
    st.table(
        pd.DataFrame(
            {
                "model": [card.title for card in cards],
                "accuracy": [interval(card.accuracy, card.ci95) for card in cards],
                "layers": [card.layers for card in cards],
                "parameters": [f"{card.parameters / 1e6:.1f} M" for card in cards],
                "without embeddings and head": [
                    f"{card.core_parameters / 1e6:.2f} M" for card in cards
                ],
                "weights on disk": [f"{card.size_bytes / 1e6:.1f} MB" for card in cards],
            }
        ).set_index("model")
    )
    rows = sorted({read_metrics(name).get("validation", {}).get("rows", 0) for name in SPECS})
    st.caption(
        f"Accuracy: share of the {rows[-1]} validation sentences of SST-2 answered rightly, with "
        "the 95 % Wilson interval. Where intervals overlap, the order may be chance."
    )


def training_section() -> None:
    """How training went, and what went into it."""
    st.header("How they were trained")
    records = {name: read_metrics(name) for name in SPECS}
    records = {name: metrics for name, metrics in records.items() if metrics.get("history")}
    if not records:
        st.info("No model has a record of its training.", icon=":material/info:")
        return
    for measure, column in zip(curves.MEASURES, st.columns(2), strict=True):
        title = curves.MEASURES[measure][0]
        with column:
            st.subheader(f"{title} on held-out sentences")
            st.plotly_chart(
                curves.training(records, measure),
                key=f"training-{measure}",
                config=PLAIN,
                alt=f"Line chart of the {title.lower()} on held-out sentences over the epochs. "
                + " ".join(
                    f"{TITLES[name]}: {metrics['history'][curves.chosen(metrics)][measure]:.3f} "
                    "where its weights were kept."
                    for name, metrics in records.items()
                ),
            )
    held_out = next(iter(records.values()))["held_out"]["rows"]
    st.caption(
        f"Each dot is a look at {held_out:,} whole sentences that no model was trained on; the "
        "star is where the weights kept were taken. Rising loss with level accuracy means the "
        "model gets surer of its mistakes. **When not to trust it:** the star was chosen on these "
        "very sentences, so its height flatters; the table of accuracies above is from others. One "
        f"run each: of {held_out:,} answers, chance alone moves the accuracy by a point or two."
    )
    st.subheader("Provenance")
    st.table(
        pd.DataFrame([provenance(name, metrics) for name, metrics in records.items()]).set_index(
            "model"
        )
    )


def provenance(name: str, metrics: Metrics) -> dict[str, str]:
    """What went into a model, as its own files have it."""
    recipe, data = metrics["recipe"], metrics["data"]
    also = f", with half of {data['extra']}" if data.get("extra") else ""
    return {
        "model": TITLES[name],
        "data": f"{data['name']}: {data['train_rows']:,} rows{also}",
        "base encoder": metrics.get("base") or "none",
        "recipe": f"{recipe['epochs']} epochs, batches of {recipe['batch_size']}, "
        f"learning rate {recipe['lr']:g}",
        "seed": str(metrics["seed"]),
        "trained on": f"{metrics['hardware']}, {metrics['seconds'] / 60:.0f} minutes",
        "licence": licence(name),
    }


def cards_section() -> None:
    """The model cards, closed."""
    st.header("Model cards")
    for name in SPECS:
        with st.expander(f"Model card of {TITLES[name]}"):
            try:
                # a card is a document of its own: its title goes below the page's
                st.markdown(re.sub(r"^#", "###", read_card(name), flags=re.MULTILINE))
            except ZooError as error:
                st.caption(plain(str(error)))
