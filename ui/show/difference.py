"""Two texts compared word by word, as HTML. Everything that is not ours is escaped."""

from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from html import escape

# Of equal words in two texts. Comparing takes as long, times the changes: "a a a …" with "a b a …"
# of 20,000 characters would take minutes.
MAX_PAIRS = 100_000


def edited(before: str, after: str) -> str:
    """One text as an edit of another: words taken out struck through, new ones marked."""
    return " ".join(
        same or f"{gone and f'<del>{gone}</del>'} {come and f'<ins>{come}</ins>'}".strip()
        for same, gone, come in _parts(before, after)
    )


def both_marked(old: str, new: str) -> tuple[str, str]:
    """Both texts as HTML, words only in the first struck out, those only in the second marked."""
    left, right = [], []
    for same, gone, come in _parts(old, new):
        left.append(same or (gone and f"<del>{gone}</del>"))
        right.append(same or (come and f"<ins>{come}</ins>"))
    return " ".join(filter(None, left)), " ".join(filter(None, right))


def _parts(old: str, new: str) -> Iterator[tuple[str, str, str]]:
    """What both texts have, or what only the old and the new one have there; escaped, in order."""
    a, b = old.split(), new.split()
    start = _alike(a, b)
    end = _alike(a[start:][::-1], b[start:][::-1])
    middle = _compared(a[start : len(a) - end], b[start : len(b) - end])
    for words in ((a[:start], [], []), *middle, (a[len(a) - end :], [], [])):
        if any(words):
            same, gone, come = (escape(" ".join(part)) for part in words)
            yield same, gone, come


def _alike(a: Sequence[str], b: Sequence[str]) -> int:
    """How many words the two begin with alike."""
    pairs = enumerate(zip(a, b, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(a), len(b)))


def _compared(a: Sequence[str], b: Sequence[str]) -> Iterator[tuple[Sequence[str], ...]]:
    """Words both have, or only `a` and only `b` have there; all exchanged if it would take long."""
    often = Counter(b)
    if sum(often[word] for word in a) > MAX_PAIRS:
        yield [], a, b
        return
    for what, i, j, k, m in SequenceMatcher(a=a, b=b, autojunk=False).get_opcodes():
        yield (a[i:j], [], []) if what == "equal" else ([], a[i:j], b[k:m])
