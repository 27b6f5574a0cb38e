"""What the values of a column have in common: its type where a format wants one for all of them."""

from collections.abc import Mapping, Sequence
from typing import Any

_NONE = type(None)
_LARGEST = 2**63
_EXACT = 2**53  # whole numbers up to this are what they are beside fractions


class ColumnTypes:
    """Arrow's types of columns, from all of their values; `known` are those that a file names.

    >>> types = ColumnTypes(["n", "flag", "mixed"])
    >>> types.see([(1, True, "a"), (2.5, None, 1)])
    >>> types.arrow()
    {'n': DataType(double), 'flag': DataType(bool)}
    """

    def __init__(self, columns: Sequence[str], known: Mapping[str, Any] | None = None) -> None:
        self._columns, self._known = columns, known or {}
        self._seen: list[set[type]] = [set() for _ in columns]

    def see(self, rows: Sequence[Sequence[object]]) -> None:
        """Take these rows into account."""
        if len(self._known) == len(self._columns):
            return
        for seen, values in zip(self._seen, zip(*rows, strict=True), strict=False):
            kinds = set(map(type, values))
            if int in kinds:
                large = max(abs(value) for value in values if type(value) is int)
                kinds |= {str} if large >= _LARGEST else set()
                kinds |= {_Inexact} if large > _EXACT else set()
            seen |= kinds

    def arrow(self) -> dict[str, Any]:
        """The type of each column that has one other than text."""
        import pyarrow

        types = dict(self._known)
        for column, seen in zip(self._columns, self._seen, strict=True):
            kinds = seen - {_NONE}
            if kinds == {bool}:
                types.setdefault(column, pyarrow.bool_())
            elif kinds in ({int}, {int, _Inexact}):
                types.setdefault(column, pyarrow.int64())
            elif float in kinds and kinds <= {int, float}:
                types.setdefault(column, pyarrow.float64())
        return types


class _Inexact:
    """Stands among types for whole numbers that a fraction cannot hold."""
