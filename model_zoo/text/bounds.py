"""What a tokenizer of anybody's may cost: its rules are bounded before a text goes through them."""

from base64 import b64decode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Thread
from typing import Any

from tokenizers import Tokenizer


class RulesError(ValueError):
    """Rules that are not to be let loose on texts, or that fail on one."""


MOST_GROWTH = 100  # times as long as a text may become; SentencePiece's own rules make one 33
MOST_WORD_CHARACTERS = 1000  # WordPiece takes the square of a word's length
TRIAL_SECONDS = 20.0  # for what takes a millisecond
_TRIALS = tuple(f"{text * 60}!" for text in ("a", " ", "1", "aA1 ", "'", "\n", "é", "字"))


def check_rules(rules: Mapping[str, Any], tokenizer: Tokenizer) -> None:
    """Raises RulesError, saying why, where a text might take forever, or all memory there is.

    `rules` are the definition that the `tokenizer` was made of, as JSON has it.
    """
    parts = [rules.get(part) for part in ("normalizer", "pre_tokenizer", "post_processor")]
    growth = max(_growth({"parts": parts}), _growth(rules.get("decoder")))
    if growth > MOST_GROWTH:
        raise RulesError(f"its rules may make a text more than {MOST_GROWTH} times as long")
    if getattr(tokenizer.model, "max_input_chars_per_word", 0) > MOST_WORD_CHARACTERS:
        raise RulesError(f"it takes words of more than {MOST_WORD_CHARACTERS:,} characters")
    _try(tokenizer)


def _growth(rule: Any) -> float:
    """How many times as long a text may be after this rule and all within it."""
    if not isinstance(rule, dict):
        return 1.0
    kind, growth = rule.get("type"), 1.0
    if kind in ("Replace", "Split"):
        content = len(str(rule.get("content", "")).encode())
        pattern = rule.get("pattern")
        plain = pattern.get("String", "") if isinstance(pattern, dict) else ""
        growth = max(growth, content / max(1, len(plain.encode())))
    elif kind == "Precompiled":
        table = b64decode(rule.get("precompiled_charsmap") or "")
        strings = table[4 + int.from_bytes(table[:4], "little") :].split(b"\0")
        growth = max(growth, *map(len, strings))
    elif kind == "ByteLevel":
        growth = 2.0
    elif kind == "TemplateProcessing":
        growth = max(growth, sum("Sequence" in piece for piece in rule.get("single", ())))
    for within in rule.values():
        for each in within if isinstance(within, list) else ():
            growth *= _growth(each)
    return growth


def _try(tokenizer: Tokenizer) -> None:
    """Raises RulesError where a few short texts are not read, or not in time.

    Regular expressions can take forever; the library gives up on one by itself, at some point.
    """
    failures: list[str] = []

    def read() -> None:
        try:
            with panics_as_errors():
                tokenizer.encode_batch(list(_TRIALS))
        except RulesError as error:
            failures.append(str(error))
        except Exception:  # of a character it does not know: said when one is typed
            pass

    trial = Thread(target=read, name="tokenizer trial", daemon=True)
    trial.start()
    trial.join(TRIAL_SECONDS)
    if trial.is_alive():
        raise RulesError("a short text takes it too long")
    if failures:
        raise RulesError(failures[0])


@contextmanager
def panics_as_errors() -> Iterator[None]:
    """A panic inside the library, which is no Exception, ends as RulesError."""
    try:
        yield
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        reason = " ".join(str(error).split())[:200]
        raise RulesError(f"its rules fail on a text: {reason}") from None
