"""A question about a passage: where each reader sees the answer, and which words made it so."""

from collections.abc import Mapping

import streamlit as st

from model_zoo.question_answering import folders
from model_zoo.question_answering.records import Answers, SpanAttribution
from ui.frame import pictures, state
from ui.frame.captions import how_to_read
from ui.frame.columns import in_rows
from ui.frame.permalink import MAX_LINK_CHARACTERS
from ui.serve import cached
from ui.show.coloured import coloured_words
from ui.show.wording import plain
from ui.words import spans
from ui.words.asked import of_each
from ui.words.passages import SAMPLES

MOST_CHARACTERS = 10_000  # of a passage: some ten windows for each of the readers
_PASSAGE, _QUESTION, _ASKED = "passage", "question", "question asked"
_TYPED, _OWN = "passage typed last", "passage of the visitor's own"
_WRITTEN = "question as written last"
_FIRST = next(iter(SAMPLES.values()))


def question() -> None:
    """Passage and question, each reader's answer in it, and attributions where they are wanted."""
    passage, asked = _asked()
    _samples()
    # outside of the form: what is typed is kept before it is asked about
    st.text_area(
        "Passage", key=_PASSAGE, max_chars=MOST_CHARACTERS, height=130, on_change=_keep_own
    )
    with st.form("question-form", border=False, enter_to_submit=True):
        left, right = st.columns([6, 1], vertical_alignment="bottom")
        left.text_input("Question", key=_QUESTION, max_chars=300, autocomplete="off")
        right.form_submit_button("Ask", type="primary", width="stretch", on_click=_ask)
    if not passage.strip() or not asked.strip():
        st.info(
            "Type a passage and a question about it, or choose a sample.", icon=":material/edit:"
        )
        return
    pictures.are_of(asked)
    titles = {name: folders.title(name) for name in folders.available()}
    answers = of_each(cached.answers, passage, asked, doing="is reading", models=titles)
    for name, column in in_rows(answers):
        column.html(spans.card(name, answers[name]))
    if not answers:
        return
    how_to_read(
        "Each reader, a model trained for this, points at the words of the passage that it takes "
        "for the answer; it writes none of its own. Percentages are shares among all runs of words "
        "of up to thirty tokens and “no answer”. Translating or writing an answer freely is what "
        "encoder-decoder models do.",
        "words are marked even where the passage says nothing of what was asked. “No answer "
        "likely” warns of that, but LSTM and BiLSTM can hardly tell, and BERT can be sure and "
        "wrong (“How well” has figures). Readers trained by Quartet learnt from questions about "
        "encyclopedia articles.",
    )
    _explained(passage, asked, {name: titles[name] for name in answers}, answers)


def leave_address() -> None:
    """Take passage and question out of the address; the session keeps them."""
    for name in (_PASSAGE, _QUESTION):
        st.query_params.pop(name, None)


def _asked() -> tuple[str, str]:
    """The passage and the question that were asked last: from this session, the address, a sample.

    They are put into the address where they are short enough.
    """
    kept = st.session_state.get(_ASKED)
    address = st.query_params.get(_PASSAGE), st.query_params.get(_QUESTION)
    written = st.session_state.get(_WRITTEN)
    opened = state.opened() and None not in address and address != written
    if kept is None or opened:
        passage, asked = address
        kept = (
            (_FIRST.passage if passage is None else passage)[:MOST_CHARACTERS],
            (_FIRST.questions[0] if asked is None else asked)[:300],
        )
        st.session_state[_ASKED] = kept
        st.session_state[_PASSAGE], st.session_state[_QUESTION] = kept
    passage, asked = kept
    st.session_state.setdefault(_PASSAGE, st.session_state.get(_TYPED, passage))
    st.session_state.setdefault(_QUESTION, asked)
    if len(passage) + len(asked) <= MAX_LINK_CHARACTERS:
        st.query_params.update({_PASSAGE: passage, _QUESTION: asked})
        st.session_state[_WRITTEN] = passage, asked
    else:
        leave_address()
    return passage, asked


def _samples() -> None:
    """Buttons for the samples, and for what may be asked about the one that is shown."""
    passage, asked = st.session_state[_ASKED]
    own = st.session_state.get(_OWN)
    with st.container(horizontal=True, key="samples"):
        for name, sample in SAMPLES.items():
            st.button(name, on_click=_take, args=(sample.passage, sample.questions[0]))
        if own and own != st.session_state[_PASSAGE]:
            st.button("Your own", on_click=_take, args=(own, asked))
    shown = next((sample for sample in SAMPLES.values() if sample.passage == passage), None)
    if shown:
        with st.container(horizontal=True, key="sample-questions"):
            for asked in shown.questions:
                st.button(asked, type="tertiary", on_click=_take, args=(passage, asked))


def _keep_own() -> None:
    """What was typed stays to be had after a sample, or another part of the page, was looked at."""
    typed = st.session_state[_TYPED] = st.session_state[_PASSAGE] or ""
    if typed.strip() and typed not in (sample.passage for sample in SAMPLES.values()):
        st.session_state[_OWN] = typed


def _ask() -> None:
    _take(st.session_state[_PASSAGE] or "", st.session_state[_QUESTION] or "")


def _take(passage: str, asked: str) -> None:
    st.session_state[_ASKED] = passage, asked
    st.session_state[_PASSAGE], st.session_state[_QUESTION] = passage, asked
    st.session_state[_TYPED] = passage


def _explained(
    passage: str, asked: str, titles: Mapping[str, str], answers: Mapping[str, Answers]
) -> None:
    """Attributions of the reader that the visitor chooses: they take seconds."""
    st.header("Which words made it the answer?")
    name = st.pills(
        "Explain the answer of", list(titles), format_func=lambda name: plain(titles[name])
    )
    if name is None:
        st.caption(
            "Choose a reader. For BERT it takes some seconds (method: integrated gradients)."
        )
        return
    explained = of_each(
        cached.span_attribution,
        passage,
        asked,
        doing="is asked for every word’s part",
        models={name: titles[name]},
    )
    if not explained:
        return
    best = answers[name].best
    st.markdown(f"{plain(titles[name])} answers “**{plain(best.text)}**”.")
    _words(name, explained[name], passage, asked)
    gaps = [
        abs(logit.gap / logit.rise) if logit.rise else 0.0
        for logit in (explained[name].start, explained[name].end)
    ]
    how_to_read(
        "Teal words speak for the answer starting, or ending, where it does, purple words against "
        "it: the deeper, the more, as compared with \\[PAD\\], which is no word, in their place. "
        "Together they add up to what the text raises the logit, the score behind the probability, "
        f"by, but for {max(gaps):.1%}.",
        "a colour says what moved this model’s number, not what proves the answer.",
    )


def _words(name: str, explained: SpanAttribution, passage: str, asked: str) -> None:
    """Question and passage coloured for the start of the answer, and for its end."""
    words = [asked[start:end] for start, end in explained.question_words]
    words += ["│", *(passage[start:end] for start, end in explained.passage_words)]
    for edge, logit in (("starts", explained.start), ("ends", explained.end)):
        scores = [*logit.question, 0.0, *logit.passage]
        largest = max(map(abs, scores)) or 1.0
        title = f"Why it {edge} there"
        st.html(coloured_words(name, title, words, scores, largest, True, numbers=False))
