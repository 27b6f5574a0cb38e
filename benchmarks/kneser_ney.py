"""An interpolated Kneser-Ney model of pieces (Chen & Goodman 1999), as arrays: quick to count.

The n-gram that ends at a position is a number for every n: that of the (n-1)-gram before the
position's piece, and the piece itself, looked up in a sorted table.
"""

from dataclasses import dataclass

import numpy as np

from model_zoo.tuning.token_rows import TokenRows


@dataclass(frozen=True, slots=True)
class Order:
    """The n-grams of one length: sorted `keys` (context · V + piece), and what interpolation needs.

    `counts` a key: how often it was seen, or below the highest order after how many different
    pieces. `totals` and `types` a context: the sum of its counts, and of how many n-grams.
    """

    keys: np.ndarray
    counts: np.ndarray
    totals: np.ndarray
    types: np.ndarray
    discount: float


@dataclass(frozen=True, slots=True)
class Stream:
    """Rows one behind the other, each after order - 1 marks of its beginning.

    `pieces` (N,), and whether each is one to be predicted, `asked` (N,).
    """

    pieces: np.ndarray
    asked: np.ndarray


def stream(rows: TokenRows, order: int, special: np.ndarray) -> Stream:
    """The rows as n-gram models read them; asked for are pieces, and [SEP] where a text ends."""
    begin = order - 1
    parts, asked = [], []
    for row, ends in enumerate(rows.labels):
        ids = rows.ids[rows.starts[row] : rows.starts[row + 1]].astype(np.int64)
        parts += [np.full(begin - 1, ids[0]), ids]
        wanted = ~special[ids]
        wanted[-1] = bool(ends)
        asked += [np.zeros(begin - 1, dtype=bool), wanted]
    return Stream(np.concatenate(parts), np.concatenate(asked))


class KneserNey:
    """Counts the n-grams of a training stream, n from 1 to `order`, in a vocabulary of `size`."""

    def __init__(self, train: Stream, order: int, size: int) -> None:
        self._size = size
        self._tables: list[np.ndarray] = []
        ids = np.zeros(len(train.pieces), dtype=np.int64)  # of the empty n-gram
        ending = []  # of each length the n-gram that ends at a position
        for _ in range(order):
            keys = _before(ids) * size + train.pieces
            table, ids = np.unique(keys, return_inverse=True)
            self._tables.append(table)
            ending.append(ids)
        self._orders = [
            self._order(n, ending, train.asked, highest=n == order - 1) for n in range(order)
        ]

    def _order(
        self, n: int, ending: list[np.ndarray], asked: np.ndarray, *, highest: bool
    ) -> Order:
        own = ending[n][asked]
        if not highest:  # each (n+1)-gram once: after how many different pieces was it seen?
            _, first = np.unique(ending[n + 1][asked], return_index=True)
            own = own[first]
        counts = np.bincount(own, minlength=len(self._tables[n])).astype(np.float64)
        contexts = self._tables[n] // self._size
        known = len(self._tables[n - 1]) if n else 1
        totals = np.bincount(contexts, weights=counts, minlength=known)
        types = np.bincount(contexts, weights=counts > 0, minlength=known)
        once, twice = int((counts == 1).sum()), int((counts == 2).sum())
        discount = once / (once + 2 * twice) if once else 0.5
        return Order(self._tables[n], counts, totals, types, discount)

    def probabilities(self, test: Stream) -> np.ndarray:
        """Of each piece asked for, given those before it, (M,)."""
        ids = np.zeros(len(test.pieces), dtype=np.int64)
        probability = np.full(len(test.pieces), 1.0 / self._size)
        for order in self._orders:
            context = _before(ids)
            keys = np.where(context < 0, -1, context * self._size + test.pieces)
            at = np.searchsorted(order.keys, keys).clip(max=len(order.keys) - 1)
            ids = np.where(order.keys[at] == keys, at, -1)
            seen = (context >= 0) & (order.totals[context] > 0)
            count = np.where(ids >= 0, order.counts[at], 0.0)
            total = np.where(seen, order.totals[context], 1.0)
            left = order.discount * order.types[context] / total
            mixed = np.maximum(count - order.discount, 0.0) / total + left * probability
            probability = np.where(seen, mixed, probability)
        return probability[test.asked]


def _before(ids: np.ndarray) -> np.ndarray:
    """What ends one position earlier; the first position, which nobody asks for, is its own."""
    return np.concatenate([ids[:1], ids[:-1]])
