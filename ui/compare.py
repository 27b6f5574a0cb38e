"""The parts of the Compare page: the text box with its examples, and the row of cards."""

from collections import Counter

import streamlit as st

from model_zoo.errors import TextError, ZooError
from model_zoo.predict import predict
from model_zoo.registry import SPECS
from model_zoo.results import Prediction
from model_zoo.tokens import MAX_TOKENS
from ui import cached
from ui.cards import STYLE, prediction_card, waiting_card
from ui.page import MAX_CHARACTERS, TEXT
from ui.wording import agreement, notices

EXAMPLES = {
    "negation": "This is not a bad film at all.",
    "contrast": "The acting is great, but the film as a whole is dreadful.",
    "sarcasm": "You could not pay me enough to sit through this masterpiece again.",
    "long range": "The film my friends, who have excellent taste, praised so warmly left me cold.",
    "typo": "An absolutly brillant and moveing performnce.",
    "other domain": "The update drains my battery, but at least it is fast now.",
}
FIRST = EXAMPLES["negation"]  # the recurrent pair and the Transformers disagree on it


def text_box() -> str:
    """The shared text as submitted last: a box, a button, and examples to start from."""
    st.session_state.setdefault(TEXT, FIRST)
    # a widget's own state is dropped when its page is left: the shared text is kept beside it
    st.session_state.setdefault("typed", st.session_state[TEXT])
    with st.form("sentence", border=False, enter_to_submit=True):
        left, right = st.columns([6, 1], vertical_alignment="bottom")
        typed = left.text_input(
            "A sentence in English", key="typed", max_chars=MAX_CHARACTERS, autocomplete="off"
        )
        right.form_submit_button("Compare", type="primary", width="stretch")
    st.session_state[TEXT] = typed or ""
    st.pills("Examples", list(EXAMPLES), key="example", on_change=_take_example)
    return st.session_state[TEXT]


def _take_example() -> None:
    if chosen := st.session_state.example:
        st.session_state.typed = EXAMPLES[chosen]
        st.session_state.example = None


def answers(text: str) -> None:
    """What each model makes of `text`, in registry order, with the agreement on top.

    Predictions are computed on every run: a cached one would show a stale time. All are computed
    before any is drawn, so that a browser at work does not slow what is being timed. A model that
    cannot be loaded says so in its own card; the others go on.
    """
    st.html(STYLE)
    verdict, remarks = st.empty(), st.empty()
    slots = dict(zip(SPECS, (column.empty() for column in st.columns(len(SPECS))), strict=True))
    if not text.strip():
        st.info("Type a sentence above, or choose an example.", icon=":material/edit:")
        return
    if not st.session_state.get("answered"):  # models may have to be loaded: that takes seconds
        for name, slot in slots.items():
            slot.html(waiting_card(name, SPECS[name].title, "Loading the model…"))

    found: dict[str, Prediction] = {}
    failed: dict[str, ZooError] = {}
    for name in SPECS:
        try:
            (found[name],) = predict(cached.model(name), [text])
        except TextError:
            for slot in slots.values():
                slot.empty()
            st.info(
                "There is nothing here that can be read, only spaces or control characters. "
                "Type at least one word.",
                icon=":material/edit:",
            )
            return
        except ZooError as error:
            failed[name] = error
    st.session_state["answered"] = True

    outvoted = minority(found)
    for name, slot in slots.items():
        if name in failed:
            slot.html(waiting_card(name, SPECS[name].title, str(failed[name])))
        else:
            card = prediction_card(found[name], cached.card(name), dissents=name in outvoted)
            slot.html(card)
    if not found:
        return
    titles = {name: row.title for name, row in SPECS.items()}
    sentence = agreement(list(found.values()), titles)
    verdict.html(f'<div class="q-verdict" role="status">{sentence}</div>')
    if said := notices(next(iter(found.values())), MAX_TOKENS):
        remarks.warning("  \n".join(said).replace("[", "\\["), icon=":material/info:")


def minority(found: dict[str, Prediction]) -> set[str]:
    """Names of the models that are outvoted; empty where all agree or the vote is even."""
    votes = Counter(prediction.label for prediction in found.values()).most_common()
    if len(votes) < 2 or votes[0][1] == votes[1][1]:
        return set()
    return {name for name, prediction in found.items() if prediction.label == votes[-1][0]}
