"""The picture: the sentence coloured by each model's scores, a heat map, top words and a table."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from ui.attributions import figures
from ui.attributions.compute import Explanation
from ui.show.attribution import toward_positive
from ui.show.coloured import coloured_words
from ui.show.theme import PLAIN, TITLES
from ui.show.wording import listing, plain, signed_number

SHOWN = 64  # words in the heat map at once


def picture(explanations: Mapping[str, Explanation], signed: bool) -> None:
    """All four, for every model; scores that are not `signed` say only how much."""
    by_token = st.toggle("Show the tokenizer's pieces instead of words", key="pieces")
    units, scores = {}, {}  # what is coloured, words or tokens, and how much
    for name, explanation in explanations.items():
        attribution = explanation.attribution
        units[name] = list(attribution.tokens[1:-1] if by_token else attribution.words)
        scores[name] = toward_positive(
            attribution, attribution.scores[1:-1] if by_token else attribution.word_scores, signed
        )
    largest = max((abs(score) for row in scores.values() for score in row), default=0) or 1.0
    for name in explanations:
        st.html(coloured_words(name, TITLES[name], units[name], scores[name], largest, signed))
    words = next(iter(units.values()))
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
    top = _top_words(explanations, signed)
    st.plotly_chart(
        figures.aligned_scores(
            {TITLES[name]: row[window] for name, row in scores.items()},
            words[window],
            largest,
            signed=signed,
        ),
        key="aligned",
        config=PLAIN,
        alt=f"Heat map, models by words, scale ±{largest:.2f}. {top}",
    )
    st.markdown(plain(top))
    with st.expander("As a table"):
        table = pd.DataFrame({TITLES[name]: row for name, row in scores.items()})
        table.insert(0, "word", words)
        st.dataframe(table, hide_index=True)


def _top_words(explanations: Mapping[str, Explanation], signed: bool) -> str:
    """Each model's strongest words for and against what is explained, as sentences."""
    sentences = []
    for name, explanation in explanations.items():
        attribution = explanation.attribution
        ranked = sorted(zip(attribution.word_scores, attribution.words, strict=True), reverse=True)
        best = [_with_score(word, score) for score, word in ranked[:3] if score > 0]
        worst = [_with_score(word, score) for score, word in ranked[::-1][:2] if score < 0]
        sentence = f"{TITLES[name]}, for {attribution.target}: "
        sentence += listing(best) if best else "nothing"
        if signed:
            sentence += f"; against it: {listing(worst) if worst else 'nothing'}"
        sentences.append(sentence + ".")
    return " ".join(sentences)


def _with_score(word: str, score: float) -> str:
    return f"“{word}” ({signed_number(score)})"
