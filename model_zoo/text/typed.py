"""What a folder's tokenizer gets before it reads what people type.

Its file stays as it is: the rules are put into the definition that is read from it, so that offsets
still point into the text as typed, and whatever is made of the tokenizer reads the same.
"""

import json
import re
from collections.abc import Collection, Sequence
from typing import Any

from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers

from model_zoo.text.words import KEYCAP

RULES = 1  # counts up when a text comes to be read in another way: answers are kept by it
ELLIPSES = "…{2,}"  # they are typed in a row, and mean no more than one
_WHOLE_OR_UNKNOWN = ("WordPiece", "WordLevel")  # one unknown character makes its word [UNK]
_FLAG = "[\U0001f1e6-\U0001f1ff]"  # two of these letters make one
# What belongs to the emoji before it: marks, joiners, skin tones, the tags of flags.
_MARK = "[\\p{M}\u200d\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]"


def text_alone(definition: dict[str, Any], masks: Collection[str]) -> dict[str, Any]:
    """The definition of a tokenizer to which typed text is text; pass it to `ready`.

    Names of special tokens in a text are read letter by letter, but for those of `masks`: these are
    blanks wherever they stand. Emoji and other symbols that the vocabulary lacks stand apart: glued
    to a word they would make an unknown piece of both. Texts without such are read as before.
    """
    tokens = [
        token | {"special": token["special"] and token["content"] not in masks}
        for token in definition.get("added_tokens") or ()
    ]
    names = [token["content"] for token in tokens if token["special"]]
    model = definition["model"]
    rules = _apart(model["vocab"]) if model.get("type") in _WHOLE_OR_UNKNOWN else []
    return definition | {
        "added_tokens": tokens,
        "normalizer": _before(definition.get("normalizer"), rules),
        "pre_tokenizer": _spelt(definition.get("pre_tokenizer"), names),
    }


def ready(tokenizer: Tokenizer) -> Tokenizer:
    """The tokenizer, told to read special tokens as text; no file can say that of itself."""
    tokenizer.encode_special_tokens = True
    return tokenizer


def _before(
    normalizer: dict[str, Any] | None, rules: Sequence[normalizers.Normalizer]
) -> dict[str, Any] | None:
    """The normaliser with `rules` before its last step, which may take joiners and marks away."""
    if not rules:
        return normalizer
    steps = [normalizer] if normalizer else []
    if normalizer and normalizer.get("type") == "Sequence":
        steps = list(normalizer["normalizers"])
    if any(step.get("pattern") == {"String": "…"} for step in steps):  # to three dots each
        steps.insert(0, _state(normalizers.Replace(Regex(ELLIPSES), "…")))
    return {"type": "Sequence", "normalizers": [*steps[:-1], *map(_state, rules), *steps[-1:]]}


def _apart(vocabulary: Collection[str]) -> list[normalizers.Normalizer]:
    """Rules that put a space behind each emoji or symbol of no entry, and before it.

    Every character is looked at once from the left: runs of thousands take no longer than others.
    """
    known = sorted({mark for entry in vocabulary for mark in entry if not _of_words(mark)})
    but = f"&&[^{''.join(map(re.escape, known))}]" if known else ""
    symbol = rf"[[\p{{S}}\p{{No}}\p{{Extended_Pictographic}}]{but}]"
    first = f"(?:{_FLAG}{{1,2}}|{symbol}|{KEYCAP})"
    emoji = f"{first}{_MARK}*+(?:(?<=\u200d){symbol}{_MARK}*+)*+"
    word = f"(?!{symbol})[^\\s\\p{{M}}\u200d][\\p{{M}}\u200d]*+"
    return [
        normalizers.Replace(Regex(rf"{emoji}\K"), " "),
        normalizers.Replace(Regex(rf"{word}\K(?={first})"), " "),
    ]


def _of_words(mark: str) -> bool:
    return mark.isalpha() or mark.isdecimal()


def _spelt(pre_tokenizer: dict[str, Any] | None, names: Sequence[str]) -> dict[str, Any] | None:
    """The pre-tokenizer, after a cut behind the first character of each of these `names`.

    Some vocabularies hold them as entries, which a text that is cut by likelihood would come to.
    """
    parts = [f"{re.escape(name[0])}(?={re.escape(name[1:])})" for name in names if len(name) > 1]
    if not parts:
        return pre_tokenizer
    cut = _state(pre_tokenizers.Split(Regex("|".join(parts)), "isolated"))
    return {
        "type": "Sequence",
        "pretokenizers": [cut, pre_tokenizer] if pre_tokenizer else [cut],
    }


def _state(part: normalizers.Normalizer | pre_tokenizers.PreTokenizer) -> dict[str, Any]:
    state: dict[str, Any] = json.loads(part.__getstate__())
    return state
