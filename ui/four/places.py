"""Where each row of the comparison table can be seen, and the way there."""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from model_zoo.language_models.models import available
from ui.frame import state

TAB = "tab"  # of this page, in the address
TRAINED = "How they were trained"
TABS = ("The table", "At the papers’ size", "What they are made of", TRAINED, "Model cards")
_SIGHT = "What can each position see?"

# A link in HTML would open the app anew and lose what was measured; its href stays for a new tab.
_links = st.components.v2.component(
    "links_to_pictures",
    html="<span hidden></span>",
    js="""export default function ({ setTriggerValue }) {
  const follow = (event) => {
    const link = event.target.closest?.("a[data-see]");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    setTriggerValue("see", link.dataset.see);
  };
  document.addEventListener("click", follow);
  return () => document.removeEventListener("click", follow);
}""",
)


@dataclass(frozen=True, slots=True)
class Place:
    """A page, what a link to it is called, and the choice made there: a widget's key and value."""

    page: str
    label: str
    choice: tuple[str, str] | None = None

    @property
    def address(self) -> str:
        """Relative to this page; a choice of ours is in it, others' pages keep none in theirs."""
        path = "." if self.page == "app.py" else Path(self.page).stem
        tab = {TAB: self.choice[1]} if self.choice and self.choice[0] == TAB else {}
        return state.address_of(path, tab)


PLACES = {  # key of a claim -> where it can be seen
    "directionality": Place("pages/inside.py", f"See it: Inside, {_SIGHT}", ("section", _SIGHT)),
    "architecture": Place(
        "pages/inside.py", "See it: Inside, Recurrence", ("section", "Recurrence")
    ),
    "context": Place("pages/inside.py", f"See it: Inside, {_SIGHT}", ("section", _SIGHT)),
    "processing": Place(
        "pages/speed.py", "See it: Speed and size, Steps that wait for one another"
    ),
    "size": Place("app.py", "See it: Compare, the gauges below the answers"),
    "training": Place("pages/models.py", f"See it: {TRAINED}", (TAB, TRAINED)),
    "memory": Place("pages/speed.py", "Measure it: Speed and size"),
    "speed": Place("pages/speed.py", "Measure it: Speed and size"),
    "quality": Place("pages/evaluate.py", "Test it on data of your own: Your data"),
    "layers": Place(
        "pages/inside.py",
        "See it: Inside, Representation path, layer by layer",
        ("section", "Representation path"),
    ),
    "example": Place("app.py", "See it: Compare, How the answer forms"),
    "paper-size": Place("app.py", "The bundled ones: Compare, the gauges"),
    "paper-speed": Place("pages/speed.py", "The bundled ones: Speed and size"),
    "paper-quality": Place("app.py", "The bundled ones: Compare"),
}
_WORDS = Place("pages/words.py", "See it: Guess the word")


def place_of(claim: str) -> Place:
    """Where a row can be seen: the example tasks on their page, where there are models for them.

    KeyError for a claim that has no place.
    """
    return _WORDS if claim == "example" and available() else PLACES[claim]


def follow_links() -> None:
    """Go where a link of the table leads, in this session: with the sentence and the figures."""
    _links(key="followed", on_see_change=_follow)


def _follow() -> None:
    """Make the choice of the place that is gone to, before its widget is drawn, and go there."""
    see = st.session_state["followed"].see
    if see not in PLACES:
        return
    place = place_of(see)
    if place.choice:
        key, value = place.choice
        st.session_state[key] = value
    if place.page != "pages/models.py":
        state.go_to(place.page)
