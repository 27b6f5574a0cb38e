"""What accuracy costs, in time and in size, and what distillation kept of it."""

from collections.abc import Mapping, Sequence

import streamlit as st

from model_zoo.measure import sweep
from model_zoo.measure.latency import Latency
from model_zoo.measure.sweep import Sweep
from model_zoo.models.engines import engine
from model_zoo.models.files import ModelCard, read_metrics
from model_zoo.models.network import ModelId
from model_zoo.models.registry import title
from model_zoo.models.sets import BUNDLED, ModelSet
from ui.frame.captions import how_to_read
from ui.serve import cached
from ui.show.theme import PLAIN
from ui.show.wording import interval, listing, plain, ratio
from ui.speed import figures

TEACHER, STUDENT = "bert", "distilbert"  # names in a set


def trade_offs_section(of: ModelSet, measured: Sweep | None, chosen: Sequence[str]) -> None:
    """Accuracy against latency and against size, and what distillation kept.

    Of the set's models alone, on the engines that are `chosen`, too, where those answer as torch
    does: others' accuracy, if known, is on other data.
    """
    st.header("What accuracy costs")
    elsewhere = [name for name in map(ModelId, chosen) if _on_another_engine(name, of)]
    exact = [name for name in elsewhere if engine(name.engine).exact]
    cards: dict[str, ModelCard] = {
        name: card
        for name in (*of.models, *exact)
        if (card := cached.card(name)).accuracy is not None
    }
    if not cards:
        st.info(
            "No model of this set has an accuracy on record (in a metrics.json). Measure it on "
            "labelled rows of your own: Your data.",
            icon=":material/info:",
        )
        return
    latencies = {
        name: next((latency for latency in line if latency.batch == 1), line[0])
        for name, line in (sweep.by_batch(measured) if measured else {}).items()
        if name in cards
    }
    if kept := distilled(cards, latencies):
        st.markdown(plain(kept))
    left, right = st.columns(2)
    with left:
        st.subheader("Accuracy against time")
        if latencies:
            _pareto(
                cards,
                {name: latency.median_ms for name, latency in latencies.items()},
                "latency",
                f"time a text of {sweep.BATCH_TOKENS} tokens",
                "ms",
            )
        else:
            st.info(
                "No time was measured yet. Press “Measure on this machine”.", icon=":material/info:"
            )
    with right:
        st.subheader("Accuracy against size")
        files = "weights or export on disk" if exact else "weights on disk"
        sizes = {name: card.size_bytes / 1e6 for name, card in cards.items()}
        _pareto(cards, sizes, "size", files, "MB")
    if inexact := [title(name) for name in elsewhere if name not in exact]:
        has = "has" if len(inexact) == 1 else "have"
        st.info(
            plain(
                f"{listing(inexact)} {has} no accuracy on record: in 8 bits some answers differ. "
                "The page Your data measures what that costs on your own rows."
            ),
            icon=":material/info:",
        )
    rows = {read_metrics(name).get("validation", {}).get("rows") for name in cards} - {None}
    on = " and ".join(f"{count:,}" for count in sorted(rows)) or "the"
    which = "validation sentences of SST-2" if of.name == BUNDLED else "validation rows of the set"
    how_to_read(
        "Up and to the left is better; the dotted line joins the models that no other beats in "
        f"both. Accuracy: share of the {on} {which} answered correctly; the bars are 95 % "
        "intervals (Wilson).",
        "where bars overlap, the order may be chance, and with it who is on the line. "
        + (
            "The models are smaller than the papers’; film reviews are not your data."
            if of.name == BUNDLED
            else "The set’s validation rows are not your data."
        ),
    )


def _on_another_engine(model: ModelId, of: ModelSet) -> bool:
    """Whether it is one of the set's models, computed by another engine than the usual one."""
    return model not in of.models and model.on(ModelId.ENGINE) in of.models


def _pareto(
    cards: Mapping[str, ModelCard], costs: Mapping[str, float], key: str, axis: str, unit: str
) -> None:
    """Accuracy against `costs` in `unit`, as a chart and in words."""
    best = front({name: (cost, cards[name].accuracy or 0.0) for name, cost in costs.items()})
    points = [
        f"{title(name)}: {interval(cards[name].accuracy, cards[name].ci95)} at {cost:,.1f} {unit}."
        for name, cost in costs.items()
    ]
    st.plotly_chart(
        figures.pareto(cards, costs, best, axis=axis, unit=unit),
        key=f"pareto-{key}",
        config=PLAIN,
        alt=f"Accuracy against {axis}. {' '.join(points)}",
    )
    beaten = [title(name) for name in costs if name not in best]
    out = f"{listing(beaten)} {'is' if len(beaten) == 1 else 'are'} beaten in both." * bool(beaten)
    best_titles = listing([title(name) for name in best])
    st.caption(plain(f"Not beaten in both: {best_titles}. {out}"))


def front(points: Mapping[str, tuple[float, float]]) -> list[str]:
    """Names of the points (cost, gain) that no other beats in both, cheapest first.

    >>> front({"lstm": (1, 0.80), "bilstm": (3, 0.79), "bert": (9, 0.90)})
    ['lstm', 'bert']
    """
    best: list[str] = []
    for name in sorted(points, key=lambda name: (points[name][0], -points[name][1])):
        if not best or points[name][1] > points[best[-1]][1]:
            best.append(name)
    return best


def distilled(cards: Mapping[str, ModelCard], latencies: Mapping[str, Latency]) -> str:
    """What the student kept of its teacher's accuracy and what it saves; empty without both."""
    by_name: dict[str, str] = {}
    for model in cards:
        by_name.setdefault(ModelId(model).name, model)  # on the usual engine, which comes first
    if TEACHER not in by_name or STUDENT not in by_name:
        return ""
    teacher, student = cards[by_name[TEACHER]], cards[by_name[STUDENT]]
    if not (teacher.accuracy and student.accuracy and teacher.ci95 and student.ci95):
        return ""
    kept = (
        f"{student.title} keeps {student.accuracy / teacher.accuracy:.1%} of {teacher.title}’s "
        f"accuracy ({student.accuracy:.1%} against {teacher.accuracy:.1%})"
    )
    saved = [f"has {student.parameters / teacher.parameters:.0%} of its parameters"]
    if {by_name[TEACHER], by_name[STUDENT]} <= set(latencies):
        own, its = latencies[by_name[STUDENT]], latencies[by_name[TEACHER]]
        compared = ratio(own.median_ms, its.median_ms, "as fast", "just as fast", "as slow")
        saved.insert(0, f"is {compared} at {own.tokens} tokens")
    overlap = student.ci95[1] >= teacher.ci95[0] and teacher.ci95[1] >= student.ci95[0]
    doubt = " Their 95 % intervals overlap: the difference may be chance." if overlap else ""
    return f"{kept}, {listing(saved)}.{doubt}"
