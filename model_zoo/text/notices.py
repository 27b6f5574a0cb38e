"""What whoever asked must know of how a text was read."""


def notices(
    tokens: int, unknown: int, dropped: int, *, end: bool = False, blank: bool = False
) -> list[str]:
    """Sentences; none where there is nothing to say.

    Of a text so many `tokens` are read, special ones counted, `unknown` of them are outside the
    vocabulary, and `dropped` more were cut off: behind them, or where its `end` is read, before.
    `blank` says whether there is a typed [MASK] among them, which nobody may have meant.

    >>> notices(10, unknown=1, dropped=0)
    ['1 of 8 tokens is not in the vocabulary (emoji or another script, say) and read as [UNK].']
    """
    sentences = []
    if dropped:
        used, left_out = ("last", "first") if end else ("first", "last")
        sentences.append(
            f"The text is longer than the models can read: the {used} {tokens} tokens were used, "
            f"the {left_out} {dropped:,} were left out."
        )
    if blank:
        sentences.append("[MASK] is read as a blank, not as text.")
    read = tokens - 2  # without [CLS] and [SEP]
    if unknown >= read > 0:
        sentences.append(
            "None of this is in the models’ vocabulary. They answer all the same, but there is "
            "nothing to go on: do not read anything into it."
        )
    elif unknown:
        verb = "is" if unknown == 1 else "are"
        sentences.append(
            f"{unknown:,} of {read} tokens {verb} not in the vocabulary (emoji or another script, "
            "say) and read as [UNK]."
        )
    return sentences


def notices_of_rows(unknown: int, cut: int) -> list[str]:
    """The same of many texts: how many have tokens outside the vocabulary, how many were cut.

    >>> notices_of_rows(0, 2)
    ['2 texts are longer than the models can read: their ends were left out.']
    """
    sentences = []
    if cut:
        verb, whose = ("text is", "its end was") if cut == 1 else ("texts are", "their ends were")
        sentences.append(f"{cut:,} {verb} longer than the models can read: {whose} left out.")
    if unknown:
        verb = "text has" if unknown == 1 else "texts have"
        sentences.append(
            f"{unknown:,} {verb} tokens that are not in the vocabulary (emoji or another script, "
            "say) and read as [UNK]."
        )
    return sentences
