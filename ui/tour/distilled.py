"""Step: DistilBERT, a smaller BERT; what it costs on this very sentence."""

from collections.abc import Mapping, Sequence

import streamlit as st

from model_zoo.errors import ZooError
from model_zoo.inference.predict import Prediction
from model_zoo.measure.latency import Latency
from model_zoo.models.network import ModelId
from model_zoo.models.registry import title
from model_zoo.models.sets import BUNDLED
from ui.compare import figures
from ui.compare.gauges import measure
from ui.frame.columns import in_rows
from ui.frame.examples import EXAMPLES
from ui.serve import cached
from ui.show.theme import PLAIN
from ui.show.wording import listing, millions, percent, plain, ratio
from ui.tour.guess import guess
from ui.tour.live import answer
from ui.tour.questions import Question, time_of
from ui.tour.step import Scene, Step

_MEASURED = "latency on the tour"  # of the sentence measured last: what of, and the figures


def _teaches(scene: Scene) -> str:
    teacher, pupil = scene.models["bert"], scene.models["distilbert"]
    layers = f"{cached.card(pupil).layers} layers in place of {cached.card(teacher).layers}"
    if cached.teacher(pupil) != teacher:
        return f"**DistilBERT** is built as BERT is, with {layers}, to be smaller and faster."
    return (
        f"**DistilBERT** is a BERT with {layers} that was trained to answer as "
        f"{plain(title(teacher))} does, which is called **distillation**."
    )


def _draw(scene: Scene) -> bool:
    names = [scene.models["bert"], scene.models["distilbert"]]
    place = st.container()
    with place:
        given = [prediction for name in names if (prediction := answer(name, scene.text))]
        latencies = _latencies(scene.text, names) if len(given) == len(names) else None
    if latencies is None:
        return True
    cards = {name: cached.card(name) for name in names}
    big, small = map(title, names)
    long, short = (latencies[name].median_ms for name in names)
    speed = ratio(short, long, "faster than", "as fast as", "slower than")
    heavy, light = (cards[name].size_bytes for name in names)
    size = ratio(light, heavy, "smaller on disk than", "as large on disk as", "larger on disk than")
    options, right = time_of(short / long)
    question = Question(
        f"{big} took {long:.1f} ms. How much of that did {small} take?",
        options,
        right,
        f"{small} took {short:.1f} ms: it is {speed} {big}, and {size} it. {_both_say(given)}",
    )
    shown = guess(scene, question)
    with place:
        for name, column in in_rows(names):
            with column:
                if not shown and name != names[0]:
                    st.markdown(f"**{plain(title(name))}: ?**")
                    continue
                st.markdown(f"**{plain(title(name))}**")
                st.plotly_chart(
                    figures.gauges(
                        latencies[name],
                        cards[name],
                        None,
                        slowest_ms=1.05 * max(each.p95_ms for each in latencies.values()),
                        most_parameters=max(card.parameters for card in cards.values()),
                        largest_bytes=max(card.size_bytes for card in cards.values()),
                        most_bytes=None,
                        with_memory=False,
                    ),
                    key=f"tour-gauges-{name}",
                    config=PLAIN,
                    alt=f"Gauges of {title(name)}: median {latencies[name].median_ms:.1f} ms, "
                    f"{millions(cards[name].parameters)} parameters, "
                    f"{millions(cards[name].size_bytes, 'MB')} on disk.",
                )
        runs = len(latencies[names[0]].samples_ms)
        st.caption(
            f"The median of {runs} calls with this very sentence on this server, the two taking "
            "turns; 95 of 100 calls take no longer than the line on the dial. Parameters are the "
            "numbers that a model has learnt."
            + " These models have far fewer than the papers’."
            * (scene.of.name == BUNDLED)
        )
    return shown


def _both_say(given: Sequence[Prediction]) -> str:
    """Whether the two answer alike, as a sentence."""
    says = [
        f"{title(each.model)} says “{each.label}” ({percent(each.confidence)})" for each in given
    ]
    return f"{listing(says)}{', too' * (given[0].label == given[-1].label)}."


def _latencies(text: str, names: list[ModelId]) -> Mapping[str, Latency] | None:
    """What was measured of the models on `text`, once; None where it failed, and was said."""
    about = (text, *names, *map(cached.weights, names))
    kept = st.session_state.get(_MEASURED)
    if kept and kept[0] == about:
        return kept[1]
    slot = st.empty()
    try:
        latencies, _ = measure(text, names, 1, slot)
    except ZooError as error:
        slot.error(plain(str(error)), icon=":material/error:")
        return None
    slot.empty()
    st.session_state[_MEASURED] = (about, latencies)
    return latencies


STEP = Step(
    heading="DistilBERT: a smaller BERT",
    teaches=_teaches,
    example=EXAMPLES["negation"].text,
    draw=_draw,
    page="pages/speed.py",
    place="Speed and size",
    needs=("bert", "distilbert"),
)
