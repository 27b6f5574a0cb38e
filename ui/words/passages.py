"""Passages to ask about, invented, each with questions: the last one it does not answer."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sample:
    """A passage and what may be asked about it."""

    passage: str
    questions: tuple[str, ...]


SAMPLES = {
    "A lighthouse": Sample(
        "The lighthouse on Gull Rock was built in 1862 by the engineer Martha Lund. It is 41 "
        "metres high and stands two miles off the coast. For ninety years a keeper lived there "
        "with his family, and supplies came by boat every second week. In 1954 the lamp was made "
        "automatic, and the last keeper, Peter Holm, moved to the mainland. Today the tower "
        "belongs to a bird society, which counts puffins there each spring.",
        (
            "Who built the lighthouse?",
            "When was the lamp made automatic?",
            "What does the bird society count?",
            "How much did the lighthouse cost?",
        ),
    ),
    "A film": Sample(
        "The Quiet Harbour, the second film of Ines Calder, was shot in eleven weeks in a fishing "
        "village in Portugal. It tells of a sailor who comes home after twenty years and finds "
        "that nobody remembers him. Calder wrote the part for Tomas Reyes, who learnt to mend "
        "nets for it. The film cost less than two million euros and won the jury’s prize in "
        "Locarno, although several critics found its ending too long.",
        (
            "Where was the film shot?",
            "What did Tomas Reyes learn?",
            "What did critics dislike?",
            "Who composed the music?",
        ),
    ),
    "A discovery": Sample(
        "In the spring of 1931 two students cleaning a cellar in Uppsala came upon a chest of "
        "letters. Most were bills, but forty of them had been written by the astronomer Elsa "
        "Brandt to her sister. In these she describes a comet that she had seen nine days before "
        "the observatory in Paris announced it. Because the letters carry postmarks, historians "
        "now give Brandt the credit. The comet returns every 76 years.",
        (
            "Who wrote the forty letters?",
            "Why do historians believe Brandt?",
            "How often does the comet return?",
            "What colour was the chest?",
        ),
    ),
}
