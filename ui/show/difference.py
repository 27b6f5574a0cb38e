"""Two texts compared word by word, as HTML. Everything that is not ours is escaped."""

from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from html import escape

# Of equal words in two texts. Comparing takes as long, times the changes: "a a a …" with "a b a …"
# of 20,000 characters would take minutes.
MAX_PAIRS = 100_000


def edited(before: str, after: str) -> str:
    """One text as an edit of another: words taken out struck through, new ones marked.

    >>> edited("not a bad film", "a <good> film")
    '<del>not</del> a <del>bad</del> <ins>&lt;good&gt;</ins> film'
    """
    return " ".join(
        kept or " ".join(filter(None, (_struck_out(removed), _marked(added))))
        for kept, removed, added in _as_html(before, after)
    )


def both_marked(before: str, after: str) -> tuple[str, str]:
    """Both texts as HTML, words only in the first struck out, those only in the second marked.

    >>> both_marked("a good film", "a bad film")
    ('a <del>good</del> film', 'a <ins>bad</ins> film')
    """
    left, right = [], []
    for kept, removed, added in _as_html(before, after):
        left.append(kept or _struck_out(removed))
        right.append(kept or _marked(added))
    return " ".join(filter(None, left)), " ".join(filter(None, right))


def marked_words(before: str, after: str) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
    """The words of both texts as they are, each with whether the other text lacks it there.

    >>> marked_words("a good film", "a film")
    ([('a', False), ('good', True), ('film', False)], [('a', False), ('film', False)])
    """
    left: list[tuple[str, bool]] = []
    right: list[tuple[str, bool]] = []
    for kept, removed, added in _parts(before, after):
        left += [(word, False) for word in kept] + [(word, True) for word in removed]
        right += [(word, False) for word in kept] + [(word, True) for word in added]
    return left, right


def _struck_out(words: str) -> str:
    return words and f"<del>{words}</del>"


def _marked(words: str) -> str:
    return words and f"<ins>{words}</ins>"


def _as_html(before: str, after: str) -> Iterator[tuple[str, str, str]]:
    """Runs of words in order, escaped: (kept, "", "") in both texts, or ("", removed, added)."""
    for part in _parts(before, after):
        kept, removed, added = (escape(" ".join(words)) for words in part)
        yield kept, removed, added


def _parts(before: str, after: str) -> Iterator[tuple[Sequence[str], ...]]:
    """Runs of words in order: (kept, [], []) in both texts, or ([], removed, added)."""
    a, b = before.split(), after.split()
    start = _common_start(a, b)
    end = _common_start(a[start:][::-1], b[start:][::-1])
    middle = _aligned(a[start : len(a) - end], b[start : len(b) - end])
    for part in ((a[:start], [], []), *middle, (a[len(a) - end :], [], [])):
        if any(part):
            yield part


def _common_start(a: Sequence[str], b: Sequence[str]) -> int:
    """How many words the two begin with alike."""
    pairs = enumerate(zip(a, b, strict=False))
    return next((at for at, (first, second) in pairs if first != second), min(len(a), len(b)))


def _aligned(a: Sequence[str], b: Sequence[str]) -> Iterator[tuple[Sequence[str], ...]]:
    """(kept, removed, added) words on the way from `a` to `b`; all exchanged if it took long."""
    count = Counter(b)
    if sum(count[word] for word in a) > MAX_PAIRS:
        yield [], a, b
        return
    matcher = SequenceMatcher(a=a, b=b, autojunk=False)
    for what, a_start, a_end, b_start, b_end in matcher.get_opcodes():
        if what == "equal":
            yield a[a_start:a_end], [], []
        else:
            yield [], a[a_start:a_end], b[b_start:b_end]
