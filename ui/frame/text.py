"""The sentence: a box shared by all pages, examples to start from, and its words as chips."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from model_zoo.text.notices import notices
from model_zoo.text.tokens import MASK, Encoded, leave_out
from ui.frame import pictures, state
from ui.frame.examples import EXAMPLES
from ui.frame.permalink import MAX_WITHOUT
from ui.serve import cached
from ui.show.wording import counted, plain

MAX_CHARACTERS = 20_000
BOX = "typed"  # key of the text box


def text_box(
    button: str = "Compare", *, judged: bool = True, answered: bool = False
) -> tuple[Encoded, DeltaGenerator, DeltaGenerator]:
    """The text as submitted last: a box, a button, examples, its length, what was not read of it.

    What an example shows is said where texts are `judged`; what was not read is left to the answers
    where there are some, which know it of each model (`answered`).

    Also returns two rows for what else the page has to offer: the one that holds the examples, and
    the one below it that ends in the text's length.
    """
    with st.form("sentence", border=False, enter_to_submit=True):
        left, right = st.columns([6, 1], vertical_alignment="bottom")
        typed = left.text_input(
            "A sentence in English",
            **state.show_or_take(BOX, state.view().text),
            max_chars=MAX_CHARACTERS,
            autocomplete="off",
        )
        right.form_submit_button(button, type="primary", width="stretch", on_click=_submit)
    if typed != state.view().text and state.first_run():
        state.change(text=typed, without=())  # a long one, which no address holds
    row = st.container(horizontal=True, vertical_alignment="bottom", key="toolbar")
    for number, name in enumerate(EXAMPLES, start=1):
        row.button(
            name,
            key=f"example-{number}",
            shortcut=f"Alt+{number}",
            on_click=_take_example,
            args=(name,),
        )
    text = state.view().text
    pictures.are_of(text)
    encoded = cached.encoded(text, state.view().set)
    read = sum(word is not None for word in encoded.word_of)
    tokens = counted(read + encoded.dropped, "token")
    remarks = [f"{tokens} · {counted(len(text), 'character')}"]
    shown = [example.shows for example in EXAMPLES.values() if judged and example.text == text]
    remarks += shown or [f"Alt+1 to Alt+{len(EXAMPLES)} choose an example"]
    below = st.container(horizontal=True, vertical_alignment="center", key="below-toolbar")
    below.caption(
        " · ".join(remarks),
        width="stretch",
        help="Tokens are what the models read: words, or pieces of words that their vocabulary "
        "does not hold whole.",
    )
    unknown, blank = encoded.tokens.count("[UNK]"), MASK in encoded.tokens
    sentences = notices(len(encoded.tokens), unknown, encoded.dropped, blank=blank)
    if sentences and not answered:
        st.warning("  \n".join(map(plain, sentences)), icon=":material/info:")
    return encoded, row, below


def nothing_to_read() -> None:
    """What a page says in place of its results where the text holds no word."""
    st.info(
        "There is nothing here that can be read. Type at least one word above, or choose an "
        "example.",
        icon=":material/edit:",
    )


def reading(encoded: Encoded) -> str:
    """The text as it is to be read: without the words that were clicked away."""
    view = state.view()
    if not view.without:
        return encoded.text
    text = leave_out(encoded, view.without, instead=MASK if view.masked else "")
    pictures.are_of(text)
    return text


def word_chips(encoded: Encoded, *, blanks: str = "", first: int = 0) -> None:
    """The words as chips that can be clicked away, and whether that leaves a [MASK].

    With a label for `blanks` it always does, and is not asked for. With a word to be the `first`,
    those before it always stay, and one is clicked at a time.
    """
    view, single = state.view(), first > 0
    indices = range(first, min(len(encoded.words), MAX_WITHOUT))
    if not indices:
        return
    chips = f"{'word' if single else 'words'}-{hash(view.text)}"  # other words, other chips
    chosen = [i for i in view.without if i in indices]
    # And another row: within one, Streamlit keeps the replaced chips until the run ends, and shows
    # them beside the new ones while one of them has the focus.
    with st.container(horizontal=True, vertical_alignment="bottom", key=f"row-of-{chips}"):
        st.pills(
            blanks or "Words as the models read them: click one to leave it out",
            indices,
            format_func=lambda i: plain(_pieces(encoded, i)),
            selection_mode="single" if single else "multi",
            key=state.show(chips, next(iter(chosen), None) if single else chosen),
            wrap=True,
            on_change=_leave_out,
            args=(chips, view.text),
            help="A dot marks where the tokenizer splits a word into pieces; [UNK] is what a model "
            "gets for a piece outside the vocabulary. [CLS] and [SEP] are put around the text.",
        )
        if not blanks:
            st.toggle(
                "Mask instead",
                key=state.show("masked", view.masked),
                on_change=_mask,
                help="Put [MASK] in the word’s place. BERT and DistilBERT met [MASK] in "
                "pre-training; LSTM and BiLSTM never did.",
            )
    if len(encoded.words) > indices.stop:
        st.caption(f"The first {indices.stop} of {len(encoded.words)} words are shown.")


def _pieces(encoded: Encoded, word: int) -> str:
    """The word with a dot between the tokenizer's pieces."""
    tokens = [i for i, owner in enumerate(encoded.word_of) if owner == word]
    spans = dict.fromkeys(encoded.spans[i] for i in tokens)  # "…" is three tokens, and one sign
    pieces = "·".join(encoded.text[slice(*span)] for span in spans)
    return f"{pieces} → [UNK]" if any(encoded.tokens[i] == "[UNK]" for i in tokens) else pieces


def _submit() -> None:
    state.change(text=st.session_state[BOX] or "", without=())


def _take_example(name: str) -> None:
    st.session_state[BOX] = EXAMPLES[name].text
    _submit()


def _leave_out(chips: str, text: str) -> None:
    if text == state.view().text:
        chosen = st.session_state[chips]
        words = chosen if isinstance(chosen, list) else [chosen]
        state.change(without=tuple(sorted(word for word in words if word is not None)))
    else:  # words of the sentence before, clicked while the new one was read: theirs is no index
        state.change()  # of a word here


def _mask() -> None:
    state.change(masked=st.session_state.masked)
