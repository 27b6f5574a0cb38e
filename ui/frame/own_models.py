"""Models of the visitor's own, in the sidebar: adding them, what their classes mean, taking away.

What may be added whoever runs the app decides: folders below those in QUARTET_MODEL_DIRS, and
downloads where QUARTET_HUB is 1.
"""

from collections.abc import Sequence

import streamlit as st

from model_zoo.errors import ZooError
from model_zoo.host import free_bytes
from model_zoo.models import hub, hub_client
from model_zoo.models.loading import needed_bytes
from model_zoo.models.network import ModelId
from model_zoo.models.own import classes_of, offered, own_spec, read_by
from model_zoo.models.registry import MOST_MODELS
from model_zoo.models.spec import ModelSpec
from ui.frame import state
from ui.serve.downloads import Download, downloads
from ui.show.wording import listing, megabytes, plain

_FOLDER, _HUB_NAME = "folder to add", "hub name"  # keys of widgets
_PROBLEM, _LOOKED_UP = "why a model was not added", "hub model looked up"
FEW_CLASSES = 12  # that a visitor is asked about, each with a menu


def own_models() -> None:
    """What the sidebar offers; nothing but a sentence where nothing may be added."""
    st.subheader("Add a model")
    folders, with_hub, added = offered(), hub_client.allowed(), state.own_models()
    if not folders and not with_hub and not added:
        st.caption(
            "Any text classifier that the transformers library has saved can stand beside these, "
            "where whoever runs this server lists folders with models in "
            "QUARTET\\_MODEL\\_DIRS, or allows downloads with QUARTET\\_HUB=1."
        )
        return
    st.caption(
        "Any text classifier that the transformers library has saved, as one more column. Only "
        "safetensors files are read, and no code that comes with a model is run."
    )
    if folders:
        _folder_form(list(folders))
    if with_hub:
        _hub_form()
    if problem := st.session_state.get(_PROBLEM):
        st.error(plain(problem), icon=":material/error:")
    for model in added:
        _added(model)


def _folder_form(models: Sequence[ModelId]) -> None:
    """The folders there are, with what the chosen one needs."""
    chosen = st.selectbox(
        "Folder", models, format_func=lambda model: model.name, index=None, key=_FOLDER
    )
    if chosen is None:
        return
    try:
        row = own_spec(chosen)
        needed, free = needed_bytes(row), max(0, free_bytes())
    except ZooError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    fits = "" if needed <= free else " It does not fit: choose a smaller one."
    needs = f"needs {megabytes(needed)} of memory, {megabytes(free)} are free.{fits}"
    st.caption(plain(f"{row.description}; {needs}"))
    st.button(
        "Add it",
        key="add-folder",
        on_click=_add_folder,
        icon=":material/add:",
        disabled=bool(fits),
    )


def _hub_form() -> None:
    """Looking a model up, and then downloading it: each asks the Hub only when told to."""
    try:
        host = hub_client.host()
    except ZooError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    st.text_input(
        "On the Hugging Face Hub", placeholder="hub:org/name", key=_HUB_NAME, max_chars=200
    )
    st.button(f"Look it up at {plain(host)}", key="look-up", on_click=_look_up)
    model: hub.HubModel | None = st.session_state.get(_LOOKED_UP)
    if model is None:
        return
    going = downloads.get(model.name)
    if going and going.is_running:
        st.fragment(_progress, run_every=0.5)(going)
        return
    needed = 4 * model.parameters if model.parameters else 2 * model.weights_bytes
    st.caption(
        plain(
            f"{model.repo}: {model.architecture}, licence {model.licence}; needs "
            f"{megabytes(needed)} of memory, {megabytes(max(0, free_bytes()))} are free."
        )
    )
    if needed > free_bytes():
        st.warning(
            "It does not fit into this server’s memory. Choose a smaller one.",
            icon=":material/memory:",
        )
        return
    st.button(
        f"Download {megabytes(model.download_bytes)} from {plain(host)}",
        key="download-model",
        on_click=downloads.start,
        args=(model,),
        icon=":material/download:",
    )
    if going and going.error:
        st.error(plain(going.error), icon=":material/error:")
    elif going and going.folder:
        st.button("Add it", key="add-download", on_click=_add_download, args=(model.name,))
    elif going:
        st.caption("Stopped. Press the button again to go on from there.")


def _progress(going: Download) -> None:
    """How far a download is; the whole page runs again at its end."""
    if not going.is_running:
        st.rerun()
    if going.cancelled.is_set():
        st.caption("Stopping.")
        return
    share = min(1.0, going.done / max(1, going.total))
    st.progress(share, f"{megabytes(going.done)} of {megabytes(going.total)}")
    st.button("Cancel", key="cancel-download", on_click=going.cancelled.set)


def _added(model: ModelId) -> None:
    """One of the visitor's models: whether it can be compared, what its classes mean, and away."""
    with st.container(border=True, key=f"own-{model}"):
        try:
            row = own_spec(model)
        except ZooError as error:
            st.error(plain(str(error)), icon=":material/error:")
        else:
            st.markdown(f"**{plain(row.title)}**")
            if not row.comparable or model.order:
                _meanings(row)
        st.button("Take away", key=f"away-{model}", on_click=state.remove_own, args=(model,))


def _meanings(row: ModelSpec) -> None:
    """A menu for each class; they are read once all of them mean something else."""
    classes, labels = classes_of(row.id), state.current_set().labels
    if not row.comparable:
        st.caption(
            plain(
                f"Its labels ({listing(classes[:6])}{'…' * (len(classes) > 6)}) are not those of "
                "the set: it has a column of its own, and is left out of agreement and tests."
            )
        )
    if len(classes) != len(labels) or len(classes) > FEW_CLASSES:
        return
    meanings, menus = {}, {}
    for number, name in enumerate(classes):
        meant = row.order.index(number) if row.comparable and row.order else None
        menus[name] = f"class-{row.id.set}-{row.id.name}-{number}-{row.id.beside}"
        meanings[name] = st.selectbox(
            f"“{plain(name)}” means",
            labels,
            index=meant,
            placeholder="its own",
            key=menus[name],
        )
    st.button(
        "Read them so",
        key=f"read-{row.id}",
        disabled=set(meanings.values()) != set(labels),
        on_click=_read_by,
        args=(row.id, menus),
    )


def _add(model: ModelId) -> None:
    """Put it beside the others, read by the labels of the set in view."""
    st.session_state[_PROBLEM] = None
    try:
        row = read_by(model, state.current_set().name)
        state.add_own(row.id)
        if row.id not in state.view().models:
            st.session_state[_PROBLEM] = (
                f"{MOST_MODELS} models stand side by side already. Choose fewer of them, and then "
                f"{row.title} beside them."
            )
    except ZooError as error:
        st.session_state[_PROBLEM] = str(error)
        state.change()


def _add_folder() -> None:
    if chosen := st.session_state.get(_FOLDER):
        _add(chosen)


def _add_download(name: str) -> None:
    _add(ModelId.of(name, "hub"))


def _read_by(model: ModelId, menus: dict[str, str]) -> None:
    """Have the model's classes mean what their `menus` (class -> key) say by now."""
    chosen = {name: st.session_state.get(key) for name, key in menus.items()}
    meanings = {name: label for name, label in chosen.items() if label}
    try:
        state.add_own(read_by(model, state.current_set().name, meanings).id)
    except ZooError as error:
        st.session_state[_PROBLEM] = str(error)


def _look_up() -> None:
    st.session_state[_PROBLEM] = st.session_state[_LOOKED_UP] = None
    try:
        name = st.session_state[_HUB_NAME] or ""
        st.session_state[_LOOKED_UP] = hub.look_up(
            *hub.parse(name if ":" in name else f"hub:{name}")
        )
    except ZooError as error:
        st.session_state[_PROBLEM] = str(error)
