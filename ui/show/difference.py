"""Two texts compared word by word, as HTML. Everything that is not ours is escaped."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from html import escape

# Of equal words in two texts. Comparing takes as long, times the changes: "a a a …" with "a b a …"
# of 20,000 characters would take minutes.
MAX_PAIRS = 100_000


_UNITS = re.compile(r"""[.,;:!?…“”"()\[\]]|[^.,;:!?…“”"()\[\]]+""")
Unit = tuple[str, bool]  # a word, or the marks before or after it; whether a space stands before it


def edited(before: str, after: str) -> str:
    """One text as an edit of another: words taken out struck through, new ones marked.

    >>> edited("not a bad film", "a <good> film")
    '<del>not</del> a <del>bad</del> <ins>&lt;good&gt;</ins> film'
    >>> edited("It is dreadful.", "It is.")
    'It is <del>dreadful</del>.'
    """
    return _joined(
        piece
        for kept, removed, added in _parts(before, after)
        for piece in ((kept, ""), (removed, "del"), (added, "ins"))
    )


def both_marked(before: str, after: str) -> tuple[str, str]:
    """Both texts as HTML, words only in the first struck out, those only in the second marked.

    >>> both_marked("a good film", "a bad film")
    ('a <del>good</del> film', 'a <ins>bad</ins> film')
    """
    parts = list(_parts(before, after))
    return (
        _joined(piece for kept, removed, _ in parts for piece in ((kept, ""), (removed, "del"))),
        _joined(piece for kept, _, added in parts for piece in ((kept, ""), (added, "ins"))),
    )


def marked_words(before: str, after: str) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
    """The words of both texts as they are, each with whether the other text lacks it there.

    >>> marked_words("a good film.", "a film.")
    ([('a', False), ('good', True), ('film.', False)], [('a', False), ('film.', False)])
    """
    left: list[tuple[str, bool]] = []
    right: list[tuple[str, bool]] = []
    for kept, removed, added in _parts(before, after):
        for words, other in ((left, removed), (right, added)):
            for units, differs in ((kept, False), (other, True)):
                for text, spaced in units:
                    if spaced or not words:
                        words.append((text, differs))
                    else:
                        whole, differed = words[-1]
                        words[-1] = whole + text, differs or differed
    return left, right


def _joined(pieces: Iterable[tuple[Sequence[Unit], str]]) -> str:
    """Runs of units as escaped HTML, each in the element that is named, if one is."""
    html = ""
    for units, element in pieces:
        if units:
            run = "".join(" " * spaced + escape(text) for text, spaced in units)
            space = " " * (
                bool(html) and (run[0] == " " or (html.endswith("</del>") and element == "ins"))
            )
            run = run.lstrip(" ")
            html += space + (f"<{element}>{run}</{element}>" if element else run)
    return html


def _units(text: str) -> list[Unit]:
    return [
        (unit, at == 0) for word in text.split() for at, unit in enumerate(_UNITS.findall(word))
    ]


def _parts(before: str, after: str) -> Iterator[tuple[Sequence[Unit], ...]]:
    """Runs of units in order: (kept, [], []) in both texts, or ([], removed, added)."""
    a, b = _units(before), _units(after)
    start = _common_start(a, b)
    end = _common_start(a[start:][::-1], b[start:][::-1])
    middle = _aligned(a[start : len(a) - end], b[start : len(b) - end])
    for part in ((a[:start], [], []), *middle, (a[len(a) - end :], [], [])):
        if any(part):
            yield part


def _common_start(a: Sequence[Unit], b: Sequence[Unit]) -> int:
    """How many units the two begin with alike."""
    pairs = enumerate(zip(a, b, strict=False))
    return next((at for at, (first, second) in pairs if first != second), min(len(a), len(b)))


def _aligned(a: Sequence[Unit], b: Sequence[Unit]) -> Iterator[tuple[Sequence[Unit], ...]]:
    """(kept, removed, added) units on the way from `a` to `b`; all exchanged if it took long."""
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
