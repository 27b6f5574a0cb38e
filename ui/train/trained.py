"""Sets that were trained here: the recommendation, the whole report, and what to do with a set."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import streamlit as st

from model_zoo.errors import ZooError
from model_zoo.host import free_bytes
from model_zoo.tuning.html_page import as_part
from model_zoo.tuning.job import set_folder
from model_zoo.tuning.outcome import (
    delete,
    read_comparison,
    read_report,
    rename,
    trained_sets,
    zipped,
)
from model_zoo.tuning.settings import enabled
from ui.frame import state
from ui.frame.callbacks import whole
from ui.show.wording import megabytes, plain

_PROBLEM, _CHOSEN = "problem with a trained set", "trained-set"


def trained_section() -> None:
    """The sets there are, one of them chosen, and all that is known of it."""
    names = trained_sets()
    if not names:
        return
    st.header("Trained here", anchor=False)
    if problem := st.session_state.pop(_PROBLEM, None):
        st.error(plain(problem), icon=":material/error:")
    newest = max(names, key=lambda name: set_folder(name).stat().st_mtime)
    if st.session_state.get(_CHOSEN) not in names:
        st.session_state[_CHOSEN] = newest
    name = names[0]
    if len(names) > 1:
        name = st.selectbox("Set of models", names, key=_CHOSEN, width=320)
    comparison, report = read_comparison(name), read_report(name)
    recommendation = comparison["recommendation"]
    st.subheader(plain(name), anchor=False)
    guessing = recommendation.get("guessing", False)  # sets made earlier do not say
    draw = st.warning if guessing else st.success
    draw(
        "\n\n".join(
            [f"**{plain(recommendation['reason'])}**", *map(plain, recommendation["others"])]
        ),
        icon=":material/block:" if guessing else ":material/recommend:",
    )
    for sentence in recommendation["uncertainty"]:
        st.caption(plain(sentence))
    _actions(name, report)
    with st.expander("The whole comparison", expanded=True):
        st.html(as_part(report))


def _actions(name: str, report: str) -> None:
    """Use it, take it along, rename or delete it."""
    with st.container(horizontal=True):
        st.button(
            "Compare them on a sentence",
            type="primary",
            icon=":material/arrow_forward:",
            on_click=_compare,
            args=(name,),
        )
        st.download_button(
            "Report (HTML)",
            report,
            f"{name}.html",
            "text/html",
            icon=":material/description:",
            on_click="ignore",
        )
        size = sum(file.stat().st_size for file in set_folder(name).rglob("*") if file.is_file())
        if 3 * size < free_bytes():
            st.download_button(
                f"All of it (zip, {megabytes(size)})",
                _zip(name),
                f"{name}.zip",
                "application/zip",
                icon=":material/folder_zip:",
                on_click="ignore",
                help="Weights, tokenizers, metrics, model cards and the report. Unpack it into a "
                "folder of sets elsewhere, and Quartet there finds it.",
            )
        else:
            st.caption(
                plain(
                    "Too large to download with the memory that is free: copy the folder "
                    f"{name} out of this server’s folder of sets."
                )
            )
        if enabled():
            with st.popover("Rename", icon=":material/edit:"):
                st.text_input("New name", name, max_chars=60, key=f"rename-{name}")
                st.button("Rename it", on_click=_rename, args=(name,))
            with st.popover("Delete", icon=":material/delete:"):
                st.caption("Weights and report are gone for good then.")
                st.button("Yes, delete it", on_click=_delete, args=(name,))


def _zip(name: str) -> Callable[[], bytes]:
    """What makes the zip, once it is wanted."""

    def write() -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            return zipped(name, Path(folder) / f"{name}.zip").read_bytes()

    return write


def _compare(name: str) -> None:
    state.change(set=name, models=())
    state.go_to("app.py")


@whole
def _rename(name: str) -> None:
    """Under the name in the field: the page may not have been drawn since it was typed."""
    new = st.session_state[f"rename-{name}"].strip()
    if new == name:
        return
    try:
        rename(name, new)
    except ZooError as error:
        st.session_state[_PROBLEM] = str(error)
        return
    st.session_state[_CHOSEN] = new
    if state.current_set().name == name:
        state.change(set=new, models=())


@whole
def _delete(name: str) -> None:
    try:
        delete(name)
    except ZooError as error:
        st.session_state[_PROBLEM] = str(error)
