"""The picture: the sentence coloured by each model's scores, a heat map, top words and a table."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from model_zoo.text.tokens import Encoded
from ui.attributions import figures
from ui.attributions.compute import Explanation
from ui.attributions.words import on_words
from ui.frame import state
from ui.show.attribution import colours, meaning, pole, toward
from ui.show.coloured import coloured_words
from ui.show.theme import PLAIN
from ui.show.titles import named_apart
from ui.show.wording import listing, plain, signed_number

SHOWN = 64  # words in the heat map at once


def picture(explanations: Mapping[str, Explanation], signed: bool, reference: Encoded) -> None:
    """All four, for every model; scores that are not `signed` say only how much.

    Heat map and table have the words of `reference`, the same text as the set's models read it.
    """
    by_token = st.toggle("Show the tokenizer’s pieces instead of words", key="pieces")
    of, titles = state.current_set(), named_apart(explanations, "word")
    units: dict[str, list[str]] = {}  # what is coloured, words or tokens
    scores: dict[str, list[float]] = {}  # and how much
    rows: dict[str, list[float]] = {}  # of the heat map
    for name, explanation in explanations.items():
        attribution, way = explanation.attribution, pole(name, of)
        pairs = list(zip(attribution.words, attribution.word_scores, strict=True))
        if by_token:
            pairs = list(attribution.pieces)
        units[name] = [unit for unit, _ in pairs]
        scores[name] = toward(attribution, [score for _, score in pairs], signed, way)
        rows[titles[name]] = (
            scores[name] if by_token else on_words(attribution, reference, signed, way)
        )
    everything = [score for row in (*scores.values(), *rows.values()) for score in row]
    largest = max(map(abs, everything), default=0) or 1.0
    pair = colours(explanations, of)
    for name in explanations:
        own = pair if pole(name, of) is None else colours([name], of)
        strip = (titles[name], units[name], scores[name], largest, signed)
        st.html(coloured_words(name, *strip, colours=own))
    attributions = [explanation.attribution for explanation in explanations.values()]
    says = meaning(attributions, of, titles)
    if not signed:
        says = "The deeper the grey, the more the answer depends on the word, either way"
    st.caption(
        plain(says) + "; numbers are logits, the scores that become probabilities. One scale holds "
        f"for all models: the deepest colour is {largest:.2f}."
    )
    top = _top_words(explanations, signed, titles)
    first, *others = units.values()
    if by_token and any(other != first for other in others):
        st.caption(
            "The models cut the text into different pieces, so these have no heat map in common; "
            "the words have one."
        )
        st.markdown(plain(top))
        return
    words = first if by_token else list(reference.word_texts)
    _heat_map(rows, words, largest, signed, pair, top)
    elsewhere = [titles[name] for name, own in units.items() if own != words]
    if elsewhere:
        st.caption(
            plain(
                f"{listing(elsewhere)} cut{'s' * (len(elsewhere) == 1)} the text into other words; "
                "in heat map and table the scores are added up on the words they lie in."
            )
        )
    st.markdown(plain(top))
    with st.expander("As a table"):
        table = pd.DataFrame(rows)
        table.insert(0, "word", words)
        st.dataframe(table, hide_index=True)


def _heat_map(
    rows: Mapping[str, Sequence[float]],
    words: Sequence[str],
    largest: float,
    signed: bool,
    pair: tuple[str, str],
    top: str,
) -> None:
    """The heat map of `rows`, title -> a score a word; of long texts a window that can be moved."""
    start = 0
    if len(words) > SHOWN:
        start = st.slider("First word shown in the heat map", 0, len(words) - SHOWN, 0, SHOWN // 2)
        st.caption(f"{SHOWN} of {len(words)} are shown.")
    window = slice(start, start + SHOWN)
    st.plotly_chart(
        figures.aligned_scores(
            {title: row[window] for title, row in rows.items()},
            words[window],
            largest,
            signed=signed,
            colours=pair,
        ),
        key="aligned",
        config=PLAIN,
        alt=f"Heat map, models by words, scale ±{largest:.2f}. {top}",
    )


def _top_words(
    explanations: Mapping[str, Explanation], signed: bool, titles: Mapping[str, str]
) -> str:
    """Each model's strongest words for and against what is explained, as sentences."""
    sentences = []
    for name, explanation in explanations.items():
        attribution = explanation.attribution
        ranked = sorted(zip(attribution.word_scores, attribution.words, strict=True), reverse=True)
        best = [_with_score(word, score) for score, word in ranked[:3] if score > 0]
        worst = [_with_score(word, score) for score, word in ranked[::-1][:2] if score < 0]
        sentence = f"{titles[name]}, for {attribution.evidence}: "
        sentence += listing(best) if best else "nothing"
        if signed:
            sentence += f"; against it: {listing(worst) if worst else 'nothing'}"
        sentences.append(sentence + ".")
    return " ".join(sentences)


def _with_score(word: str, score: float) -> str:
    return f"“{word}” ({signed_number(score)})"
