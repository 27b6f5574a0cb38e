"""What runs on the machines of a cluster: one process a core, each with its models in memory.

A worker is told where blocks are, reads them itself, and writes their part: the rows never pass
through Ray's memory, and a block that is tried again, anywhere, gives the same part. Each batch of
Ray's is one block; what comes back is a line about it.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from model_zoo.cluster.blocks import Block, Layout, find_blocks
from model_zoo.cluster.files import InputFile
from model_zoo.cluster.parts import Answered, Asked, answer_schema, name_of, read_counts, write_part
from model_zoo.cluster.rows import NOTHING, windows
from model_zoo.errors import WeightsError, ZooError
from model_zoo.host import keep_memory_low, use_threads
from model_zoo.inference.score import score
from model_zoo.models.files import reading_checksum
from model_zoo.models.loading import Model, load
from model_zoo.models.network import ModelId
from model_zoo.models.registry import remember, spec
from model_zoo.models.sets import BUNDLED, model_set
from model_zoo.models.spec import ModelSpec

Line = dict[str, Any]  # a row of a data set of Ray's, each value in a list of one


@dataclass(frozen=True, slots=True)
class Wanted:
    """A model that a worker is to load: its identity, where its folder and its set's are (None for
    what comes with Quartet), and the sha256 that its weights, and what is read with them, must
    have."""

    id: str
    folder: str | None
    set_folder: str | None
    checksum: str
    reading: str

    @classmethod
    def of(cls, row: ModelSpec, checksum: str) -> "Wanted":
        """The model as another process can find it."""
        bundled = not row.id.is_own and row.id.set == BUNDLED
        beside = row.id.beside
        return cls(
            row.id,
            None if bundled else str(row.folder),
            None if beside == BUNDLED else str(model_set(beside).folder),
            checksum,
            reading_checksum(row),
        )

    def load(self) -> Model:
        """The model; WeightsError where the weights on this machine are others."""
        if self.folder is None:
            row = spec(self.id)
        else:
            beside = Path(self.set_folder) if self.set_folder else model_set(BUNDLED).folder
            row = remember(self.id, Path(self.folder), beside)
        model = load(row)
        if (model.checksum, reading_checksum(row)) != (self.checksum, self.reading):
            raise WeightsError(
                f"The weights or the tokenizer of {model.title} on a node are others than here. "
                "Install the same version of Quartet everywhere."
            )
        return model


def asked(models: Sequence[Model]) -> list[Asked]:
    """The models as answers are labelled."""
    return [
        Asked(
            ModelId(model.id),
            getattr(model.network, "engine", model.id.engine),
            model.checksum,
            model.labels,
        )
        for model in models
    ]


class Reader:
    """Models in memory, and the blocks of files read through them."""

    def __init__(
        self, wanted: Sequence[Wanted], layout: Layout, *, batch_size: int, threads: int
    ) -> None:
        keep_memory_low()
        use_threads(threads)
        self.models = [each.load() for each in wanted]
        self.layout, self._batch_size = layout, batch_size

    def read(self, block: Block) -> Iterator[Answered]:
        """The rows of a block with their answers, a window at a time.

        This is what one machine computes, too: the same rows together, by the same function.
        """
        for rows in windows(block, self.layout):
            scored = score(self.models, [row.text for row in rows], batch_size=self._batch_size)
            wrong = [
                row.error or ("" if read else NOTHING)
                for row, read in zip(rows, scored.read.tolist(), strict=True)
            ]
            yield Answered(rows, scored, wrong)


class Scorer(Reader):
    """Writes the part of each block that it is given, unless it is there."""

    def __init__(
        self,
        wanted: Sequence[Wanted],
        layout: Layout,
        out: str,
        run: str,
        *,
        attempt: str = "",
        **how: Any,
    ):
        super().__init__(wanted, layout, **how)
        self._out, self._run, self._attempt = out, run, attempt
        self._schema = answer_schema(layout.columns, asked(self.models), run)

    def __call__(self, batch: Mapping[str, Any]) -> Line:
        """A line with what the part of the block holds, or with what went wrong."""
        file, block = of_line(batch)
        name, error = name_of(file, block.number), ""
        counts = read_counts(self._out, name, self._run)
        if counts is None:
            try:
                block_of = self.read(block)
                counts = write_part(self._out, name, self._schema, block_of, self._attempt)
            except Exception as problem:
                error = reason_of(problem)
        return line(
            file=file,
            number=block.number,
            error=error,
            counts=counts.json if counts else "",
        )


def find(batch: Mapping[str, Any], layout: Layout, rows: int) -> Line:
    """A line with the blocks of a file, or with why it cannot be read."""
    file = InputFile(str(batch["path"][0]), int(batch["size"][0]), int(batch["changed"][0]))
    try:
        blocks, error = [asdict(block) for block in find_blocks(file, layout, rows)], ""
    except Exception as problem:
        blocks, error = [], reason_of(problem)
    return line(path=file.path, blocks=json.dumps(blocks), error=error)


def reason_of(problem: Exception) -> str:
    """What went wrong in a worker, to be told where the run was started.

    Whatever it was: Ray would try what cannot work again and again.
    """
    if isinstance(problem, ZooError):
        return str(problem)
    return f"{type(problem).__name__}: {' '.join(str(problem).split())[:200]}"


def blocks_of(batch: Mapping[str, Any]) -> tuple[str, list[Block], str]:
    """From a line of `find`: the file, its blocks, and why it cannot be read."""
    blocks = [Block(**values) for values in json.loads(str(batch["blocks"][0]))]
    return str(batch["path"][0]), blocks, str(batch["error"][0])


def line(**values: Any) -> Line:
    """A batch of one row; bytes stay as they are."""
    return {
        name: np.array([value], dtype=object if isinstance(value, bytes) else None)
        for name, value in values.items()
    }


def of_line(batch: Mapping[str, Any]) -> tuple[int, Block]:
    """The number of a file and the block of it that a batch of one row describes."""
    values = {name: column[0] for name, column in batch.items()}
    numbers = {name: int(values[name]) for name in ("number", "first", "rows", "start", "end")}
    return int(values["file"]), Block(str(values["path"]), **numbers)
