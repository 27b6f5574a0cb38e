"""Questions about passages from files in SQuAD's JSON form (Rajpurkar et al. 2016)."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model_zoo.errors import DataError


@dataclass(frozen=True, slots=True)
class Gold:
    """An answer that a person gave: where it starts in the passage, and its text there."""

    start: int
    text: str

    @property
    def end(self) -> int:
        """The character behind it."""
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Question:
    """A question about a passage of an article, and what people answered, several of them often."""

    id: str
    article: str
    passage: str
    text: str
    answers: tuple[Gold, ...]


def read_squad(file: Path) -> tuple[Question, ...]:
    """All questions of a file as SQuAD 1.1 has it, in its order.

    Raises DataError, naming what is wrong, where the file cannot be read, is of another form, holds
    a question without an answer, or an answer that does not stand in its passage.
    """
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError(f"{file} does not exist. Name a file in SQuAD's JSON form.") from None
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(f"{file} cannot be read as JSON ({error}). Give another file.") from error
    questions = tuple(_questions(content, str(file)))
    if not questions:
        raise DataError(f"{file} holds no question. Give another file.")
    return questions


def _questions(content: Any, where: str) -> Iterator[Question]:
    for number, article in enumerate(_list(content, "data", where), start=1):
        at = f"{where}, article {number}"
        title = article.get("title", "") if isinstance(article, dict) else ""
        for part, paragraph in enumerate(_list(article, "paragraphs", at), start=1):
            place = f"{at}, paragraph {part}"
            passage = _text(paragraph, "context", place)
            for asked in _list(paragraph, "qas", place):
                yield _question(asked, str(title), passage, place)


def _question(asked: Any, article: str, passage: str, place: str) -> Question:
    name = _text(asked, "id", place)
    here = f"{place}, question {name}"
    text = _text(asked, "question", here)
    answers = tuple(_gold(answer, passage, here) for answer in _list(asked, "answers", here))
    if not answers:
        raise DataError(f"{here} has no answer. In SQuAD 1.1 each question has one; take it out.")
    return Question(name, article, passage, text, answers)


def _gold(answer: Any, passage: str, here: str) -> Gold:
    text = _text(answer, "text", here)
    start = answer.get("answer_start")
    if not isinstance(start, int) or start < 0:
        raise DataError(f"{here}: answer_start is {start!r}, no number of a character. Mend it.")
    if passage[start : start + len(text)] != text:
        raise DataError(
            f"{here}: the passage does not hold {text[:60]!r} at character {start}. Mend it."
        )
    return Gold(start, text)


def _list(table: Any, key: str, where: str) -> list[Any]:
    entry = table.get(key) if isinstance(table, dict) else None
    if not isinstance(entry, list):
        raise DataError(f"{where} has no list {key!r}. Give a file in SQuAD's JSON form.")
    return entry


def _text(table: Any, key: str, where: str) -> str:
    entry = table.get(key) if isinstance(table, dict) else None
    if not isinstance(entry, str) or not entry.strip():
        raise DataError(f"{where} has no text {key!r}. Give a file in SQuAD's JSON form.")
    return entry
