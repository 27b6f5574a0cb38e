"""Passing it on: a link that reproduces the view, and the result as a file."""

from collections.abc import Sequence

import streamlit as st

from model_zoo.internals.stepwise import Course
from ui.compare import report, slides
from ui.compare.answers import Answers
from ui.frame import state
from ui.frame.permalink import MAX_LINK_CHARACTERS

# The browser's clipboard can only be reached by script; an address without https has none, and
# then the link is selected, ready to be copied by hand.
_copy = st.components.v2.component(
    "copy_link",
    html="""<label>Link to this view
<input readonly></label><button type="button">Copy link</button><span role="status"></span>""",
    css="""label{display:block;font-size:.875rem}
input{display:block;width:100%;box-sizing:border-box;margin:.3rem 0 .6rem;padding:.45rem .6rem;
 font:inherit;color:inherit;background:var(--st-secondary-background-color);
 border:1px solid var(--st-border-color);border-radius:.4rem}
button{font:inherit;padding:.4rem 1rem;border:0;border-radius:1rem;color:#fff;cursor:pointer;
 background:var(--st-primary-color)}
button:focus-visible,input:focus-visible{outline:.15rem solid var(--st-text-color)}
span{margin-left:.7rem;font-size:.875rem}""",
    js="""export default function ({ parentElement, data }) {
  const field = parentElement.querySelector("input");
  const status = parentElement.querySelector("span");
  field.value = data.link;
  status.textContent = "";
  parentElement.querySelector("button").onclick = async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(data.link);
      status.textContent = "Copied.";
    } catch {
      status.textContent = document.execCommand("copy") ? "Copied." : "Press Ctrl+C to copy.";
    }
  };
}""",
)


def share(answers: Answers, courses: Sequence[Course]) -> None:
    """The Share button with everything behind it; also writes the view into the address."""
    link = state.write_address()
    view = state.view()
    measured = st.session_state.setdefault("latency", {})  # filled by the gauges, later
    with st.popover("Share", icon=":material/share:"):
        if link is None:
            st.info(
                f"A text of more than {MAX_LINK_CHARACTERS:,} characters does not fit into a link. "
                "Download the result instead."
            )
        else:
            _copy(data={"link": link}, key="copy-link")
            st.caption("Whoever opens it sees this text, these models and what is pinned.")
        # made when asked for: by then the gauges have been measured
        st.download_button(
            "Download as JSON",
            lambda: report.as_json(view, answers, courses, measured),
            "quartet.json",
            "application/json",
            on_click="ignore",
            icon=":material/data_object:",
        )
        st.download_button(
            "Download as HTML report",
            lambda: report.as_html(view, answers, courses, measured),
            "quartet.html",
            "text/html",
            on_click="ignore",
            icon=":material/description:",
        )
        st.download_button(
            "Download as slides",
            lambda: slides.as_slides(
                view,
                answers,
                courses,
                measured,
                link=link,
                attributions=slides.kept_attributions(answers.now, answers.text),
            ),
            "quartet-slides.html",
            "text/html",
            on_click="ignore",
            icon=":material/slideshow:",
        )
        st.caption("Slides open in any browser; print them there to have a PDF, a page a slide.")
