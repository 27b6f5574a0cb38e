"""Sentences to start from, each with what it shows."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Example:
    """`name` is on the pill, `shows` is what to look for once it is chosen."""

    name: str
    text: str
    shows: str


EXAMPLES = {
    example.name: example
    for example in (
        Example(
            "negation",
            "This is not a bad film at all.",
            "Two negatives make a compliment. Who turns “bad” around, and who only sees it?",
        ),
        Example(
            "contrast",
            "The acting is great, but the film as a whole is dreadful.",
            "Praise first, the verdict last. Watch the LSTM change its mind at “dreadful”, below.",
        ),
        Example(
            "sarcasm",
            "You could not pay me enough to sit through this masterpiece again.",
            "Every single word is friendly or neutral. Irony is in none of them.",
        ),
        Example(
            "long range",
            "The film my friends, who have excellent taste, praised so warmly left me cold.",
            "Subject and verdict stand far apart, with praise between them.",
        ),
        Example(
            "typo",
            "An absolutly brillant and moveing performnce.",
            "Misspelt words fall into pieces (the dots in the words below). What is left of them?",
        ),
        Example(
            "other domain",
            "The update drains my battery, but at least it is fast now.",
            "All four learnt mostly from film reviews. This is not one.",
        ),
    )
}
FIRST = EXAMPLES["negation"].text  # the recurrent pair and the Transformers disagree on it
