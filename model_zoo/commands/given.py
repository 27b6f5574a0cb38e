"""Texts that a command is given: as they are, or "-" for what comes on standard input."""

import sys
from collections.abc import Sequence

from model_zoo.errors import DataError

INPUT = "-"
MOST_BYTES = 10_000_000  # that are read into memory; `score` takes files of any size


def text_given(text: str) -> str:
    """The text, or all that comes on standard input, without the spaces at its ends.

    Raises DataError where that cannot be read, or is too long.
    """
    return _input().strip() if text == INPUT else text


def texts_given(texts: Sequence[str]) -> list[str]:
    """The texts, and for "-" every line of standard input that is not blank; raises as above."""
    given: list[str] = []
    for text in texts:
        given += filter(str.strip, _input().splitlines()) if text == INPUT else [text]
    if not given:
        raise DataError("Nothing came on standard input. Send a text on each line.")
    return given


def _input() -> str:
    try:
        content = sys.stdin.buffer.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise DataError(
                f"More than {MOST_BYTES / 1e6:.0f} MB came on standard input. Write it into a file "
                "and use `score`."
            )
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(
            f"Standard input is not UTF-8 (byte {error.start + 1}). Convert it, say with iconv."
        ) from error
    except (AttributeError, OSError, ValueError) as error:  # there is none, or it is closed
        raise DataError("There is no standard input to read. Give the text itself.") from error
