"""Files of texts without labels."""

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from model_zoo.errors import DataError


def texts_of(file: Path) -> list[str]:
    """Column `text` of a tab-separated file without quoting, rows without text left out.

    Raises DataError as `tsv_rows` does.
    """
    return [row["text"] for row in _rows(file)]


def sources_of(file: Path) -> dict[str, int]:
    """How many texts of the file have each name in its column `source`; none without one.

    Raises DataError as `tsv_rows` does.
    """
    return dict(Counter(row["source"] for row in _rows(file) if row.get("source")))


def _rows(file: Path) -> Iterator[dict[str, str]]:
    rows = tsv_rows(file, "text")
    yield from (row for row in rows if row["text"].strip())


def tsv_rows(file: Path, *columns: str) -> Iterator[dict[str, str]]:
    """The rows of a tab-separated file without quoting that has `columns`.

    Raises DataError, naming what is wrong, where it cannot be read, lacks a column, or a row has no
    value in one.
    """
    if not file.is_file():
        raise DataError(f"{file} does not exist. Name a TSV with {_listed(columns)}.")
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
            if missing := [name for name in columns if name not in (reader.fieldnames or ())]:
                raise DataError(f"{file} has no {_listed(missing)}. Add it.")
            for row in reader:
                if empty := [name for name in columns if row[name] is None]:
                    raise DataError(
                        f"{file}, line {reader.line_num}, ends before {_listed(empty)}. Mend it."
                    )
                yield row
    except (OSError, ValueError, csv.Error) as error:
        raise DataError(f"{file} cannot be read ({error}). Save it as a TSV in UTF-8.") from error


def _listed(columns: Sequence[str]) -> str:
    return f"column{'s' * (len(columns) > 1)} {', '.join(columns)}"
