"""Everything that is changed inside other packages, a row each, and nowhere else.

tests/unit/test_patches.py has a test for each row: it fails where the package does not need the
change any more, or does not heed it. Another one fails on a version that nobody has looked at.
"""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pkgutil import resolve_name
from threading import RLock
from types import ModuleType
from typing import Any, NoReturn
from unittest import mock


@dataclass(frozen=True, slots=True)
class Patch:
    """One name of another package, and what stands there instead.

    `name` is "module:attribute" or a whole module, which an empty one stands in for. `seen_on` is
    the package that made it necessary, in the version it was seen on. An attribute without `value`
    gets it from who applies the patch.
    """

    name: str
    seen_on: str
    why: str
    value: Any = None


# Importing transformers and Captum brings over 100 MB and two seconds of what reading a sentence
# never calls: nothing here is compiled, distributed or drawn with them. See `lean_imports`.
WHILE_IMPORTING = (
    Patch(
        "torch._dynamo",
        seen_on="transformers 5.23",
        why="It marks functions for torch's compiler, which comes with sympy.",
    ),
    Patch(
        "torch.distributed:is_available",
        value=lambda: False,
        seen_on="transformers 5.23",
        why="It takes up distributed tensors where there are any; it asks once, and remembers.",
    ),
    Patch(
        "matplotlib",
        seen_on="captum 0.9",
        why="It draws attributions, if asked to.",
    ),
    Patch(
        "mpl_toolkits",
        seen_on="captum 0.9",
        why="It comes with matplotlib, and looks for the real one.",
    ),
)


def _whole_callbacks(self: Any, *states: Any, **how: Any) -> None:
    """In place of SafeSessionState.on_script_will_rerun: no callback is given up half-way.

    Streamlit asks for the next click whenever the session is read or something is sent to the
    browser, but for times at which its runner is not `_execing`; right after the callbacks, it asks
    by itself.
    """
    runner = self._yield_callback.__self__
    runner._execing = False
    try:
        with self._lock:
            self._state.on_script_will_rerun(*states, **how)
    finally:
        runner._execing = True


def _not_found(manager: Any) -> NoReturn:
    """In place of what the server would count up: there is no such page."""
    from starlette.exceptions import HTTPException

    raise HTTPException(404)


# For as long as the process lasts. See `apply`.
FOR_GOOD = (
    Patch(
        "streamlit.net_util:_internal_ip",
        value="127.0.0.1",
        seen_on="streamlit 1.67",
        why="Where a page elsewhere on the web tries to connect to the app, Streamlit compares "
        "its address with this server's, and looks at the network for that.",
    ),
    Patch(
        "streamlit.net_util:_external_ip",
        value="127.0.0.1",
        seen_on="streamlit 1.67",
        why="The same; this one it asks a service on the internet for.",
    ),
    Patch(
        "streamlit.runtime.state.safe_session_state:SafeSessionState.on_script_will_rerun",
        value=_whole_callbacks,
        seen_on="streamlit 1.67",
        why="A click ends the callbacks of the click before it, or keeps them from beginning: a "
        "sentence whose Enter is followed at once by a click would be lost.",
    ),
    Patch(
        "streamlit.runtime.stats:StatsManager.registered_families",
        value=_not_found,
        seen_on="streamlit 1.67",
        why="/_stcore/metrics tells anybody who is here and how much each visit holds, and looks "
        "through all of it for that; no setting switches it off.",
    ),
    Patch(
        "starlette.formparsers:MultiPartParser.spool_max_size",
        seen_on="starlette 1.10",
        why="Uploads of more bytes than this, 1 MB otherwise, pass through a file on the disk.",
    ),
)

_IMPORTING = RLock()


def apply(package: str, **values: Any) -> None:
    """Make all FOR_GOOD changes to `package`; `values` has those that the table leaves open."""
    for patch in FOR_GOOD:
        if patch.name.startswith(f"{package}."):
            holder, attribute = _place(patch)
            setattr(holder, attribute, values[attribute] if patch.value is None else patch.value)


@contextmanager
def lean_imports() -> Iterator[None]:
    """Imports in this block meet the WHILE_IMPORTING changes, but for modules already there.

    Stand-ins are taken away afterwards: whoever imports the real ones later gets them.
    """
    with _IMPORTING, ExitStack() as changed:
        for patch in WHILE_IMPORTING:
            if ":" in patch.name:  # torch is imported here, as it is
                changed.enter_context(mock.patch.object(*_place(patch), patch.value))
        modules = [patch.name for patch in WHILE_IMPORTING if ":" not in patch.name]
        finder = _Finder([name for name in modules if name not in sys.modules])
        sys.meta_path.insert(0, finder)
        try:
            yield
        finally:
            sys.meta_path.remove(finder)
            for name in [name for name in sys.modules if finder.serves(name)]:
                parent, _, child = name.rpartition(".")
                if parent in sys.modules:
                    vars(sys.modules[parent]).pop(child, None)
                del sys.modules[name]


def _place(patch: Patch) -> tuple[Any, str]:
    """The module or class that has the patch's attribute, and the attribute's name."""
    module, _, path = patch.name.partition(":")
    holder, _, attribute = path.rpartition(".")
    return resolve_name(f"{module}:{holder}"), attribute


class _Finder(MetaPathFinder, Loader):
    """Gives an empty module for each of `names` and whatever is asked for inside of it."""

    def __init__(self, names: list[str]) -> None:
        self._names = names

    def serves(self, name: str) -> bool:
        return any(name == module or name.startswith(f"{module}.") for module in self._names)

    def find_spec(self, name: str, path: Any, target: Any = None) -> ModuleSpec | None:
        return ModuleSpec(name, self, is_package=True) if self.serves(name) else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _StandIn(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        pass


class _StandIn(ModuleType):
    """A module that has every name: a class, fit to be a decorator, a type or a base."""

    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Anything


class _Anything:
    """As a decorator, with or without arguments, it leaves the function as it is."""

    def __new__(cls, *arguments: Any, **_: Any) -> Any:
        decorated = arguments and callable(arguments[0])
        return arguments[0] if decorated else lambda function: function
