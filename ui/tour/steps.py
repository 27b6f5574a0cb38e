"""The steps in order: which of them the address asks for, and the way from each to the next."""

import streamlit as st

from ui.frame import state

PARAMETER = "step"  # in the address; not a part of the view, which other pages share
_NUMBER, _WRITTEN = "step of the tour", "step in the address as written last"

# A page keeps its place when its content changes; the next step begins at its top.
_to_the_top = st.components.v2.component(
    "to_the_top",
    html="<span hidden></span>",
    js="""let before;
export default function ({ data }) {
  if (before !== undefined && before !== data.step) {
    document.querySelector('[data-testid="stMain"]')?.scrollTo(0, 0);
  }
  before = data.step;
}""",
)


def number_of(value: str | None, count: int) -> int:
    """The step that an address asks for, from 1 to `count`; the first where it asks for none.

    >>> number_of("3", 7), number_of("8", 7), number_of("0", 7), number_of("²", 7)
    (3, 1, 1, 1)
    >>> number_of(None, 7), number_of("-1", 7), number_of("9" * 5000, 7)
    (1, 1, 1)
    """
    if not value or len(value) > 2 or not (value.isascii() and value.isdigit()):
        return 1
    number = int(value)
    return number if 1 <= number <= count else 1


def current(count: int) -> int:
    """The step to show: the one in an address that was opened, or the one that a button led to."""
    asked = st.query_params.get(PARAMETER)
    opened = state.opened() and asked != st.session_state.get(_WRITTEN)
    if opened or _NUMBER not in st.session_state:
        st.session_state[_NUMBER] = number_of(asked, count)
    return st.session_state[_NUMBER]


def write_address(number: int, count: int) -> None:
    """Put the step into the address, and with it what every page has there."""
    if number_of(st.query_params.get(PARAMETER), count) != number:
        st.query_params[PARAMETER] = str(number)
    st.session_state[_WRITTEN] = st.query_params.get(PARAMETER)
    state.write_address()


def _go(number: int) -> None:
    st.session_state[_NUMBER] = number


def progress(number: int, count: int) -> None:
    """How far the tour has come."""
    st.progress(number / count, f"Step {number} of {count}")


def buttons(number: int, count: int, *, ready: bool) -> None:
    """To the step before and the step after; that stands out once this one is `ready`."""
    if number > 1:
        st.button("Previous", icon=":material/arrow_back:", on_click=_go, args=(number - 1,))
    if number < count:
        st.button(
            "Next",
            icon=":material/arrow_forward:",
            type="primary" if ready else "secondary",
            on_click=_go,
            args=(number + 1,),
        )
    else:
        st.page_link("app.py", label="That was the tour: compare all four", icon=":material/check:")
    _to_the_top(data={"step": number}, key="to-the-top")
