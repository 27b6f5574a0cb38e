"""Sets that were trained here: the recommendation, the whole report, and what to do with a set."""

import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import streamlit as st

from model_zoo.errors import SetError, ZooError
from model_zoo.host import free_bytes
from model_zoo.models.owner import Owner
from model_zoo.tuning.html_page import as_part
from model_zoo.tuning.job import set_folder
from model_zoo.tuning.outcome import (
    delete,
    owner,
    read_comparison,
    read_report,
    rename,
    share,
    size_bytes,
    title,
    zipped,
)
from model_zoo.tuning.visitors import names_seen, sets_seen
from ui.frame import mine, state
from ui.show.wording import megabytes, plain

_PROBLEM, _CHOSEN = "problem with a trained set", "trained-set"


def trained_section() -> None:
    """The sets that this visitor may see, one of them chosen, and all that is known of it."""
    who = mine.holder()
    titles = {name: title(set_folder(name)) for name in sets_seen(who)}
    if not titles:
        return
    st.header("Trained here", anchor=False)
    if problem := st.session_state.pop(_PROBLEM, None):
        st.error(plain(problem), icon=":material/error:")
    if st.session_state.get(_CHOSEN) not in titles:
        st.session_state[_CHOSEN] = max(titles, key=_changed)
    name = next(iter(titles))
    if len(titles) > 1:
        count = Counter(titles.values())
        name = st.selectbox(
            "Set of models",
            list(titles),
            format_func=lambda each: (
                titles[each] if count[titles[each]] == 1 else f"{titles[each]} ({each})"
            ),
            key=_CHOSEN,
            width=320,
        )
    st.subheader(plain(titles[name]), anchor=False)
    of = owner(name)
    report = _recommended(name)
    _actions(name, titles[name], report, of, theirs=who.owns(of))
    if report:
        with st.expander("The whole comparison", expanded=True):
            st.html(as_part(report))


def _changed(name: str) -> float:
    try:
        return set_folder(name).stat().st_mtime
    except OSError:  # gone meanwhile
        return 0.0


def _recommended(name: str) -> str | None:
    """Which model to take, in words; the report, or None where there are no figures to be read."""
    try:
        recommendation, report = read_comparison(name)["recommendation"], read_report(name)
    except ZooError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return None
    guessing = recommendation["guessing"]
    draw = st.warning if guessing else st.success
    draw(
        "\n\n".join(
            [f"**{plain(recommendation['reason'])}**", *map(plain, recommendation["others"])]
        ),
        icon=":material/block:" if guessing else ":material/recommend:",
    )
    for sentence in recommendation["uncertainty"]:
        st.caption(plain(sentence))
    return report


def _actions(name: str, called: str, report: str | None, of: Owner, *, theirs: bool) -> None:
    """Use it; for its owner and the operator: take it along, share, rename or delete it."""
    with st.container(horizontal=True):
        st.button(
            "Compare them on a sentence",
            type="primary",
            icon=":material/arrow_forward:",
            on_click=_compare,
            args=(name,),
        )
        if theirs:
            _to_take_along(name, report, of)
            with st.popover("Rename", icon=":material/edit:"):
                st.text_input("New name", called, max_chars=60, key=f"rename-{name}")
                st.button("Rename it", on_click=_rename, args=(name, called, of))
            with st.popover("Delete", icon=":material/delete:"):
                st.caption("Weights and report are gone for good then.")
                st.button("Yes, delete it", on_click=_delete, args=(name, of))
    if theirs:
        st.toggle(
            "Shared: everybody who can open this page sees it and can ask its models",
            of.shared,
            key=f"share-{name}-{of.shared}",
            on_change=_share,
            args=(name, of),
        )
        st.caption(plain(f"On the command line of this server: --set {name}"))
    elif not of.digest:
        st.caption("Whoever runs this server put it here, and alone can change or take it along.")


def _to_take_along(name: str, report: str | None, of: Owner) -> None:
    if report:
        st.download_button(
            "Report (HTML)",
            report,
            f"{name}.html",
            "text/html",
            icon=":material/description:",
            on_click="ignore",
        )
    size = size_bytes(name)
    if 3 * size < free_bytes():
        st.download_button(
            f"All of it (zip, {megabytes(size)})",
            _zip(name, of),
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


def _zip(name: str, of: Owner) -> Callable[[], bytes]:
    """What makes the zip, once it is wanted."""

    def write() -> bytes:
        _check_same(name, of)
        with tempfile.TemporaryDirectory() as folder:
            return zipped(name, Path(folder) / "set.zip").read_bytes()

    return write


def _check_same(name: str, of: Owner) -> None:
    """SetError where the set that was shown is gone, and another has its name."""
    if owner(name).digest != of.digest:
        raise SetError("This set was deleted meanwhile. Open the page anew.")


def _compare(name: str) -> None:
    state.change(set=name, models=())
    state.go_to("app.py")


def _rename(name: str, called: str, of: Owner) -> None:
    """Under the name in the field: the page may not have been drawn since it was typed."""
    new = st.session_state[f"rename-{name}"].strip()
    if new == called:
        return
    try:
        _check_same(name, of)
        if new in names_seen(mine.holder()):
            raise SetError(
                f"There is a set or training named {new!r} already. Choose another name."
            )
        folder = rename(name, new)
    except ZooError as error:
        st.session_state[_PROBLEM] = str(error)
        return
    st.session_state[_CHOSEN] = folder.name
    if state.current_set().name == name:
        state.change(set=folder.name, models=())


def _delete(name: str, of: Owner) -> None:
    try:
        _check_same(name, of)
        delete(name)
    except ZooError as error:
        st.session_state[_PROBLEM] = str(error)


def _share(name: str, of: Owner) -> None:
    try:
        _check_same(name, of)
        share(name, not of.shared)
    except ZooError as error:
        st.session_state[_PROBLEM] = str(error)
