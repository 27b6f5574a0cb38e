"""The sentences of the behaviour checks: templates, and how they are filled with words.

In a template, {item} stands for a word of the list of that name, {item2} for another word of the
same list.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain, islice, product, zip_longest
from random import Random
from string import Formatter

from model_zoo.evaluation.words import WORDS
from model_zoo.labels import SENTIMENT

NEGATIVE, POSITIVE = SENTIMENT


@dataclass(frozen=True, slots=True)
class Case:
    """One case of a behaviour check: one text, or two that are compared.

    `expected` depends on the check's kind: the label of each text (minimum functionality), the
    label that the second text may move towards but not away from (directional), or nothing
    (invariance: the answer must stay what it is).
    """

    texts: tuple[str, ...]
    expected: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """The texts of a case, with words left open, and what is expected; see `Case`."""

    texts: tuple[str, ...]
    expected: tuple[str, ...] = ()


def _negative(*texts: str) -> list[Template]:
    """Templates of single texts, expected negative."""
    return [Template((text,), (NEGATIVE,)) for text in texts]


def _positive(*texts: str) -> list[Template]:
    """Templates of single texts, expected positive."""
    return [Template((text,), (POSITIVE,)) for text in texts]


def _slots(text: str) -> list[str]:
    """The names of what is left open in a template's text, in order, repeats included.

    >>> _slots("{person} met {person2}.")
    ['person', 'person2']
    """
    return [name for _, name, _, _ in Formatter().parse(text) if name]


def _either(*texts: str) -> list[Template]:
    """Templates of praise, expected positive, and the same with every opinion turned round."""
    return _positive(*texts) + _negative(*map(_turned, texts))


def _reordered(*texts: str) -> list[Template]:
    """Pairs of the same words: one text, expected positive, and one with good and bad exchanged."""
    return [Template((text, _turned(text)), (POSITIVE, NEGATIVE)) for text in texts]


def _turned(text: str) -> str:
    """The template's text with every opinion turned round.

    >>> _turned("I {loved} the {thing}.")
    'I {hated} the {thing}.'
    """
    return text.format_map({slot: f"{{{_OPPOSITE.get(slot, slot)}}}" for slot in _slots(text)})


_OPPOSITE = {"good": "bad", "a_good": "a_bad", "loved": "hated", "love": "hate", "loving": "hating"}
_OPPOSITE |= {bad: good for good, bad in _OPPOSITE.items()}


def _swapped(*texts: str) -> list[Template]:
    """Pairs that differ in what should not matter: in another name, or in the two of a pair."""
    return [
        Template(
            (
                text,
                text.format_map({slot: f"{{{_OTHER.get(slot, slot)}}}" for slot in _slots(text)}),
            )
        )
        for text in texts
    ]


_OTHER = {
    slot: f"{slot}2" for slot in ("person", "city", "title", "length", "room", "day", "people")
}


def _graded(towards: str, text: str, degree: str) -> Template:
    """A text with an opinion, and with that opinion graded; it may move `towards` a label only."""
    return Template((text.format(""), text.format(f"{{{degree}}} ")), (towards,))


def _added(towards: str, text: str, more: str) -> Template:
    """A text, and the same with an opinion added; it may move `towards` a label only."""
    return Template((text, f"{text} {more}"), (towards,))


TEMPLATES: dict[str, list[Template]] = {
    "plain words": _either(
        "The {thing} was {good}.",
        "I {loved} the {thing}.",
        "This is {a_good} {object}.",
        "What {a_good} {work}!",
    ),
    "negated praise": _negative(
        "The {story} was not {gripping}.",
        "The {item} was not {fine}.",
        "I did not {enjoy} the {thing}.",
        "This is not a good {object}.",
        "There was nothing {gripping} about the {story}.",
        "Nobody {liked} the {thing}.",
        "I cannot recommend this {object}.",
        "The {item} was no good.",
    ),
    "negated criticism": _positive(
        "The {story} was not {dull} at all.",
        "There is nothing wrong with the {item}.",
        "I have no complaints about the {item}.",
        "The {item} was not bad at all.",
        "The {work} was never {dull}.",
        "There was not a dull moment in the {work}.",
        "You will not regret buying this {gadget}.",
        "Nobody was disappointed by the {thing}.",
        "I could not find a single fault in the {story}.",
    ),
    "distant negation": [
        *_negative(
            "I do not think that anyone who saw it with us found the {story} {gripping}.",
            "I cannot honestly say, after two hours of it, that the {story} was {gripping}.",
            "Nobody in our group of twelve, young or old, said that the {stay} was {fine}.",
            "Not one of those who saw it with me on Friday thought the {story} was {gripping}.",
        ),
        *_positive(
            "Not one of the people who went there with me on Friday complained about the {stay}.",
            "At no point during those two and a half hours was the {work} {dull}.",
            "I cannot think of anything, however hard I try, that was wrong with the {item}.",
            "Nobody I know who bought this {gadget} last year has ever regretted it.",
        ),
    ],
    "but: verdict last": _either(
        "The {part} was {bad}, but the film as a whole was {good}.",
        "The {stay} was {bad}, but overall our stay was {good}.",
        "It has {a_bad} {feature}, but all in all it is {a_good} film.",
        "The {part} was {bad}, but I {loved} the film.",
    ),
    "although: verdict first": _either(
        "The film as a whole was {good}, even though the {part} was {bad}.",
        "Overall our stay was {good}, although the {stay} was {bad}.",
        "All in all it is {a_good} film, in spite of {a_bad} {feature}.",
        "I {loved} the film, even if the {part} was {bad}.",
    ),
    "expected and found": _either(
        "I thought the {thing} would be {bad}, but it was {good}.",
        "We had been told that the {item} was {bad}, yet it turned out to be {good}.",
        "I expected to {hate} the {thing} and ended up {loving} it.",
        "In the trailer it looked {bad}; the film itself was {good}.",
    ),
    "word order": _reordered(
        "The {thing} is not {bad}, but {good}.",
        "The {item} used to be {bad}, but now it is {good}.",
        "The {thing} was {good} rather than {bad}.",
        "Instead of being {bad}, the {thing} was {good}.",
        "I was told the {thing} was {bad}, but I found it {good}.",
    ),
    "others' opinions": _either(
        "The critics {hated} the {story}, but I {loved} it.",
        "I {loved} the {story}, although the critics {hated} it.",
        "Some people say that the {item} is {bad}. They are wrong: it is {good}.",
        "My {relative} found the {thing} {bad}; I found it {good}.",
    ),
    "questions and answers": [
        *_either("Was the {thing} {bad}? Quite the opposite."),
        *_negative(
            "Did I {enjoy} the {thing}? No, not at all.",
            "Would I buy this {gadget} again? Never.",
            "Would I recommend this {object} to a friend? No.",
        ),
        *_positive(
            "Do I regret buying this {gadget}? No, not at all.",
            "Would I buy this {gadget} again? Any time.",
            "Would I recommend this {object} to a friend? Yes.",
        ),
    ],
    "comparisons": [
        *_negative(
            "This {work} is much worse than the {good} one before it.",
            "I have never seen a worse {work}.",
            "I have rarely had a worse {meal}.",
            "Even the {bad} first film was better than this sequel.",
        ),
        *_positive(
            "This {work} is much better than the {bad} one before it.",
            "I have never seen a better {work}.",
            "I have rarely had a better {meal}.",
            "Not even the {good} first film was better than this sequel.",
        ),
    ],
    "could have been": [
        *_negative(
            "The {story} could have been {gripping}.",
            "I wish the {item} had been {fine}.",
            "With a better {feature}, this could have been {a_good} film.",
            "The {item} should have been much better.",
        ),
        *_positive(
            "The {item} could not have been better.",
            "I could not have wished for a better {meal}.",
            "I could not be happier with this {gadget}.",
            "I wish every {story} were as {gripping} as this one.",
        ),
    ],
    "no word of opinion": [
        *_negative(
            "I walked out after {minutes} minutes.",
            "I fell asleep halfway through the {work}.",
            "The {gadget} stopped working after {days} days.",
            "I sent the {gadget} back the next day.",
            "I kept looking at my watch during the {work}.",
            "After {minutes} minutes half of the audience had left.",
            "I want my money back.",
            "We found a hair in the soup.",
            "The waiter forgot our order {days} times.",
            "Those are two hours of my life that I will never get back.",
        ),
        *_positive(
            "I have already watched the {work} {days} times.",
            "I would go and see the {work} again tomorrow.",
            "The whole audience stood up and clapped at the end of the {work}.",
            "I have told all my friends to go and see the {work}.",
            "I have already ordered a second {gadget} for my {relative}.",
            "My {relative} asks to go back there every weekend.",
            "The {gadget} has worked every single day for {days} years.",
            "I was on the edge of my seat until the last minute.",
            "I did not want it to end.",
            "We will be back next week, and the week after that.",
        ),
    ],
    "names, places, titles": _swapped(
        "I watched the film with {person} and it was {opinion}.",
        "{person} played the main part, and the script was {opinion}.",
        "We saw the concert in {city} and it was {opinion}.",
        "The hotel in {city} was {opinion}.",
        "I have just seen {title}, and the acting was {opinion}.",
    ),
    "numbers": _swapped(
        "The film lasts {length} minutes and the ending is {opinion}.",
        "We stayed in room {room} and the view was {opinion}.",
        "I went to the concert on {day} May and it was {opinion}.",
        "There were {people} of us and the meal was {opinion}.",
    ),
    "typos": _swapped(
        "We saw the film {yesterday} and it was {opinion}.",
        "The {restaurant} in our street is {opinion}.",
        "I went there with {friends} and the service was {opinion}.",
        "The film that we saw at the {cinema} was {opinion}.",
        "We had a meal {together} and the food was {opinion}.",
        "The {apartment} that we rented was {opinion}.",
    ),
    "same in other words": _swapped(
        "The {movie} was {opinion}.",
        "The {story} {was_not} {gripping}.",
        "I {did_not} {enjoy} the {item}.",
        "{it_is} {a_good} {object}.",
        "{it_is} {a_bad} {object}.",
        "My {children} thought that the meal was {opinion}.",
        "The {flat} that we rented was {opinion}.",
        "The {picture} from my new camera are {opinion}.",
    ),
    "intensifiers": [
        _graded(POSITIVE, "The {{item}} was {}{{gradable}}.", "very"),
        _graded(POSITIVE, "The {{meal}} we had was {}{{gradable}}.", "very"),
        _graded(POSITIVE, "I {}{{liked}} the {{thing}}.", "really"),
        _graded(NEGATIVE, "The {{item}} was {}{{weak}}.", "very"),
        _graded(NEGATIVE, "The {{meal}} we had was {}{{weak}}.", "very"),
        _graded(NEGATIVE, "I {}{{hated}} the {{thing}}.", "really"),
    ],
    "downtoners": [
        _graded(NEGATIVE, "The {{item}} was {}{{gradable}}.", "somewhat"),
        _graded(NEGATIVE, "The {{meal}} we had was {}{{gradable}}.", "somewhat"),
        _graded(POSITIVE, "The {{item}} was {}{{weak}}.", "slightly"),
        _graded(POSITIVE, "The {{story}} was {}{{dull}}.", "slightly"),
    ],
    "one more opinion": [
        _added(POSITIVE, "We saw the {work} with friends.", "I {loved} it."),
        _added(NEGATIVE, "We saw the {work} with friends.", "I {hated} it."),
        _added(POSITIVE, "The {stay} was {opinion}.", "I {loved} everything else about our stay."),
        _added(NEGATIVE, "The {stay} was {opinion}.", "I {hated} everything else about our stay."),
        _added(POSITIVE, "The {part} was {opinion}.", "All in all it is {a_good} film."),
        _added(NEGATIVE, "The {part} was {opinion}.", "All in all it is {a_bad} film."),
    ],
}


@cache
def cases(name: str, size: int) -> tuple[Case, ...]:
    """`size` cases of TEMPLATES[name], fewer where there are not as many; none twice.

    Templates take turns, and each one's words come in a shuffled order that is always the same.
    """
    filled = (_filled(row, Random(f"{name} {at}")) for at, row in enumerate(TEMPLATES[name]))
    turns = chain.from_iterable(zip_longest(*filled))
    return tuple(islice((case for case in turns if case is not None), size))


def _filled(template: Template, chance: Random) -> Iterator[Case]:
    """The template with all combinations of words, in random order."""
    names = list(dict.fromkeys(chain.from_iterable(map(_slots, template.texts))))
    choices = list(product(*(WORDS[name.rstrip("2")] for name in names)))
    chance.shuffle(choices)
    for words in choices:
        chosen = dict(zip(names, words, strict=True))
        if any(chosen.get(f"{name}2") == word for name, word in chosen.items()):
            continue
        yield Case(
            tuple(
                text.format_map({name: _side(word, at) for name, word in chosen.items()})
                for at, text in enumerate(template.texts)
            ),
            template.expected,
        )


def _side(word: str, at: int) -> str:
    """What of a list's entry belongs into text number `at`.

    >>> _side("film|movie", 1), _side("film", 1)
    ('movie', 'film')
    """
    sides = word.split("|")
    return sides[min(at, len(sides) - 1)]
