"""What a page's address says of it: parameters to a View and back. Pure, no Streamlit.

    ?text=…&set=topics&models=lstm,bert,local/mine&pinned=…&without=2,5&masked=1

Addresses come from anybody: lengths are bounded, and what cannot be used is left out with a notice.
Parameters that are not ours (trackers append theirs) are passed over in silence.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from model_zoo.errors import SetError, UnknownModelError, ZooError
from model_zoo.models.engines import ENGINES
from model_zoo.models.hub_client import allowed
from model_zoo.models.network import ModelId
from model_zoo.models.registry import MOST_MODELS, spec
from model_zoo.models.sets import BUNDLED, model_set
from model_zoo.text.earlier import numbered_alike
from model_zoo.text.tokens import without_surrogates

MAX_LINK_CHARACTERS = 2_000  # a text: longer ones make addresses that mail and chat cut off
MAX_WITHOUT = 64
_BY_UNICODE = "uax29-"  # before numbers of words that were others at first


@dataclass(frozen=True, slots=True)
class View:
    """What is looked at: the state that a link reproduces.

    `set` is the name of a set of models, and `models` are identities, those of the set in its
    order and then the visitor's own; all of the set's where there are none. `without` are indices
    of words of `text` that are left out, or replaced by [MASK] if `masked`. `pinned` is the text
    that is compared against.
    """

    text: str
    set: str = BUNDLED
    models: tuple[str, ...] = ()
    pinned: str | None = None
    without: tuple[int, ...] = ()
    masked: bool = False


def parse(
    parameters: Mapping[str, Sequence[str]],
    default: View,
    renumber: Callable[[View], tuple[int, ...]] = lambda view: view.without,
    sees: Callable[[str], bool] = lambda name: True,
) -> tuple[View, list[str]]:
    """The view an address asks for, `default` where it says nothing, and notices for the user.

    `parameters` are the address's, each with all the values it has there: the last one counts.
    `renumber` gives the words that a view is `without`, where an address numbers them as at first.
    A set that the user must not see (`sees`) is none.

    >>> parse({"models": ["lstm"], "masked": ["yes"]}, View("Hello."))[1]
    ['The link’s “masked” was ignored: it must be 0 or 1.']
    """
    fields: dict[str, Any] = {}
    notices: list[str] = []
    for key, read in (
        ("text", _text),
        ("set", lambda value: _set(value, sees)),
        ("models", lambda value: _models(value, fields.get("set", default.set))),
        ("pinned", _text),
        ("without", _without),
        ("masked", _masked),
    ):
        values = parameters.get(key, ())
        if values:
            try:
                fields[key] = read(values[-1])
            except ValueError as error:
                notices.append(f"The link’s “{key}” was ignored: {error}.")
    if "text" not in fields:  # words are counted in a text
        fields.pop("without", None)
    elif fields["text"] != default.text:
        fields.setdefault("without", ())
    if fields.get("set", default.set) != default.set:
        fields.setdefault("models", ())  # those of the other set are none of this one
    view = View(**{name: getattr(default, name) for name in View.__slots__} | fields)
    at_first = fields.get("without") and not parameters["without"][-1].startswith(_BY_UNICODE)
    if at_first and not numbered_alike(view.text):
        view = replace(view, without=renumber(view))
    return view, notices


def parameters(view: View, default: View) -> dict[str, str] | None:
    """The parameters that reproduce `view`; those as in `default` are left out.

    None where a text is too long for an address.

    >>> parameters(View("Not bad.", without=(0,), masked=True), View("Hello."))
    {'text': 'Not bad.', 'without': '0', 'masked': '1'}
    >>> parameters(View("Not bad😀", without=(2,)), View("Hello."))
    {'text': 'Not bad😀', 'without': 'uax29-2'}
    """
    if max(len(view.text), len(view.pinned or "")) > MAX_LINK_CHARACTERS:
        return None
    changed = {}
    if view.text != default.text or view.without:
        changed["text"] = view.text
    if view.set != default.set:
        changed["set"] = view.set
    if view.models and set(view.models) != set(model_set(view.set).models):
        changed["models"] = ",".join(_short(model, view.set) for model in view.models)
    if view.pinned is not None:
        changed["pinned"] = view.pinned
    if view.without:
        as_now = "" if numbered_alike(view.text) else _BY_UNICODE
        changed["without"] = as_now + ",".join(map(str, view.without[:MAX_WITHOUT]))
        if view.masked:
            changed["masked"] = "1"
    return changed


def link(address: str, parameters: Mapping[str, str]) -> str:
    """`address` (of a page, without parameters) with `parameters`.

    >>> link("https://quartet.example/", {"text": "Not bad.", "models": "lstm,bert"})
    'https://quartet.example/?text=Not+bad.&models=lstm%2Cbert'
    """
    return f"{address}?{urlencode(parameters)}" if parameters else address


def _text(value: str) -> str:
    if len(value) > MAX_LINK_CHARACTERS:
        raise ValueError(f"it is longer than {MAX_LINK_CHARACTERS:,} characters")
    return without_surrogates(value)


def _set(value: str, sees: Callable[[str], bool]) -> str:
    with suppress(ZooError):
        if sees(name := model_set(value).name):
            return name
    raise ValueError(f"there is no set of models named {value[:40]!r} here")


def _models(value: str, of: str) -> tuple[str, ...]:
    """Models of the set by their names, others by their identities; never a path."""
    by_name = {known.name: known for known in model_set(of).models}
    names = list(dict.fromkeys(value.split(",")))
    if len(names) > MOST_MODELS:
        raise ValueError(f"it names more than {MOST_MODELS} models")
    models: dict[ModelId, int] = {}  # with their places
    for name in names:
        base, _, on = name.partition("@")
        if on and on not in ENGINES:
            raise ValueError(f"there is no model named {name[:40]!r}, for {on[:20]!r} is no engine")
        model = by_name[base] if base in by_name else _own(base, of)
        models[model.on(on or ModelId.ENGINE)] = (
            list(by_name).index(base) if base in by_name else len(by_name)
        )
    return tuple(sorted(models, key=lambda model: models[model]))


def _own(value: str, beside: str) -> ModelId:
    """A model that the visitor added; ValueError where there is none, or not beside this set."""
    identity = ModelId(value)
    try:
        is_open = identity.set != "hub" or allowed()  # what others downloaded is not for a visitor
        if identity.is_own and identity.beside == beside and is_open:
            row = spec(identity)
            # one way to write it: each would be loaded anew
            plain = ModelId.of(row.name, row.id.set, beside=beside, order=row.order)
            if identity in (plain, ModelId.of(row.name, row.id.set, beside=beside)):
                return identity
    except (UnknownModelError, SetError, ValueError):
        pass
    except ZooError as error:  # it is there, and cannot be used
        raise ValueError(str(error).rstrip(".")) from None
    raise ValueError(f"there is no model named {value[:40]!r}")


def _short(model: str, of: str) -> str:
    """The model as an address names it beside the set."""
    identity = ModelId(model)
    return identity.rpartition("/")[2] if identity.set == of else model


def _without(value: str) -> tuple[int, ...]:
    parts = value.removeprefix(_BY_UNICODE).split(",")
    if len(parts) > MAX_WITHOUT or not all(
        p.isascii() and p.isdigit() and len(p) < 5 for p in parts
    ):
        raise ValueError(f"it must be at most {MAX_WITHOUT} word numbers with commas between")
    return tuple(sorted({int(part) for part in parts}))


def _masked(value: str) -> bool:
    if value not in ("0", "1"):
        raise ValueError("it must be 0 or 1")
    return value == "1"
