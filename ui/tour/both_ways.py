"""Step: a BiLSTM reads both ways, and sees at each place what an LSTM cannot."""

import streamlit as st

from model_zoo.internals.context import Influence
from model_zoo.models.registry import title
from ui.frame.columns import in_rows
from ui.frame.examples import EXAMPLES
from ui.inside.context_figures import context
from ui.serve import cached
from ui.show.theme import PLAIN
from ui.show.wording import plain
from ui.tour.guess import guess
from ui.tour.live import ask
from ui.tour.questions import Question, sides_seen
from ui.tour.step import Scene, Step


def _draw(scene: Scene) -> bool:
    name = scene.models["bilstm"]
    place = st.container()
    squares: dict[str, Influence] = {}
    with place:
        for model in [scene.models[kind] for kind in ("lstm", "bilstm") if kind in scene.models]:
            if influence := ask(cached.influence, model, scene.text, 0):
                squares[model] = influence
    if name not in squares:
        return True
    options = sides_seen(squares[name].change)
    question = options and Question(
        f"Which half of its square will {title(name)} fill?",
        *options,
        " ".join(_says(influence) for influence in squares.values()),
    )
    shown = guess(scene, question or None)
    most = max(float(influence.change.max()) for influence in squares.values())
    with place:
        for asked, column in in_rows(squares):
            with column:
                if not shown and asked == name:
                    st.markdown(f"**{plain(title(asked))}: ?**")
                    continue
                st.markdown(f"**{plain(title(asked))}**")
                st.plotly_chart(
                    context(squares[asked], most=most),
                    key=f"tour-square-{asked}",
                    config=PLAIN,
                    alt=f"Heat map of which of {len(squares[asked].tokens)} words each place in "
                    f"{title(asked)} depends on. {_says(squares[asked])}",
                )
    return shown


def _says(influence: Influence) -> str:
    """Which sides each place of the sentence can see, in words."""
    seen = sides_seen(influence.change)
    name = title(influence.model)
    if seen is None:
        return f"{name} reads a single word."
    options, answer = seen
    return f"{name} {_SIGHTS[options.index(answer)]}."


_SIGHTS = (
    "knows at each place only the words before it: the upper half is exactly blank",
    "knows at each place only the words after it: the lower half is exactly blank",
    "knows at each place words on both sides",
)

STEP = Step(
    heading="BiLSTM: both ways",
    teaches=lambda _: (
        "A **BiLSTM** is two LSTMs, one reading from the left and one from the right, so that at "
        "every place it knows what stands before and what comes after."
    ),
    reads=(
        "In the square, each column is a word that was hidden (“masked”) and each row a place in "
        "the sentence: coloured where that changed what the model holds there, blank where it "
        "cannot see the word."
    ),
    example=EXAMPLES["negation"].text,
    draw=_draw,
    page="pages/inside.py",
    place="Inside",
    section="What can each position see?",
    needs=("bilstm",),
)
