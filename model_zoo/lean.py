"""Importing transformers and Captum without what reading a sentence never calls.

Both import far more than inference needs: transformers marks functions for torch's compiler, which
brings torch._dynamo, sympy and torch.distributed's tensors, and takes up scikit-learn where that is
installed; Captum brings matplotlib. That is over 100 MB and two seconds. Nothing here is compiled,
distributed or drawn with them, so empty modules stand in for them while the import lasts. They are
taken away afterwards: whoever imports the real ones later gets them.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from threading import RLock
from types import ModuleType
from typing import Any
from unittest import mock

STAND_INS = ("torch._dynamo", "matplotlib", "mpl_toolkits", "sklearn")
_IMPORTING = RLock()


@contextmanager
def lean_imports() -> Iterator[None]:
    """Imports in this block get stand-ins for STAND_INS, but for those that are there already."""
    import torch

    with _IMPORTING:
        wanted = [name for name in STAND_INS if name not in sys.modules]
        finder = _Finder(wanted)
        sys.meta_path.insert(0, finder)
        try:
            # transformers asks once, and remembers
            with mock.patch.object(torch.distributed, "is_available", lambda: False):
                yield
        finally:
            sys.meta_path.remove(finder)
            for name in [name for name in sys.modules if finder.serves(name)]:
                parent, _, child = name.rpartition(".")
                if parent in sys.modules:
                    vars(sys.modules[parent]).pop(child, None)
                del sys.modules[name]


class _Finder(MetaPathFinder, Loader):
    """Gives an empty module for each of `names` and whatever is said to be inside of it."""

    def __init__(self, names: list[str]) -> None:
        self._names = names

    def serves(self, name: str) -> bool:
        return any(name == one or name.startswith(f"{one}.") for one in self._names)

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

    def __new__(cls, *given: Any, **_: Any) -> Any:
        return given[0] if given and callable(given[0]) else lambda function: function
