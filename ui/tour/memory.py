"""Step: the gates of an LSTM decide what its memory keeps."""

import streamlit as st

from model_zoo.models.registry import title
from ui.frame.captions import caption
from ui.frame.examples import EXAMPLES
from ui.inside.recurrence_figures import gate_lines
from ui.serve import cached
from ui.show.theme import PLAIN
from ui.show.wording import percent, plain
from ui.tour.guess import guess
from ui.tour.live import ask
from ui.tour.questions import Question, pick
from ui.tour.step import Scene, Step


def _draw(scene: Scene) -> bool:
    name = scene.models["lstm"]
    place = st.container()
    with place:
        directions = ask(cached.gates, name, scene.text)
    if not directions:
        return True
    forward = directions[0]
    kept = forward.forget.mean(axis=1)[1:-1].astype(float)
    words = [token.removeprefix("##") for token in forward.tokens[1:-1]]
    least = int(kept.argmin())
    says = (
        f"At “{words[least]}” its forget gate is {percent(kept[least])} open, and "
        f"{percent(kept.mean())} on average over this sentence: so much of its memory is kept."
    )
    options = pick([-share for share in kept], words)
    question = options and Question(
        f"At which of these words does {title(name)} keep the least of what it remembered?",
        *options,
        f"{says} Each figure is a mean of {forward.forget.shape[1]} numbers, which do different "
        "things.",
    )
    shown = guess(scene, question or None)
    with place:
        figure = gate_lines(forward, [least + 1] if shown else [])
        figure.for_each_trace(lambda line: line.update(visible=shown or line.name == "input gate"))
        figure.update_layout(height=310)
        st.plotly_chart(
            figure,
            key="tour-gates",
            config=PLAIN,
            alt=f"Line chart of how far the gates of {title(name)} are open at each of "
            f"{len(words)} words. {says if shown else 'Only the input gate is shown.'}",
        )
        caption(
            "The **input gate** says how much of the new word is let in"
            + (
                ", the **forget gate** how much of the memory is kept, the **output gate** how "
                f"much of it is shown; the triangle is at “{plain(words[least])}”."
                if shown
                else "; the **forget gate**, how much of the memory is kept, is hidden for now."
            )
            + " \\[CLS\\] and \\[SEP\\] are put before and after the text."
        )
    return shown


STEP = Step(
    heading="LSTM: what it keeps in memory",
    teaches=lambda _: (
        "All that an LSTM knows of the words it has read is a row of numbers, its memory, and at "
        "every word **gates** decide how much of the old is kept and how much of the new is let in."
    ),
    example=EXAMPLES["contrast"].text,
    draw=_draw,
    page="pages/inside.py",
    place="Inside",
    section="Recurrence",
    needs=("lstm",),
)
