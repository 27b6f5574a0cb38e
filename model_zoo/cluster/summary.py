"""What a run came to: its record, and a sample of its rows that is a file to open in the app."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from model_zoo.cluster.files import filesystem, reason
from model_zoo.cluster.ledger import SUMMARY
from model_zoo.cluster.parts import Counts
from model_zoo.errors import DataError

SAMPLE = 1000  # rows at most, and of so many parts
_PARTS = 50
_TOTALS = b"quartet.totals"


@dataclass(frozen=True, slots=True)
class Totals:
    """What is known of all rows of a run whose sample is looked at: rows, those without an answer,
    rows a second, and each model's answers by label."""

    rows: int
    wrong: int
    rows_a_second: float
    answers: Mapping[str, Mapping[str, int]]


def record_of(
    settings: Mapping[str, Any],
    counts: Counts,
    missing: Mapping[str, str],
    *,
    rows: int,
    seconds: float,
    price: float | None,
) -> dict[str, Any]:
    """What `_run.json` says at the end; `rows` were scored just now, in so many `seconds`.

    Cost is that of the seconds that workers took, of all runs together; money only where the
    `price` of a core an hour is given.
    """
    hours = counts.seconds * settings["threads"] / 3600
    million = 1e6 * hours / counts.rows if counts.rows else 0.0
    record = {
        "state": "incomplete" if missing else "complete",
        "rows": counts.rows,
        "rows_without_answer": dict(counts.errors),
        "rows_with_unknown_tokens": counts.unknown,
        "rows_cut": counts.cut,
        "answers": {model: dict(answers) for model, answers in counts.answers.items()},
        "rows_this_time": rows,
        "seconds_this_time": round(seconds, 1),
        "rows_a_second": round(rows / seconds, 1),
        "core_hours": round(hours, 4),
        "core_hours_a_million_rows": round(million, 4),
        "missing": dict(missing),
        "settings": settings,
    }
    if price is not None:
        record["cost_a_million_rows"] = round(million * price, 4)
    return record


def write_summary(out: str, parts: Sequence[str], record: Mapping[str, Any]) -> None:
    """Write the file of SAMPLE rows, taken evenly from the parts, with the totals in its schema."""
    import pyarrow
    from pyarrow.parquet import write_table

    if not parts:
        return
    system, folder = filesystem(out)
    totals = {
        "rows": record["rows"],
        "wrong": sum(record["rows_without_answer"].values()),
        "rows_a_second": record["rows_a_second"],
        "answers": record["answers"],
    }
    try:
        table = pyarrow.concat_tables(list(_sampled(f"{folder}", system, parts)))
        about = {**table.schema.metadata, _TOTALS: json.dumps(totals, ensure_ascii=False)}
        write_table(table.replace_schema_metadata(about), f"{folder}/{SUMMARY}", filesystem=system)
    except (pyarrow.ArrowException, OSError) as error:
        raise DataError(f"{out} cannot be written ({reason(error)}). Make room there.") from None


def read_totals(content: bytes) -> Totals | None:
    """The totals in a file's content; None where it is no summary of a run."""
    if not content.startswith(b"PAR1"):
        return None
    import pyarrow
    from pyarrow.parquet import read_schema

    with suppress(pyarrow.ArrowException, OSError, LookupError, ValueError, TypeError):
        about = read_schema(pyarrow.BufferReader(content)).metadata or {}
        values = json.loads(about[_TOTALS])
        return Totals(
            int(values["rows"]),
            int(values["wrong"]),
            float(values["rows_a_second"]),
            {
                str(model): {str(label): int(count) for label, count in answers.items()}
                for model, answers in values["answers"].items()
            },
        )
    return None


def _sampled(folder: str, system: Any, parts: Sequence[str]) -> Iterator[Any]:
    """Rows of parts evenly chosen, evenly taken from each, as tables of pyarrow's."""
    from pyarrow.parquet import read_table

    chosen = [parts[at] for at in _evenly(len(parts), _PARTS)]
    for at, name in enumerate(chosen):
        table = read_table(f"{folder}/{name}", filesystem=system)
        share = SAMPLE * (at + 1) // len(chosen) - SAMPLE * at // len(chosen)
        yield table.take(_evenly(len(table), share))


def _evenly(count: int, most: int) -> list[int]:
    """Positions among `count` at even distances, `most` at most.

    >>> _evenly(10, 3), _evenly(2, 3)
    ([0, 3, 6], [0, 1])
    """
    taken = min(count, most)
    return [at * count // taken for at in range(taken)] if taken else []
