"""The parts of the page on the four models that come from their files: blocks, training, cards."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress

import pandas as pd
import streamlit as st

from model_zoo.errors import ZooError
from model_zoo.models.anatomy import anatomy
from model_zoo.models.files import ModelCard, licence, read_card, read_metrics
from model_zoo.models.network import ModelId
from model_zoo.models.registry import spec, title
from model_zoo.models.sets import BUNDLED, ModelSet
from ui.four import curves, diagrams
from ui.four.curves import Metrics
from ui.frame.captions import caption
from ui.frame.columns import in_rows
from ui.serve import cached
from ui.show.model_card import as_html
from ui.show.theme import PLAIN
from ui.show.wording import interval, listing, plain


def anatomy_section(of: ModelSet) -> None:
    """One diagram a model of the set, side by side and on one scale."""
    st.html(diagrams.STYLE)
    st.header("Block by block")
    anatomies = {name: anatomy(name) for name in of.models}
    largest = max(block.parameters for blocks in anatomies.values() for block in blocks)
    for name, column in in_rows(anatomies):
        with column:
            st.html(diagrams.diagram(name, anatomies[name], largest))
    caption(
        "Drawn from each model’s config and the shapes of its weights. The length of a bar is the "
        "number of parameters, on one scale for all" + " four" * (len(anatomies) == 4) + "; its "
        "shades "
        "are the parts of the block, named where the pointer rests. **When not to trust it:** "
        "parameters are not work. Word vectors are most of a small model, and a text looks up only "
        "those of its own words; a layer’s weights are used for every token."
    )


def facts_section(of: ModelSet, beside: Sequence[str] = ()) -> None:
    """A row a model: accuracy and sizes, from the files; also of those that stand `beside` the set.

    Accuracy is of the set's models alone: others' is on other data, if it is known.
    """
    cards = [*(cached.card(name) for name in of.models), *_cards_of(beside)]
    accuracies = [None if ModelId(card.name).is_own else card.accuracy for card in cards]
    st.table(
        pd.DataFrame(
            {
                "model": [plain(card.title) for card in cards],
                "accuracy": [
                    interval(accuracy, card.ci95)
                    for accuracy, card in zip(accuracies, cards, strict=True)
                ],
                "layers": [str(card.layers or "–") for card in cards],
                "parameters": [f"{card.parameters / 1e6:.1f} M" for card in cards],
                "without embeddings and head": [
                    f"{core / 1e6:.2f} M" if (core := _core(card)) else "–" for card in cards
                ],
                "weights on disk": [f"{card.size_bytes / 1e6:.1f} MB" for card in cards],
            }
        ).set_index("model")
    )
    rows = sorted({read_metrics(name).get("validation", {}).get("rows", 0) for name in of.models})
    if not any(accuracies):
        st.caption("No accuracy is on record: no model of this set has one in a metrics.json.")
        return
    which = "validation sentences of SST-2" if of.name == BUNDLED else "validation rows of the set"
    beside_it = " Models that stand beside the set have none on these rows." * bool(beside)
    st.caption(
        f"Accuracy: share of the {rows[-1]:,} {which} answered correctly, with its 95 % interval "
        f"(Wilson). Where intervals overlap, the order may be chance.{beside_it}"
    )


def _cards_of(own: Iterable[str]) -> Iterator[ModelCard]:
    """What is known of models of the visitor's own, but for those whose files are gone."""
    for model in own:
        with suppress(ZooError):
            yield cached.card(model)


def _core(card: ModelCard) -> int:
    """The parameters without embeddings and head; 0 where nothing tells them from the others."""
    return card.core_parameters if spec(card.name).architecture.core else 0


def training_section(of: ModelSet) -> None:
    """How training went, and what went into it, of those of the set that have a record of it."""
    records: dict[str, Metrics] = {name: read_metrics(name) for name in of.models}
    records = {name: metrics for name, metrics in records.items() if curves.is_whole(metrics)}
    if not records:
        st.info(
            "No model has a record of its training: it comes with those that Quartet trains.",
            icon=":material/info:",
        )
        return
    for measure, column in zip(curves.MEASURES, st.columns(2), strict=True):
        what = curves.MEASURES[measure][0]
        with column:
            st.subheader(f"{what} on held-out sentences")
            st.plotly_chart(
                curves.training(records, measure),
                key=f"training-{measure}",
                config=PLAIN,
                alt=f"Line chart of the {what.lower()} on held-out sentences over the epochs. "
                + " ".join(
                    f"{title(name)}: {metrics['history'][curves.chosen(metrics)][measure]:.3f} "
                    "where its weights were kept."
                    for name, metrics in records.items()
                ),
            )
    held_out = next(iter(records.values()))["held_out"]["rows"]
    caption(
        f"Each dot is a look at {held_out:,} whole sentences that no model was trained on; the "
        "star is where the weights kept were taken. Loss (cross-entropy, in nats) is how little "
        "probability the right answers get: lower is better. Where it rises with level accuracy, "
        "the model gets surer of its mistakes. **When not to trust it:** the star was chosen on "
        "these very sentences, so its height flatters; the accuracies under “What they are made "
        f"of” are from others. One run each: of {held_out:,} answers, chance alone moves the "
        "accuracy by a point or two."
    )
    if without := [plain(title(name)) for name in of.models if name not in records]:
        st.caption(f"Without a record of its training: {listing(without)}.")
    st.subheader("Provenance")
    st.table(
        pd.DataFrame([provenance(name, metrics) for name, metrics in records.items()]).set_index(
            "model"
        )
    )


def provenance(name: str, metrics: Metrics) -> dict[str, str]:
    """What went into a model, as its own files have it; a dash where they do not say."""
    recipe, data = metrics["recipe"], metrics.get("data", {})
    also = f", with half of {data['extra']}" if data.get("extra") else ""
    seconds = metrics.get("seconds")
    rows = f": {data['train_rows']:,} rows{also}" if "train_rows" in data else ""
    return {
        "model": plain(title(name)),
        "data": f"{data.get('name', '–')}{rows}",
        "base encoder": metrics.get("base") or "none",
        "recipe": f"{recipe['epochs']} epochs, batches of {recipe.get('batch_size', '–')}, "
        f"learning rate {recipe.get('lr', float('nan')):g}",
        "seed": str(metrics.get("seed", "–")),
        "trained on": metrics.get("hardware", "–")
        + ("" if seconds is None else f", {seconds / 60:.0f} minutes"),
        "licence": licence(name),
    }


def cards_section(of: ModelSet) -> None:
    """The model cards, closed."""
    for name, row in of.models.items():
        if of.name != BUNDLED and not (row.folder / "README.md").is_file():
            st.caption(plain(f"{row.title} has no model card: its folder holds no README.md."))
            continue
        with st.expander(f"Model card of {plain(row.title)}"):
            try:
                st.markdown(as_html(read_card(name)), unsafe_allow_html=True)
            except ZooError as error:
                st.caption(plain(str(error)))
