"""Files that are written whole or not at all: a kill leaves the old one or the new one.

What others wrote is read within bounds.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

_DIGITS = 12  # that tell blocks which write the same file apart
MOST_JSON_BYTES = 20_000_000  # of what others wrote; a tokenizer's settings have a few


def write_json(file: Path, record: Mapping[str, Any]) -> None:
    """Write a JSON file in one move."""
    write_text(file, json.dumps(record, indent=1, ensure_ascii=False) + "\n")


def write_text(file: Path, text: str) -> None:
    """Write a text file in one move; OSError where it cannot be."""
    with replacing(file) as aside:
        aside.write_text(text, encoding="utf-8")


@contextmanager
def replacing(file: Path) -> Iterator[Path]:
    """A file of this block alone, which it writes, and which takes the place of `file` at its end.

    Where the block ends with an error nothing is left of it. Its name begins with a dot.
    """
    aside = file.with_name(f".{file.name}.{uuid4().hex[:_DIGITS]}")
    try:
        yield aside
        aside.replace(file)
    finally:
        aside.unlink(missing_ok=True)


def clear_asides(file: Path) -> None:
    """Delete what kills have left of `file`; for whoever alone writes it."""
    pattern = re.compile(rf"\.{re.escape(file.name)}\.[0-9a-f]{{{_DIGITS}}}")
    for entry in file.parent.iterdir():
        if pattern.fullmatch(entry.name):
            entry.unlink(missing_ok=True)


def read_json(file: Path) -> Any:
    """What a JSON file of anybody's holds; OSError, or ValueError whatever is wrong with it."""
    if file.stat().st_size > MOST_JSON_BYTES:
        raise ValueError(f"it is longer than {MOST_JSON_BYTES // 1_000_000} MB")
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
