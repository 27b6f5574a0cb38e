"""Answers to a block as one Parquet file: written aside, moved into place whole, never twice.

What a part holds is counted in its footer, so that a run that goes on knows what is there without
reading it. A file whose footer cannot be read was cut short: it is none.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from time import perf_counter
from typing import Any
from uuid import uuid4

from model_zoo.cluster.files import filesystem, reason
from model_zoo.cluster.rows import CheckedRow
from model_zoo.errors import DataError
from model_zoo.inference.score import Scored, answer_cells, answer_columns, column_names
from model_zoo.models.network import ModelId

ERROR = "error"  # column that says what is wrong with a row
ASIDE = "_aside"  # folder of parts that are being written
MOST_DEATHS = 4  # of processes that write the same part, for want of memory as a rule
_ABOUT = b"quartet"  # where a schema says what its columns are answers of
_COUNTS = "quartet.counts"  # and a footer what it holds


@dataclass(frozen=True, slots=True)
class Asked:
    """A model as answers are labelled: identity, what it is computed by, checksum, labels."""

    id: ModelId
    engine: str
    checksum: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Answered:
    """Some rows of a block, what the models make of them, and what is wrong with each; "" if
    nothing is."""

    rows: Sequence[CheckedRow]
    scored: Scored
    wrong: Sequence[str]


@dataclass(slots=True)
class Counts:
    """What is in a part, or in several: rows, those without an answer by what is wrong with them,
    answers by model and label, and the seconds that one core took; rows with tokens outside the
    first model's vocabulary, and rows that were cut off at its limit."""

    rows: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    answers: dict[str, Counter[str]] = field(default_factory=dict)
    seconds: float = 0.0
    unknown: int = 0
    cut: int = 0

    @classmethod
    def of(cls, record: str) -> "Counts":
        """From the JSON of its fields; ValueError or LookupError where it is none."""
        values = json.loads(record)
        return cls(
            values["rows"],
            Counter(values["errors"]),
            {model: Counter(answers) for model, answers in values["answers"].items()},
            values["seconds"],
            *(values.get(name, 0) for name in ("unknown", "cut")),  # parts made before lack them
        )

    @property
    def json(self) -> str:
        """What `of` reads."""
        return json.dumps(
            {
                "rows": self.rows,
                "errors": self.errors,
                "answers": self.answers,
                "seconds": self.seconds,
                "unknown": self.unknown,
                "cut": self.cut,
            }
        )

    def add(self, other: "Counts") -> None:
        """Count what the other holds as well."""
        self.rows += other.rows
        self.errors.update(other.errors)
        for model, answers in other.answers.items():
            self.answers.setdefault(model, Counter()).update(answers)
        self.seconds += other.seconds
        self.unknown += other.unknown
        self.cut += other.cut


def name_of(file: int, block: int) -> str:
    """What the part is called that answers the block of this number of the file of this number.

    >>> name_of(3, 12)
    'part-00003-000012.parquet'
    """
    return f"part-{file:05}-{block:06}.parquet"


def answer_schema(columns: Sequence[str], models: Sequence[Asked], run: str) -> Any:
    """The schema of pyarrow's of a part: the input's columns, each model's label and probabilities,
    and the error. Fields name model, engine and checksum; `run` is kept with them."""
    import pyarrow

    fields = [pyarrow.field(column, pyarrow.string()) for column in columns]
    names = iter(answer_columns([model.id for model in models], [model.labels for model in models]))
    for model in models:
        about = {"model": model.id, "engine": model.engine, "weights_sha256": model.checksum}
        fields.append(pyarrow.field(next(names), pyarrow.string(), metadata=about))
        for label in model.labels:
            fields.append(
                pyarrow.field(next(names), pyarrow.float64(), metadata=about | {"label": label})
            )
    fields.append(pyarrow.field(ERROR, pyarrow.string()))
    record = {"run": run, "models": [asdict(model) for model in models]}
    return pyarrow.schema(fields, metadata={_ABOUT: json.dumps(record, ensure_ascii=False)})


def write_part(
    out: str, name: str, schema: Any, block: Iterable[Answered], attempt: str = ""
) -> Counts:
    """Write a part from the rows of its block, as they are answered; what it holds.

    Raises DataError where it cannot be written, or where processes died over it MOST_DEATHS times
    in this `attempt` at the run, each of which left its beginning. Of any error nothing is left.
    """
    import pyarrow
    from pyarrow.fs import FileSelector
    from pyarrow.parquet import ParquetWriter

    system, folder = filesystem(out)
    corner = f"{folder}/{ASIDE}/{attempt}".rstrip("/")
    aside = f"{corner}/{name}.{uuid4().hex[:12]}"
    counts, started = Counts(), perf_counter()
    try:
        system.create_dir(corner, recursive=True)
        begun = system.get_file_info(FileSelector(corner))
        if sum(info.base_name.startswith(name) for info in begun) >= MOST_DEATHS:
            raise DataError(
                f"{name} is left out: its process died {MOST_DEATHS} times. Give workers more "
                "memory, and the command again."
            )
        with system.open_output_stream(aside) as stream, ParquetWriter(stream, schema) as writer:
            for part in block:
                writer.write_batch(_batch(part, schema))
                _count(counts, part)
            counts.seconds = round(perf_counter() - started, 3)
            writer.add_key_value_metadata({_COUNTS: counts.json})
        system.move(aside, f"{folder}/{name}")
    except BaseException as error:
        with suppress(pyarrow.ArrowException, OSError):
            system.delete_file(aside)
        if isinstance(error, (pyarrow.ArrowException, OSError)):
            raise DataError(
                f"{out} cannot be written ({reason(error)}). Make room there."
            ) from None
        raise
    return counts


def read_counts(out: str, name: str, run: str) -> Counts | None:
    """What a part of this `run` holds; None where there is none, or not a whole one."""
    import pyarrow
    from pyarrow.parquet import ParquetFile

    system, folder = filesystem(out)
    try:
        with system.open_input_file(f"{folder}/{name}") as stream, ParquetFile(stream) as file:
            about = file.metadata.metadata
            if json.loads(about[_ABOUT])["run"] != run:
                return None
            return Counts.of(about[_COUNTS.encode()].decode())
    except (pyarrow.ArrowException, OSError, LookupError, ValueError):
        return None


def part_names(out: str) -> set[str]:
    """Names of the parts that are in the folder, whole or not; none where there is no folder."""
    from pyarrow.fs import FileSelector

    system, folder = filesystem(out)
    inside = system.get_file_info(FileSelector(folder, allow_not_found=True))
    return {info.base_name for info in inside if info.base_name.startswith("part-")}


def _batch(part: Answered, schema: Any) -> Any:
    """The rows with their answers, as pyarrow has them."""
    import pyarrow

    answers = answer_cells(part.scored.probabilities, part.scored.labels)
    cells = [
        [*row.cells, *answer, error or None]
        for row, answer, error in zip(part.rows, answers, part.wrong, strict=True)
    ]
    arrays = [
        pyarrow.array(column, kind)
        for column, kind in zip(zip(*cells, strict=True), schema.types, strict=True)
    ]
    return pyarrow.record_batch(arrays, schema=schema)


def _count(counts: Counts, part: Answered) -> None:
    scored, chosen = part.scored, part.scored.answers
    counts.rows += len(scored)
    counts.errors.update(error for error in part.wrong if error)
    counts.unknown += int((scored.unknown > 0).sum())
    counts.cut += int((scored.dropped > 0).sum())
    for at, model in enumerate(column_names(scored.models)):
        named = Counter(scored.labels[at][answer] for answer in chosen[:, at] if answer >= 0)
        counts.answers.setdefault(model, Counter()).update(named)
