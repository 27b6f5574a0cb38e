"""Files of texts without labels."""

import csv
from pathlib import Path

from model_zoo.errors import DataError


def texts_of(file: Path) -> list[str]:
    """Column `text` of a tab-separated file without quoting, rows without text left out.

    Raises DataError where the file or the column is missing.
    """
    if not file.is_file():
        raise DataError(f"{file} does not exist. Name a TSV with a column text.")
    with file.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
        if "text" not in (reader.fieldnames or ()):
            raise DataError(f"{file} has no column named text.")
        return [row["text"] for row in reader if row["text"] and row["text"].strip()]
