"""Step: BERT reads in no direction; every word attends to all others at once."""

import numpy as np
import streamlit as st

from model_zoo.internals.attention import hide_special
from model_zoo.models.registry import title
from ui.frame.examples import EXAMPLES
from ui.inside.attention_figures import arcs
from ui.serve import cached
from ui.show.theme import PLAIN
from ui.show.wording import counted, percent, plain
from ui.tour.guess import guess
from ui.tour.live import ask
from ui.tour.questions import Question, pick, telling_look
from ui.tour.step import Scene, Step


def _draw(scene: Scene) -> bool:
    name = scene.models["bert"]
    place = st.container()
    with place:
        attention = ask(cached.attention, name, scene.text)
    if attention is None:
        return True
    words = [token.removeprefix("##") for token in attention.tokens[1:-1]]
    spelt = [any(map(str.isalnum, word)) for word in words]
    layer = len(attention.weights) // 4 * 2  # in the middle, as Inside begins with
    head, asked = telling_look(attention.weights[layer, :, 1:-1, 1:-1].astype(float), spelt)
    weights = hide_special(attention.weights[layer, head])
    picture = f"{title(name)}, layer {layer + 1}, head {head + 1}"
    places = [at for at, is_word in enumerate(spelt) if is_word or at == weights[asked].argmax()]
    options = pick([float(weights[asked, at]) for at in places], [words[at] for at in places])
    question = options and Question(
        f"From “{words[asked]}”, at which of these words will this head look most?",
        *options,
        f"{_says(weights[asked], words, asked)} This shows where a layer looks, not why the model "
        "answers as it does.",
    )
    shown = guess(scene, question or None)
    origin = asked if shown else next((at for at in places if at != asked), asked)
    with place:
        st.plotly_chart(
            arcs(weights[origin], words, origin, name),
            key="tour-arcs",
            config=PLAIN,
            alt=f"Lines from the word {words[origin]} to all {len(words)} words, by attention, "
            f"{picture}. {_says(weights[origin], words, origin)}",
        )
        depth, heads = attention.weights.shape[:2]
        st.caption(
            f"{plain(picture)}, from “{plain(words[origin])}”. The model has "
            f"{counted(depth, 'layer')} of {counted(heads, 'head')}; each **head** looks at the "
            "words in its own way."
        )
    return shown


def _says(shares: np.ndarray, words: list[str], origin: int) -> str:
    """Where a word looks most, in words."""
    to = int(shares.argmax())
    where = (
        "itself" if to == origin else f"“{words[to]}”, {'before' if to < origin else 'after'} it"
    )
    return f"“{words[origin]}” looks most at {where}, with {percent(float(shares[to]))}."


STEP = Step(
    heading="BERT: all words at once",
    teaches=lambda _: (
        "**BERT** reads in no direction: in each of its layers every word looks at all words at "
        "once and draws on some more than on others, which is called **attention**."
    ),
    example=EXAMPLES["long range"].text,
    draw=_draw,
    page="pages/inside.py",
    place="Inside",
    section="Attention",
    needs=("bert",),
)
