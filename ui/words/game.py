"""A small game: the visitor guesses a hidden word before the models' guesses are shown."""

from string import punctuation, whitespace

import streamlit as st

from model_zoo.language_models.guess import Blank
from model_zoo.language_models.models import TITLES
from ui.frame.columns import in_rows
from ui.serve import cached
from ui.show.wording import plain
from ui.words import cards
from ui.words.asked import of_each
from ui.words.measured import is_measured
from ui.words.missing import remark

SENTENCES = (  # invented; the hidden word in brackets
    "She put the letter back into the [envelope] and sealed it.",
    "The dog chased its own [tail] around the garden.",
    "He forgot his umbrella, so he came home completely [wet].",
    "After three hours of waiting, the train finally [arrived].",
    "The jury could not agree on a [verdict].",
    "I set my alarm for six, but I still [woke] up late.",
    "The soup was too hot to [eat].",
    "Please close the [door] behind you.",
    "The critics hated the film, but the audience [loved] it.",
    "A good story needs a beginning, a middle and an [end].",
    "The children were so tired that they fell [asleep] in the car.",
    "The river froze because the winter was so [cold].",
    "Without his glasses he could hardly [see] the road.",
    "The plot is thin, but the acting is [superb].",
    "They had to cancel the match because of the [rain].",
    "The actor forgot his [lines] on the opening night.",
)
_NUMBER, _GUESS, _SCORE = "game number", "game guess", "game score"


def game() -> None:
    """A sentence with a gap, the visitor's guess, then the models', and the score so far."""
    number = st.session_state.setdefault(_NUMBER, 0)
    if number == len(SENTENCES):
        _over()
        return
    before, rest = SENTENCES[number].split("[")
    truth, after = rest.split("]")
    st.markdown(f"### {before}\\_\\_\\_\\_\\_\\_{after}")
    guess = st.session_state.get(_GUESS)
    if guess is None:
        with st.form("game", border=False, enter_to_submit=True):
            key = f"game-{number}"
            st.text_input("Which word is hidden?", key=key, max_chars=40, width=320)
            with st.container(horizontal=True):
                st.form_submit_button("Guess", type="primary", on_click=_take, args=(key,))
                st.form_submit_button("Give up", on_click=_give_up)
        st.caption("The models’ guesses are shown after yours.")
        return
    text = before + truth + after
    encoded = cached.encoded(text)
    word = next(i for i, (start, _) in enumerate(encoded.words) if start >= len(before))
    answers = of_each(cached.guesses, text, (word,), doing="is guessing")
    if guess:
        verdict = "right." if guess == truth else f"the word was **{truth}**."
        st.markdown(f"You said **{plain(guess)}**: {verdict}")
    else:
        st.markdown(f"The word was **{truth}**.")
    _count(number, guess == truth, {name: blanks[0] for name, blanks in answers.items()})
    _score()
    last = number == len(SENTENCES) - 1
    st.button(
        "Final score" if last else "Next sentence",
        type="primary",
        icon=":material/arrow_forward:",
        on_click=_next,
    )
    for name, column in in_rows(answers):
        (blank,) = answers[name]
        parts = cards.seen(name, text, encoded.words, (word,), word)
        column.html(cards.card(name, parts, blank.best[:5], blank.rank, remark(name, blank)))


def _over() -> None:
    """The final score, and another game."""
    st.markdown("### That was the last sentence.")
    _score()
    st.caption(
        f"A point is the very word at the first guess. {len(SENTENCES)} sentences say little about "
        f"who is better{'; “How well” says more' if is_measured() else ''}."
    )
    st.button("Play again", type="primary", icon=":material/replay:", on_click=_again)


def _score() -> None:
    score = st.session_state[_SCORE]
    tally = " · ".join(f"{who} {hits}" for who, hits in score.items() if who != "rounds")
    st.markdown(f"**Score** after {score['rounds']} of {len(SENTENCES)}: {tally}")


def _take(key: str) -> None:
    guess = (st.session_state.get(key) or "").strip(punctuation + whitespace).lower()
    if guess:  # Enter in an empty field is a slip
        st.session_state[_GUESS] = guess


def _give_up() -> None:
    st.session_state[_GUESS] = ""


def _next() -> None:
    st.session_state[_NUMBER] = st.session_state.get(_NUMBER, 0) + 1
    st.session_state.pop(_GUESS, None)


def _again() -> None:
    for key in (_NUMBER, _GUESS, _SCORE):
        st.session_state.pop(key, None)


def _count(number: int, hit: bool, blanks: dict[str, Blank]) -> None:
    """Count the round, once."""
    score = st.session_state.setdefault(
        _SCORE, {"rounds": 0, "you": 0, **{TITLES[name]: 0 for name in blanks}}
    )
    if score["rounds"] > number:
        return
    score["rounds"] += 1
    score["you"] += hit
    for name, blank in blanks.items():
        score[TITLES[name]] = score.get(TITLES[name], 0) + (blank.rank == 1)
