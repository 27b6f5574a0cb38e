"""Results in words. Pure functions, so that what the page says can be tested without a page."""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TypeVar

from model_zoo.evaluation.metrics import McNemar
from model_zoo.explain.records import Attribution, Trust
from model_zoo.inference.predict import Prediction
from model_zoo.internals.stepwise import Course
from model_zoo.models.sets import BUNDLED, ModelSet
from model_zoo.text.notices import notices as text_notices
from model_zoo.text.tokens import MASK

MEMORY_AWAITED = "memory: being measured in a fresh process…"

Value = TypeVar("Value")


def agreement(predictions: Sequence[Prediction], titles: Mapping[str, str]) -> str:
    """One or two sentences: who says what, and how sure a lone dissenter is.

    `titles` gives the name to show for each model. Models that answer with other labels than most
    are named as left out.
    """
    labels = _commonest([p.labels for p in predictions])
    asked = [p for p in predictions if p.labels == labels]
    others = [titles[p.model] for p in predictions if p.labels != labels]
    verdict = _agreement(asked, titles)
    if not others:
        return verdict
    has = (
        "answers with labels of its own and is"
        if len(others) == 1
        else ("answer with labels of their own and are")
    )
    return f"{verdict} {listing(others)} {has} left out of this."


def _commonest(values: Sequence[Value]) -> Value:
    """The commonest of the values, the first of those that are."""
    return max(values, key=values.count)


def _agreement(predictions: Sequence[Prediction], titles: Mapping[str, str]) -> str:
    """The same for models that all answer with the same labels."""
    sides: dict[str, list[Prediction]] = {}
    for prediction in predictions:
        sides.setdefault(prediction.label, []).append(prediction)
    count = len(predictions)
    if len(sides) == 1:
        (label,) = sides
        surest = max(predictions, key=lambda p: p.confidence)
        doubter = min(predictions, key=lambda p: p.confidence)
        who = "Both" if count == 2 else f"All {_in_words(count)}"
        if count == 1:
            return f"{titles[surest.model]} says {label}, at {percent(surest.confidence)}."
        if percent(surest.confidence) == percent(doubter.confidence):
            return f"{who} say {label}, each at {percent(surest.confidence)}."
        return (
            f"{who} say {label}. {titles[surest.model]} is surest at {percent(surest.confidence)}, "
            f"{titles[doubter.model]} least at {percent(doubter.confidence)}."
        )
    by_size = sorted(sides.items(), key=lambda side: -len(side[1]))
    (many_label, many), (_, next_many) = by_size[:2]
    labels = predictions[0].labels
    about = labels[1] if len(labels) == 2 else many_label
    low, high = min(p.of(about) for p in predictions), max(p.of(about) for p in predictions)
    apart = f"The probabilities of {about} span {percent(low)} to {percent(high)}."
    if percent(low) == percent(high):
        apart = f"The probabilities of {about} are all about {percent(low)}."
    if len(many) == len(next_many):
        clauses = (
            f"{listing([titles[p.model] for p in side])} say{'s' * (len(side) == 1)} {label}"
            for label, side in sides.items()
        )
        return f"The models are split: {', '.join(clauses)}. {apart}"
    few = [p for p in predictions if p.label != many_label]
    names = listing([f"{titles[p.model]} ({percent(p.confidence)} {p.label})" for p in few])
    verb = "disagrees" if len(few) == 1 else "disagree"
    return f"{len(many)} of {count} say {many_label}; {names} {verb}. {apart}"


def confidence(prediction: Prediction) -> str:
    """How sure the model is, as a phrase; "very sure" means at least 95 %."""
    for least, phrase in (
        (0.95, "very sure"),
        (0.8, "sure"),
        (0.65, "leaning"),
        (0.0, "undecided"),
    ):
        if prediction.confidence >= least:
            return phrase
    raise AssertionError("probabilities are not below zero")


def notices(prediction: Prediction) -> list[str]:
    """What the reader must know of how the text was read; empty when there is nothing to say."""
    tokens, blank = prediction.tokens, MASK in prediction.tokens
    return text_notices(len(tokens), prediction.unknown, prediction.dropped, blank=blank)


def margin(prediction: Prediction) -> str:
    """How far the two likeliest labels are apart, in percentage points."""
    (_, most), (_, next_most) = prediction.top(2)
    return points(most, next_most)


def signed_number(number: float) -> str:
    """A number with its sign, two decimals; without one where nothing is left of it.

    >>> signed_number(1.5), signed_number(-0.25), signed_number(0.004)
    ('+1.50', '−0.25', '0.00')
    """
    text = f"{number:+.2f}"
    return "0.00" if text in ("+0.00", "-0.00") else text.replace("-", "−")


def points(share: float, other: float, *, signed: bool = False) -> str:
    r"""How far a probability is above another, as percentage points after a no-break space.

    That is the difference of both as they are shown, in whole per cent.

    >>> points(0.81, 0.19), points(0.25, 0.75, signed=True), points(0.006, 0.214, signed=True)
    ('62\xa0points', '−50\xa0points', '−20\xa0points')
    """
    difference = int(f"{100 * share:.0f}") - int(f"{100 * other:.0f}")
    number = f"{difference:+}" if signed else f"{difference}"
    number = number if difference else "0"
    noun = "point" if number in ("1", "+1", "-1") else "points"
    return f"{number.replace('-', '−')}\u00a0{noun}"


def change(before: Prediction, after: Prediction, *, named: bool = True) -> str:
    """What an edit did to a model's answer: "positive +10 points", "… −50 points: turns negative".

    The probability is that of the second of two labels, or else of what is answered now; it is
    `named` unless that is plain from where it stands.
    """
    about = after.labels[1] if len(after.labels) == 2 else after.label
    moved = points(after.of(about), before.of(about), signed=True)
    name = f"{about} " if named else ""
    if before.label != after.label:
        return f"{name}{moved}: turns {after.label}"
    return f"{name}{moved}"


def turns(course: Course, steps: Sequence[str]) -> str:
    """Where on its way an answer changes, in words; `steps` names each step of the course.

    >>> shares = ((0.1, 0.9), (0.8, 0.2), (0.9, 0.1))
    >>> course = Course("lstm", "forward", ("negative", "positive"), shares)
    >>> turns(course, ["“not”", "“bad”", "“.”"])
    'starts positive, turns negative at “bad”'
    """
    sides = [course.labels[row.index(max(row))] for row in course.probabilities]
    order = range(len(sides))
    if course.reading == "backward":
        order = order[::-1]
    crossings = [after for before, after in pairwise(order) if sides[before] != sides[after]]
    start, end = sides[order[0]], sides[order[-1]]
    if not crossings:
        return f"is {start} all the way"
    if len(crossings) > 3:
        return f"changes sides {len(crossings)} times, last to {end} at {steps[crossings[-1]]}"
    clauses = [f"turns {sides[at]} at {steps[at]}" for at in crossings]
    return f"starts {start}, {listing(clauses)}"


def trusted(attribution: Attribution, trust: Trust) -> str:
    """Whether an attribution's picture may be believed, as far as its own measurements can tell."""
    doubts = []
    if attribution.gap_relative is not None and attribution.gap_relative > 0.05:
        gap = f"{attribution.gap_relative:.0%}"
        doubts.append(f"its scores miss what they should add up to by {gap}")
    open_questions = []
    for verdict, worse, unsure in (
        (
            trust.removal,
            "taking its top words out changes no more than taking out random ones",
            "taking its top words out changes about as much as taking out random ones",
        ),
        (
            trust.alone,
            "its top words alone say no more than random ones",
            "its top words alone say about as much as random ones",
        ),
        (
            trust.forecast,
            "its scores foretell what leaving words out does worse than no forecast",
            "its scores foretell what leaving words out does about as badly as no forecast",
        ),
    ):
        if verdict < 0:
            doubts.append(worse)
        elif not verdict:
            open_questions.append(unsure)
    if doubts:
        return f"do not rely on this picture: {listing(doubts)}."
    if open_questions:
        return f"cannot be told: {listing(open_questions)}, within what chance does."
    return "its top words matter more than random ones, by both measures below."


def ratio(value: float, yardstick: float, less: str, equal: str, more: str) -> str:
    """How `value` compares to a yardstick, both above zero, with one of the three phrases.

    `less` and `more` are said of a value below and above the yardstick, `equal` within 5 %.

    >>> ratio(47, 100, "faster than", "as fast as", "slower than")
    '2.1× faster than'
    >>> ratio(102, 100, "faster than", "as fast as", "slower than")
    'as fast as'
    """
    times = yardstick / value
    if 1 / 1.05 <= times <= 1.05:
        return equal
    return f"{_factor(times)}× {less}" if times > 1 else f"{_factor(1 / times)}× {more}"


def _factor(times: float) -> str:
    return f"{times:.1f}" if times < 10 else f"{times:.0f}"


def megabytes(size: float) -> str:
    """Bytes as MB, or GB from ten of them on (decimal units).

    >>> megabytes(21_397_504), megabytes(1_234_567_890), megabytes(25_276_502_016)
    ('21 MB', '1,235 MB', '25.3 GB')
    """
    return f"{size / 1e9:.1f} GB" if abs(size) >= 1e10 else f"{size / 1e6:,.0f} MB"


def millions(count: float, unit: str = "M") -> str:
    """A number of parameters, or another, in millions; below a million, to two decimals.

    >>> millions(33_360_770), millions(789_504, "MB")
    ('33.4 M', '0.79 MB')
    """
    return f"{count / 1e6:.2f} {unit}" if count < 1e6 else f"{count / 1e6:.1f} {unit}"


def counted(count: int, noun: str) -> str:
    """A number of things.

    >>> counted(1, "layer"), counted(1200, "layer")
    ('1 layer', '1,200 layers')
    """
    return f"{count:,} {noun}{'s' * (count != 1)}"


def in_line(ahead: int) -> str:
    """Where a visitor stands who waits for a turn; `ahead` are those who wait before them.

    >>> in_line(2), in_line(0)
    ('Waiting for your turn: 2 ahead of you…', 'Waiting for your turn: you are next…')
    """
    return f"Waiting for your turn: {f'{ahead:,} ahead of you' if ahead else 'you are next'}…"


def plain(text: str) -> str:
    r"""Text as Markdown that shows it as it is: what is typed may hold *, $ or [.

    Some of what Streamlit looks for it finds in the text that is left once escapes are resolved:
    links, arrows, its icons. An empty span in their midst keeps them apart.

    >>> print(plain("a*b, www.a.b"))
    a\*b, www:small[]\.a\.b
    """
    apart = _FOUND_LATE.sub(r"\g<0>\0", " ".join(text.replace("\0", "\ufffd").splitlines()))
    return "".join(
        ":small[]" if char == "\0" else f"\\{char}" if char in _MARKUP else char for char in apart
    )


_MARKUP = frozenset(r"\`*_{}[]()#+-.!|<>~$:&=")
_FOUND_LATE = re.compile(  # in each, up to where it can be broken
    r"https?:(?=//)|www(?=\.)|[-.\w+](?=@)"
    r"|:(?=streamlit:|material[/_])"
    r"|(?:^|(?<=\s))(?:<(?=->|-|=)|-(?=>|-)|>(?==)|~(?==))",
    re.IGNORECASE,
)


def in_figure(word: str) -> str:
    """A word as plotly text: what it would take for markup is escaped, long ones are cut.

    >>> in_figure("<b>"), in_figure("incomprehensibilities")
    ('&lt;b&gt;', 'incomprehensibili…')
    """
    cut = word if len(word) <= 18 else word[:17] + "…"
    return cut.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def title_in_figure(title: str) -> str:
    """What a model is called, as plotly text: where it is cut, its engine is still named.

    >>> title_in_figure("incomprehensibilities · int8"), title_in_figure("BERT")
    ('incomprehensibili… · int8', 'BERT')
    """
    name, mark, engine = title.rpartition(" · ")
    return f"{in_figure(name)}{mark}{in_figure(engine)}"


def percent(share: float) -> str:
    r"""A probability in whole per cent, but never a flat 0 % or 100 %, which no model is sure of.

    >>> percent(0.5), percent(0.9999), percent(0.0)
    ('50\u202f%', '>99\u202f%', '<1\u202f%')
    """
    if 0.995 <= share <= 1:
        return ">99\u202f%"
    if 0 <= share < 0.005:
        return "<1\u202f%"
    return f"{100 * share:.0f}\u202f%"


def listing(names: Sequence[str]) -> str:
    """Names joined as in a sentence; empty where there are none.

    >>> listing(["a"]), listing(["a", "b"]), listing(["a", "b", "c"])
    ('a', 'a and b', 'a, b and c')
    """
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def made_of(models: ModelSet) -> str:
    """What a set of models was made from and what it can answer, in a few sentences."""
    if models.name == BUNDLED:
        return (
            "All four were trained on the same film-review phrases and a few everyday reviews. "
            "They know two answers, negative and positive, and give one of them even where "
            "neither fits. BERT and DistilBERT are much smaller than their papers’."
        )
    shown = models.labels if len(models.labels) <= 8 else [*models.labels[:7], "others"]
    origin = f"{models.origin.rstrip('.')}. " if models.origin else ""
    return (
        f"{models.title}. {origin}The models know {len(models.labels)} answers, {listing(shown)}, "
        "and give one of them even where none fits."
    )


def _in_words(count: int) -> str:
    """A small number as a word, from seven on in digits."""
    words = ("no", "one", "two", "three", "four", "five", "six")
    return words[count] if count < len(words) else str(count)


def interval(share: float | None, ci95: tuple[float, float] | None) -> str:
    """A measured share with its 95 % interval; a dash where nothing was measured.

    >>> interval(0.9, (0.88, 0.92)), interval(None, None)
    ('90.0% (88.0% to 92.0%)', '–')
    """
    if share is None or ci95 is None:
        return "–"
    return f"{share:.1%} ({ci95[0]:.1%} to {ci95[1]:.1%})"


def without_options(message: str) -> str:
    """A sentence of the library as a page says it: a command's options mean nothing there.

    >>> without_options("Choose another name, or have it replaced (--overwrite).")
    'Choose another name, or have it replaced.'
    """
    return re.sub(r" \(--[a-z-]+\)", "", message)


def duration(seconds: float) -> str:
    """A length of time, to the second up to 100 of them, then to the minute.

    >>> duration(40.2), duration(180), duration(4800), duration(7200)
    ('40 s', '3 min', '1 h 20 min', '2 h')
    """
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{minutes} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def paired(test: McNemar, first: str, second: str) -> str:
    """What a paired test says of two models, in words, among all tests it was looked at with.

    >>> paired(McNemar(b=30, c=9, p=0.001), "BERT", "LSTM")
    'BERT is better here, hardly by chance'
    """
    if test.chance:
        return "this difference could be chance"
    better = first if test.b > test.c else second
    return f"{better} is better here, hardly by chance"
