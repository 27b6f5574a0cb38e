"""One visitor's view, kept in the session, in the address and in step with the widgets."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, NoReturn

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from model_zoo.errors import SetError, ZooError
from model_zoo.models.engines import ENGINES
from model_zoo.models.network import ModelId
from model_zoo.models.registry import MOST_MODELS, spec
from model_zoo.models.sets import BUNDLED, ModelSet, model_set
from model_zoo.models.spec import ModelSpec
from ui.frame import mine
from ui.frame.examples import FIRST
from ui.frame.permalink import View, link, parameters, parse
from ui.serve import cached

DEFAULT = View(text=FIRST)
_VIEW, _WRITTEN, _NOTICES = "view", "address as written last", "notices on the address"
_REFUSED = "why a choice was not taken"
_FIRST, _OPENED = "this is the session's first run", "this run's address was opened, or gone to"
_SHOWN = "keys of widgets that show parts of the view"
_GOING = "page that a click leads to"
_OWN_CHANGES = "how often models of the visitor's own came or went"
_OWN = "models of the visitor's own"  # set or folder and name -> the identity for each set


def view() -> View:
    """What this visitor looks at; its models are named, also where all of a set are meant."""
    kept: View = st.session_state.setdefault(_VIEW, DEFAULT)
    return kept if kept.models else replace(kept, models=tuple(current_set().models)[:MOST_MODELS])


def current_set() -> ModelSet:
    """The set of models in view; the bundled one where that is gone, or not for this visitor."""
    kept: View = st.session_state.setdefault(_VIEW, DEFAULT)
    with suppress(SetError):
        if kept.set != BUNDLED and mine.sees(kept.set):
            return model_set(kept.set)
    if kept.set != BUNDLED:
        st.session_state[_VIEW] = replace(kept, set=BUNDLED, models=())
    return model_set()


def lineup() -> dict[ModelId, ModelSpec]:
    """The models to choose from: those of the set in view, then the visitor's own, in order.

    Each on every engine that is in view.
    """
    models: dict[ModelId, ModelSpec] = {}
    for identity in (*current_set().models, *own_models()):
        for name in engines():
            with suppress(ZooError):  # its folder is gone or damaged
                models[identity.on(name)] = spec(identity.on(name))
    return models


def engines() -> list[str]:
    """The engines that compute models in view, in their usual order."""
    used = {ModelId(model).engine for model in view().models}
    return [name for name in ENGINES if name in used]


def choose_engines(chosen: Collection[str]) -> bool:
    """Have the models in view computed by these engines, or by the usual one for none of them.

    False, and nothing changes, where those would be more than MOST_MODELS. To be called in
    callbacks.
    """
    models = list(dict.fromkeys(ModelId(model).on(ModelId.ENGINE) for model in view().models))
    names = [name for name in ENGINES if name in chosen] or [ModelId.ENGINE]
    fit = len(models) * len(names) <= MOST_MODELS
    if fit:
        change(models=tuple(model.on(name) for model in models for name in names))
    return fit


def own_models() -> list[ModelId]:
    """The visitor's own models, as they are read beside the set in view."""
    of, kept = current_set().name, st.session_state.setdefault(_OWN, {})
    for model in map(ModelId, st.session_state[_VIEW].models):
        if model.is_own:
            kept.setdefault((model.set, model.name), {})[of] = model.on(ModelId.ENGINE)
    return [
        by_set.get(of) or ModelId.of(name, where, beside=of)
        for (where, name), by_set in kept.items()
    ]


def add_own(model: ModelId) -> None:
    """Put a model of the visitor's own beside the others; one of the same name gives way to it.

    To be called in callbacks, as `change`.
    """
    kept = st.session_state.setdefault(_OWN, {})
    kept.setdefault((model.set, model.name), {})[model.beside] = model
    others = [other for other in view().models if not _same(other, model)]
    change(models=(*others, model)[:MOST_MODELS])
    st.session_state[_OWN_CHANGES] = own_changes() + 1


def remove_own(model: ModelId) -> None:
    """Take a model of the visitor's own away; to be called in callbacks."""
    st.session_state.get(_OWN, {}).pop((model.set, model.name), None)
    change(models=tuple(other for other in view().models if not _same(other, model)))
    st.session_state[_OWN_CHANGES] = own_changes() + 1


def own_changes() -> int:
    """How often the visitor has added a model, or taken one away, by a widget."""
    return st.session_state.get(_OWN_CHANGES, 0)


def _same(first: str, second: str) -> bool:
    """Whether two identities are of the same folder."""
    a, b = ModelId(first), ModelId(second)
    return (a.set, a.name) == (b.set, b.name)


def choose_models(chosen: Collection[str]) -> bool:
    """Ask these models, in the order of the lineup, at most MOST_MODELS; false where none is left.

    To be called in callbacks.
    """
    models = tuple(model for model in lineup() if model in chosen)[:MOST_MODELS]
    if models:
        change(models=models)
    return bool(models)


def change(**fields: Any) -> None:
    """Look at something else: `fields` of the View get new values.

    To be called in callbacks: before a run draws anything.
    """
    st.session_state[_VIEW] = replace(view(), **fields)
    st.session_state[_NOTICES] = []
    st.session_state[_REFUSED] = None


def refuse(what: str, why: str) -> None:
    """Keep why a choice was not taken as it was made, for the widgets called `what` to say.

    Until the view is changed; to be called in callbacks.
    """
    change()
    st.session_state[_REFUSED] = what, why


def refused(what: str) -> None:
    """Say why the last choice of these widgets was not taken, if it was not."""
    kept = st.session_state.get(_REFUSED)
    if kept and kept[0] == what:
        st.warning(kept[1], icon=":material/info:")


def go_to(path: str) -> NoReturn:
    """Open the page at `path` next; the last thing that a callback does.

    In the page's own run it would be lost to a click that comes before the button is drawn again.
    """
    st.session_state[_GOING] = path
    st.rerun()  # all of the page, where the button is in a fragment


def go() -> None:
    """Go where `go_to` leads, if anywhere; the first thing that a page does."""
    if path := st.session_state.pop(_GOING, None):
        st.switch_page(path)


def read_address(*, arrived: bool) -> None:
    """Take over what the address asks for, if it was opened and is not what was written there last.

    An address is a whole view, but for one that was just `arrived` at from another page of the
    app: the menu's links carry no parameters, and the visitor's view goes along.
    """
    first = _WRITTEN not in st.session_state
    st.session_state[_FIRST], address = first, _ours()
    st.session_state[_OPENED] = first or arrived or went_back()
    if opened() and address != st.session_state.get(_WRITTEN):
        default = view() if arrived else DEFAULT
        st.session_state[_VIEW], st.session_state[_NOTICES] = parse(
            address, default, _words_meant, mine.sees
        )
        st.session_state[_WRITTEN] = address
        for key in st.session_state.pop(_SHOWN, set()):
            st.session_state.pop(key, None)


def _words_meant(view: View) -> tuple[int, ...]:
    """The words that the view is without, by the numbers that words of its text had at first."""
    try:
        return cached.renumbered(view.text, view.set, view.without)
    except ZooError:  # the set's tokenizer cannot be read, as the page is about to say
        return view.without


def show(key: str, value: object) -> str:
    """Have the widget `key`, drawn next, start with `value`, a part of the view; returns the key.

    A widget's state is dropped when its page is left; the view is not. While the widget is there,
    its own state holds: a value put into it on every run would undo a click made meanwhile.
    """
    st.session_state.setdefault(key, value)
    st.session_state.setdefault(_SHOWN, set()).add(key)
    return key


def opened() -> bool:
    """Whether this run's address is one that the visitor opened, or went to by link or history.

    Any other run, that of a click or of a timer, may bring the address from before the last one was
    written, for the browser had not heard of that one when it asked.
    """
    return st.session_state[_OPENED]


def went_back() -> bool:
    """Whether the visitor went back, or forth, in the browser's history for this run."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def first_run() -> bool:
    """Whether the session is new: a tab was opened, or found the server started anew."""
    return st.session_state[_FIRST]


def show_or_take(key: str, value: str) -> dict[str, Any]:
    """As `show`, as arguments of a text widget; but in a first run, what a tab brings is kept."""
    if not first_run():
        return {"key": show(key, value)}
    st.session_state.setdefault(_SHOWN, set()).add(key)  # set, it would replace what is brought
    return {"key": key, "value": value}


def address_notices() -> list[str]:
    """What of the address could not be taken over, and why; until the view is changed."""
    return st.session_state.get(_NOTICES, [])


def write_address() -> str | None:
    """Put the view into the address; the link that reproduces it, None if it is too long."""
    ours = parameters(view(), DEFAULT)
    wanted: dict[str, tuple[str, ...]] = {key: (value,) for key, value in (ours or {}).items()}
    if wanted != (known := _ours()):  # others stay untouched: widgets that are bound own them
        for key in known.keys() - wanted.keys():
            del st.query_params[key]
        st.query_params.update(ours or {})
    st.session_state[_WRITTEN] = wanted
    address = (st.context.url or "").split("?")[0].rstrip("/") + "/"
    return None if ours is None else link(address, ours)


def address_of(path: str, also: Mapping[str, str]) -> str:
    """`path` of a page with this visitor's view, if it is short enough, and what it `also` says."""
    return link(path, (parameters(view(), DEFAULT) or {}) | dict(also))


def _ours() -> dict[str, tuple[str, ...]]:
    """The parameters in the address that are parts of the view; pages may have others."""
    return {key: values for key, values in _address().items() if key in View.__slots__}


def _address() -> dict[str, tuple[str, ...]]:
    """The parameters in the address, each with all its values."""
    return {key: tuple(st.query_params.get_all(key)) for key in st.query_params}
