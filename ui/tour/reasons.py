"""Step: which words made an answer, of a model that reads one way and one that reads all."""

import streamlit as st

from model_zoo.explain.records import Attribution
from model_zoo.models.registry import title
from ui.frame.examples import EXAMPLES
from ui.serve import cached
from ui.show.attribution import colours, meaning, pole, short_form, toward
from ui.show.coloured import coloured_words
from ui.show.wording import plain
from ui.tour.guess import guess
from ui.tour.live import ask
from ui.tour.questions import Question, pick
from ui.tour.step import Scene, Step

_SHOWN = ("lstm", "bilstm"), ("bert", "distilbert")  # the first of each pair that there is


def _draw(scene: Scene) -> bool:
    place = st.container()
    results: dict[str, Attribution] = {}
    with place:
        for pair in _SHOWN:
            for kind in [kind for kind in pair if kind in scene.models][:1]:
                model = scene.models[kind]
                how = short_form(model)
                if result := ask(cached.attribution, model, scene.text, **how):
                    results[model] = result
    if not results:
        return True
    *before, asked = results
    words, scores = results[asked].words, results[asked].word_scores
    weightiest = pick([abs(score) for score in scores], words)
    question = weightiest and Question(
        f"Which of these words pushes the answer of {title(asked)} the most?",
        *weightiest,
        " ".join(_says(result) for result in results.values()),
    )
    shown = guess(scene, question or None)
    largest = max(abs(score) for result in results.values() for score in result.word_scores)
    with place:
        for name in results if shown or not before else before:
            result = results[name]
            st.html(
                coloured_words(
                    name,
                    title(name),
                    result.words,
                    toward(result, result.word_scores, True, pole(name, scene.of)),
                    largest or 1.0,
                    True,
                    numbers=shown,
                    colours=colours([name], scene.of),
                )
            )
        says = meaning([next(iter(results.values()))], scene.of, numbers=False)
        says = says[0].upper() + says[1:]
        method = cached.methods()[results[asked].method].title
        numbers = " Numbers are logits, the scores behind the probabilities." if shown else ""
        st.caption(f"{plain(says)}; the deeper, the more ({plain(method.lower())}).{numbers}")
    return shown


def _says(result: Attribution) -> str:
    """The word of most weight, in words."""
    weights = [abs(score) for score in result.word_scores]
    word = result.words[weights.index(max(weights))]
    return f"In {title(result.model)}, “{word}” weighs the most for or against its answer."


STEP = Step(
    heading="Which words made the answer?",
    teaches=lambda _: (
        "However a model reads, it can be asked how far each word pushed its answer one way or the "
        "other, which is called **attribution**."
    ),
    example=EXAMPLES["contrast"].text,
    draw=_draw,
    page="pages/attributions.py",
    place="Attributions",
)
