"""Step: an LSTM reads from left to right, and has an answer after every word."""

from dataclasses import replace

import streamlit as st

from model_zoo.internals.stepwise import Course
from model_zoo.models.registry import title
from ui.compare import figures
from ui.frame.examples import EXAMPLES
from ui.serve import cached
from ui.show.theme import PLAIN
from ui.show.wording import plain, turns
from ui.tour.guess import guess
from ui.tour.live import ask
from ui.tour.questions import Question, goes_on, halfway
from ui.tour.step import Scene, Step


def _draw(scene: Scene) -> bool:
    name = scene.models["lstm"]
    place = st.container()
    with place:
        courses = ask(cached.courses, name, scene.text)
    if not courses:
        return True
    course, cut = courses[0], halfway(courses[0])
    steps = [f"“{word}”" for word in figures.token_texts(scene.encoded, course.spans)]
    question = None
    if cut:
        by_now = course.likeliest[cut - 1]
        question = Question(
            f"After {steps[cut - 1]}, {title(name)} says “{by_now}”. How does it go on?",
            *goes_on(course, cut),
            f"{title(name)} {turns(course, steps)}.",
        )
    shown = guess(scene, question)
    with place:
        if shown:
            _chart(scene, course, question.because if question else f"{title(name)} reads it.")
        else:
            part = replace(
                course, probabilities=course.probabilities[:cut], spans=course.spans[:cut]
            )
            _chart(scene, part, f"It ends after {steps[len(part.spans) - 1]}.")
    return shown


def _chart(scene: Scene, course: Course, says: str) -> None:
    """The course as far as it goes, on an axis of all words."""
    labels = course.labels
    label = labels[1] if len(labels) == 2 else course.likeliest[-1]
    name = title(course.model)
    figure = figures.by_word([course], scene.encoded, {course.model: name}, label)
    count = len(figures.token_spans(scene.encoded))
    figure.update_xaxes(range=[-0.5, max(1, count) - 0.5])
    figure.update_layout(height=300)
    st.plotly_chart(
        figure,
        key="tour-by-word",
        config=PLAIN,
        alt=f"Line chart of the probability of {label} after each of the first "
        f"{len(course.probabilities)} of {count} words that {name} reads. {says}",
    )
    st.caption(
        f"How likely “{plain(label)}” is to {plain(name)} after every word; on the dotted line, "
        "all labels would be equally likely."
    )


STEP = Step(
    heading="LSTM: from left to right",
    teaches=lambda _: (
        "An **LSTM** reads word after word from left to right and never looks ahead, so it has an "
        "answer after every word, as if the text ended there."
    ),
    example=EXAMPLES["contrast"].text,
    draw=_draw,
    page="app.py",
    place="Compare",
    needs=("lstm",),
)
