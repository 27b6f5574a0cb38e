"""The parts of the Attributions page: which words made each answer, and how far to trust that."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from model_zoo.errors import ZooError
from model_zoo.explain.flip import Flip
from model_zoo.explain.records import Attribution, Trust
from model_zoo.labels import LABELS
from ui.attributions import figures
from ui.frame import state
from ui.serve import cached
from ui.serve.results import Advance
from ui.serve.turns import my_turn
from ui.show.attribution import toward_positive
from ui.show.coloured import coloured_words
from ui.show.difference import edited
from ui.show.theme import PLAIN, TITLES
from ui.show.wording import listing, percent, plain, signed_number, trusted

TARGETS = {
    "predicted": "what each model says",
    "negative": "negative",
    "positive": "positive",
    "difference": "positive against negative",
}
BASELINES = {"pad": "[PAD], nothing", "mask": "[MASK]", "zero": "zero vector"}
SHOWN = 64  # words in the heat map at once


def controls() -> dict[str, Any]:
    """What to compute, as chosen: the arguments of `model_zoo.explain.attribute.attribute`."""
    methods = cached.methods()
    with st.container(horizontal=True, vertical_alignment="bottom", key="how"):
        method = st.selectbox(
            "Method",
            list(methods),
            format_func=lambda name: methods[name].title,
            key="method",
            persist_state="session",
            width=260,
        )
        target = st.selectbox(
            "Explain the evidence for",
            list(TARGETS),
            format_func=lambda name: TARGETS[name],
            key="target",
            persist_state="session",
            width=260,
        )
        baseline = st.selectbox(
            "Compared with",
            list(BASELINES),
            format_func=lambda name: BASELINES[name],
            key="baseline",
            persist_state="session",
            width=180,
            help="What stands in a word's place when it counts as absent. Results depend on it: "
            "try another before you believe one.",
        )
    st.caption(plain(methods[method].description))
    return {"method": method, "target": target, "baseline": baseline}


def compute(text: str, how: Mapping[str, Any]) -> dict[str, tuple[Attribution, Trust]]:
    """Attribution and trust of every chosen model, with progress; a click on Stop ends it early.

    Models that fail say why and are left out.
    """
    found: dict[str, tuple[Attribution, Trust]] = {}
    names = state.view().models
    place = st.empty()
    asked = (text, *how.values())
    progress = _Progress(place, asked, len(names))
    for name in names:
        if st.session_state.get("stopped") == asked:
            break
        try:
            begin = partial(progress.begin, name)
            one = cached.attribution(name, text, begin, **how)
            found[name] = (one, cached.trust(name, text, begin, **how))
        except ZooError as error:
            st.error(f"**{TITLES[name]}**: {plain(str(error))}", icon=":material/error:")
        progress.done += 1
    place.empty()
    if st.session_state.get("stopped") == asked:
        left = [TITLES[name] for name in names if name not in found]
        with st.container(horizontal=True, vertical_alignment="center"):
            st.info(f"Stopped before {listing(left)}." if left else "Stopped.")
            st.button("Go on", on_click=st.session_state.pop, args=("stopped",))
    return found


def spreads(text: str, how: Mapping[str, Any], names: Iterable[str]) -> dict[str, float | None]:
    """How far a random method's scores vary with the seed, for each model."""
    found, place = {}, st.empty()
    for name in names:
        found[name] = cached.spread(name, text, partial(my_turn, place), **how)
    return found


class _Progress:
    """A line of progress with a Stop button, drawn once there is something to wait for."""

    def __init__(self, place: DeltaGenerator, asked: tuple, models: int):
        self.place, self.asked, self.models = place, asked, models
        self.done = 0
        self.bar: DeltaGenerator | None = None

    @contextmanager
    def begin(self, name: str) -> Iterator[Advance]:
        """To be entered for work on `name`, in a turn for it; gives what is told of rows read."""
        if self.bar is None:
            with self.place.container(horizontal=True, vertical_alignment="center"):
                st.button("Stop", icon=":material/stop:", on_click=_stop, args=(self.asked,))
                self.bar = st.empty()
        bar, read = self.bar, 0
        with my_turn(bar) as go_on:

            def advance(rows: int) -> None:
                nonlocal read
                read += rows
                go_on()
                said = f"Explaining {TITLES[name]}: {read:,} readings of the text"
                bar.progress(self.done / self.models, said)

            advance(0)
            yield advance


def _stop(asked: tuple) -> None:
    st.session_state["stopped"] = asked


def picture(found: Mapping[str, tuple[Attribution, Trust]], signed: bool) -> None:
    """The sentence coloured by each model's scores, the heat map, top words and a table."""
    by_token = st.toggle("Show the tokenizer's pieces instead of words", key="pieces")
    names, scores = {}, {}
    for name, (one, _) in found.items():
        names[name] = list(one.tokens[1:-1] if by_token else one.words)
        scores[name] = toward_positive(
            one, one.scores[1:-1] if by_token else one.word_scores, signed
        )
    largest = max((abs(s) for row in scores.values() for s in row), default=0) or 1.0
    for name in found:
        st.html(coloured_words(name, TITLES[name], names[name], scores[name], largest, signed))
    one = next(iter(found.values()))[0]
    words = names[one.model]
    st.caption(
        (
            "Teal with + pushes toward positive, purple with − toward negative; "
            if signed
            else "The deeper the grey, the more the answer depends on the word, either way; "
        )
        + "numbers are logits, and one scale holds for all models: the deepest colour is "
        f"{largest:.2f}."
    )
    start = 0
    if len(words) > SHOWN:
        start = st.slider("First word shown in the heat map", 0, len(words) - SHOWN, 0, SHOWN // 2)
        st.caption(f"{SHOWN} of {len(words)} are shown.")
    window = slice(start, start + SHOWN)
    st.plotly_chart(
        figures.aligned_scores(
            {TITLES[name]: row[window] for name, row in scores.items()},
            words[window],
            largest,
            signed=signed,
        ),
        key="aligned",
        config=PLAIN,
        alt=f"Heat map, models by words, scale ±{largest:.2f}. {_top(found, signed)}",
    )
    st.markdown(plain(_top(found, signed)))
    with st.expander("As a table"):
        table = pd.DataFrame({TITLES[name]: row for name, row in scores.items()})
        table.insert(0, "word", words)
        st.dataframe(table, hide_index=True)


def _top(found: Mapping[str, tuple[Attribution, Trust]], signed: bool) -> str:
    """Each model's strongest words for and against what is explained, as sentences."""
    said = []
    for name, (one, _) in found.items():
        ranked = sorted(zip(one.word_scores, one.words, strict=True), reverse=True)
        best = [f"“{word}” ({signed_number(score)})" for score, word in ranked[:3] if score > 0]
        worst = [
            f"“{word}” ({signed_number(score)})" for score, word in ranked[::-1][:2] if score < 0
        ]
        text = f"{TITLES[name]}, for {one.target}: {listing(best) if best else 'nothing'}"
        if signed:
            text += f"; against it: {listing(worst) if worst else 'nothing'}"
        said.append(text + ".")
    return " ".join(said)


def trust_panel(found: Mapping[str, tuple[Attribution, Trust]], spreads: Mapping) -> None:
    """How far to trust each model's picture: a sentence each, and the figures with their method."""
    st.header("How far to trust it")
    rows = {}
    for name, (one, measured) in found.items():
        st.markdown(f"**{TITLES[name]}**: {trusted(one, measured)}")
        rows[TITLES[name]] = {
            "completeness gap": "–" if one.gap_relative is None else f"{one.gap_relative:.2%}",
            "steps or samples": "–" if one.steps is None else str(one.steps),
            "seconds": f"{one.seconds:.2f}",
            "comprehensiveness": signed_number(measured.comprehensiveness),
            "… of random rankings": signed_number(measured.random_comprehensiveness),
            "sufficiency": signed_number(measured.sufficiency),
            "… of random rankings ": signed_number(measured.random_sufficiency),
            "infidelity": "–" if measured.infidelity is None else f"{measured.infidelity:.2f}",
            "spread over seeds": "–" if spreads.get(name) is None else f"{spreads[name]:.1%}",
        }
    st.table(pd.DataFrame(rows))
    st.caption(
        "Completeness gap: by how much the scores fail to add up to what the sentence changes, as "
        "a share of that. Comprehensiveness: mean fall of the explained class's probability when "
        "the 1, 5, 10, 20 and 50 % highest words are taken out (higher is better); sufficiency: "
        "when only they are left (lower is better); both beside five random rankings (DeYoung et "
        "al. 2020). Infidelity: squared error of the scores as a forecast of what random omissions "
        "do, as a share of the whole effect squared (0 is perfect, 1 as bad as forecasting "
        "nothing). Spread: standard deviation over three seeds, as a share of the largest score. "
        "Seconds are of the computation, which is kept and not repeated for the same text."
    )


def agreement_table(found: Mapping[str, tuple[Attribution, Trust]], signed: bool) -> None:
    """Spearman's rank correlation of the words' scores between each pair of models."""
    if len(found) < 2:
        return
    st.header("Do the models agree?")
    scores = {
        TITLES[name]: toward_positive(one, one.word_scores, signed)
        for name, (one, _) in found.items()
    }
    st.table(_correlations(scores))
    st.caption(
        "Rank correlation (Spearman) of the words' scores, toward positive: 1 is the same order, 0 "
        "no relation, −1 the reverse. Models may answer alike for different reasons."
    )


def methods_table(text: str, how: Mapping[str, Any]) -> None:
    """On demand: the same for one model between the methods that are quick."""
    methods = cached.methods()
    with st.expander("Do the methods agree?"):
        name = st.selectbox("Model", state.view().models, format_func=lambda n: TITLES[n])
        if not st.toggle("Compute all methods for this model", key="all-methods"):
            st.caption("Sampling methods take some seconds, more for long texts.")
            return
        scores, begin = {}, partial(my_turn, st.empty())
        for method, about in methods.items():
            try:
                one = cached.attribution(name, text, begin, **{**how, "method": method})
            except ZooError as error:
                st.caption(plain(str(error)))
                continue
            magnitude = [abs(score) for score in one.word_scores]
            scores[about.title] = magnitude
        st.table(_correlations(scores))
        st.caption(
            "Rank correlation of the scores' sizes, signs left out, since saliency has none. Where "
            "methods disagree, look at the trust figures of each before believing one."
        )


def _correlations(scores: Mapping[str, Sequence[float]]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            a: {b: _shown(cached.rank_agreement(scores[a], scores[b])) for b in scores}
            for a in scores
        }
    )


def _shown(correlation: float | None) -> str:
    return "–" if correlation is None else signed_number(correlation)


def flips(text: str, found: Mapping[str, tuple[Attribution, Trust]]) -> None:
    """On demand: the smallest edits that turn each model's answer, verified by asking it."""
    st.header("Flip it")
    st.caption(
        "The fewest words to take out, and a single word to exchange for one that is used alike, "
        "so that the model's answer turns. Every edit shown was read by the model. An exchange is "
        "looked for among the six words nearest in the model's own embeddings."
    )
    if not st.toggle("Find the smallest edits", key="flip"):
        return
    place = st.empty()
    for at, (name, (one, _)) in enumerate(found.items()):
        place.progress(at / len(found), f"Looking for edits that turn {TITLES[name]}…")
        begin = partial(my_turn, place, f"Looking for edits that turn {TITLES[name]}…")
        removal, exchange = cached.flips(name, text, one.word_scores, begin)
        st.html(
            f"<p><b>{TITLES[name]}</b></p>"
            f"<p>{_flip(removal, one, 'No set of words was found that turns it by removal.')}</p>"
            f"<p>{_flip(exchange, one, 'No single exchange was found that turns it.')}</p>"
        )
    place.empty()


def _flip(flip: Flip | None, one: Attribution, nothing: str) -> str:
    if flip is None:
        return nothing
    sure = "" if flip.smallest else " (there may be a smaller one)"
    label = LABELS[flip.positive > 0.5]
    share = percent(max(flip.positive, 1 - flip.positive))
    return f"{edited(one.text, flip.text)} → <b>{label}</b>, {share}{sure}"
