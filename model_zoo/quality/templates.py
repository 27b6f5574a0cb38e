"""The sentences of the behaviour checks: templates, the words they are filled with, and filling.

In a template, {item} stands for a word of the list of that name, {item2} for another word of the
same list. Where an entry of a list reads "one|other", the first text of a case gets the one and the
second text the other. Lists hold only words that go with every template they are used in.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain, islice, product, zip_longest
from random import Random
from string import Formatter

from model_zoo.labels import LABELS

NEGATIVE, POSITIVE = LABELS

_STORY = ("film", "story", "plot", "script", "ending")
_BOUGHT = ("phone", "hotel", "meal", "service", "restaurant", "concert", "laptop", "coffee")
_GOOD = ("great", "excellent", "wonderful", "fantastic", "superb", "brilliant")
_BAD = ("terrible", "awful", "horrible", "dreadful", "lousy", "appalling")

WORDS: dict[str, tuple[str, ...]] = {
    # what is judged
    "story": _STORY,
    "item": _BOUGHT,
    "thing": _STORY + _BOUGHT,
    "object": ("film", "phone", "hotel", "restaurant", "laptop", "book"),
    "gadget": ("phone", "laptop", "camera", "printer", "radio"),
    "work": ("film", "play", "concert", "show", "documentary"),
    "meal": ("meal", "coffee", "breakfast", "holiday", "pizza"),
    "part": ("acting", "soundtrack", "dialogue", "editing", "lighting", "first half"),
    "feature": ("script", "plot", "ending", "cast", "director"),
    "stay": ("room", "breakfast", "view", "pool", "location", "garden"),
    # strong opinions, which go with anything
    "good": _GOOD,
    "bad": _BAD,
    # plainer ones, some of them negated: sides are easily changed where they should not be
    "opinion": (
        "great", "good", "nice", "not bad at all", "terrible", "bad", "poor", "not good",
    ),
    "a_good": ("a great", "an excellent", "a wonderful", "a fantastic", "a superb", "a brilliant"),
    "a_bad": ("a terrible", "an awful", "a horrible", "a dreadful", "a lousy", "an appalling"),
    # milder ones, to be negated or graded: of stories, and of anything
    "gripping": ("good", "convincing", "interesting", "exciting", "entertaining", "believable"),
    "dull": ("boring", "dull", "predictable", "tedious", "silly", "confusing"),
    "fine": ("good", "great", "impressive", "nice"),
    "gradable": ("good", "nice", "impressive"),
    "weak": ("bad", "poor", "disappointing"),
    # verbs
    "liked": ("liked", "enjoyed"),
    "loved": ("loved", "adored", "really liked"),
    "hated": ("hated", "disliked", "loathed"),
    "enjoy": ("enjoy", "like"),
    "love": ("love", "like", "enjoy"),
    "hate": ("hate", "dislike", "loathe"),
    "loving": ("loving", "liking", "enjoying"),
    "hating": ("hating", "disliking", "loathing"),
    # degrees
    "very": ("very", "really", "extremely", "truly", "incredibly"),
    "really": ("really", "truly", "certainly"),
    "somewhat": ("somewhat", "moderately", "more or less", "only moderately"),
    "slightly": ("slightly", "a bit", "a little", "somewhat"),
    # what should not matter
    "minutes": ("ten", "twenty", "thirty", "forty"),
    "days": ("two", "three", "four", "five"),
    "relative": ("brother", "sister", "mother", "uncle"),
    "person": (
        "Emily", "Mohammed", "Anna", "Wei", "Fatima", "Carlos", "James", "Priya", "Olga", "Kofi",
    ),
    "city": ("Paris", "Lagos", "Berlin", "Mumbai", "Toronto", "Cairo", "Lima", "Seoul", "Boston"),
    "title": ("Casablanca", "Vertigo", "Fargo", "Amadeus", "Chinatown", "Roma", "Zodiac", "Argo"),
    "length": ("88", "95", "104", "112", "127", "136"),
    "room": ("114", "207", "312", "408", "523"),
    "day": ("3", "6", "9", "14", "20", "27"),
    "people": ("3", "5", "6", "8", "11"),
    # pairs: two neighbouring letters swapped
    "yesterday": ("yesterday|yesetrday", "yesterday|yestreday", "yesterday|yetserday"),
    "restaurant": ("restaurant|restuarant", "restaurant|resaturant", "restaurant|restaruant"),
    "friends": ("friends|freinds", "friends|firends", "friends|frineds"),
    "cinema": ("cinema|cniema", "cinema|cinmea", "cinema|cienma"),
    "together": ("together|togehter", "together|toegther", "together|tgoether"),
    "apartment": ("apartment|apratment", "apartment|aparmtent", "apartment|apartemnt"),
    # pairs: other words for the same
    "was_not": ("was not|wasn't",),
    "did_not": ("did not|didn't",),
    "it_is": ("It is|It's",),
    "movie": ("film|movie",),
    "children": ("children|kids",),
    "flat": ("flat|apartment",),
    "picture": ("pictures|photos",),
}  # fmt: skip


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
    return [Template((text,), (NEGATIVE,)) for text in texts]


def _positive(*texts: str) -> list[Template]:
    return [Template((text,), (POSITIVE,)) for text in texts]


def _slots(text: str) -> list[str]:
    """The names of what is left open in a template's text, in order, repeats included."""
    return [name for _, name, _, _ in Formatter().parse(text) if name]


def _either(*texts: str) -> list[Template]:
    """Templates of praise, expected positive, and the same with every opinion turned round."""
    return _positive(*texts) + _negative(*map(_turned, texts))


def _reordered(*texts: str) -> list[Template]:
    """Pairs of the same words: one text, expected positive, and one with good and bad exchanged."""
    return [Template((text, _turned(text)), (POSITIVE, NEGATIVE)) for text in texts]


def _turned(text: str) -> str:
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
    """What of a list's entry belongs into text number `at`."""
    sides = word.split("|")
    return sides[min(at, len(sides) - 1)]
