"""Labelled files of any size evaluated on a cluster: counts of blocks, which add up exactly."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from model_zoo.cluster import pool
from model_zoo.cluster.blocks import Block, Layout
from model_zoo.cluster.rows import NOTHING, windows
from model_zoo.cluster.run import (
    Progress,
    Report,
    Way,
    changed_since,
    find_blocks,
    input_files,
    layout_of,
    numbered,
    rounds,
)
from model_zoo.cluster.workers import Line, Reader, Wanted, line, of_line, reason_of
from model_zoo.errors import DataError, did_you_mean
from model_zoo.evaluation.classification import decide
from model_zoo.evaluation.evaluate import Evaluation, unknown_label
from model_zoo.evaluation.tally import Tally, add, compared, from_bytes, only_right, tally, to_bytes
from model_zoo.labels import LabelReader
from model_zoo.models.files import check_weights
from model_zoo.models.spec import ModelSpec

_HELD = 16  # tallies of blocks that wait to be added up: adding sorts all that is there


class Counter(Reader):
    """Counts the answers to each block that it is given, against its labels."""

    def __init__(
        self,
        wanted: Sequence[Wanted],
        layout: Layout,
        label_at: int,
        labels: LabelReader,
        **how: Any,
    ) -> None:
        super().__init__(wanted, layout, **how)
        self._at, self._labels = label_at, labels

    def __call__(self, batch: Mapping[str, Any]) -> Line:
        """A line with the counts of the block, or with what went wrong."""
        file, block = of_line(batch)
        counts, seconds, read, error = b"", [0.0], (0, 0), ""
        try:
            counts, seconds, read = self._count(block)
        except Exception as problem:
            error = reason_of(problem)
        return line(
            file=file,
            number=block.number,
            rows=block.rows,
            error=error,
            counts=counts,
            unknown=read[0],
            cut=read[1],
            seconds=" ".join(map(repr, seconds)),
        )

    def _count(self, block: Block) -> tuple[bytes, list[float], tuple[int, int]]:
        unknown = cut = 0
        truth: list[int] = []
        shares: list[Sequence[np.ndarray]] = []
        seconds = np.zeros(len(self.models))
        for part in self.read(block):
            for row, wrong in zip(part.rows, part.wrong, strict=True):
                where = f"{block.path}, row {block.first + len(truth) + 1}"
                if wrong:
                    problem = "is empty" if wrong == NOTHING else f"cannot be used ({wrong})"
                    raise DataError(
                        f"{where}: column {self.layout.text!r} {problem}. Remove the row."
                    )
                value = row.cells[self._at]
                if (index := self._labels.of(value)) is None:
                    raise DataError(unknown_label(where, value, self._labels))
                truth.append(index)
            shares.append(part.scored.probabilities)
            seconds += part.scored.seconds
            unknown += int((part.scored.unknown > 0).sum())
            cut += int((part.scored.dropped > 0).sum())
        true = np.array(truth)
        by_model = [np.concatenate(rows) for rows in zip(*shares, strict=True)]
        tallies = [tally(rows, true) for rows in by_model]
        pairs = only_right([decide(rows) for rows in by_model], true)
        return to_bytes(tallies, pairs), seconds.tolist(), (unknown, cut)


def evaluate_on_cluster(
    models: Sequence[ModelSpec],
    inputs: Sequence[str],
    *,
    text: str,
    label: str,
    labels: Sequence[str],
    way: Way,
    header: bool = True,
    report: Report = lambda progress: None,
    tell: Callable[[str], None] = lambda sentence: None,
) -> Evaluation:
    """Every model on every row of the inputs; the figures are those of one machine.

    The first rows say how the column `label` is to be read, which `tell` is told (see
    `LabelReader`). Nothing is written, and
    nothing kept for another run. This process holds every probability that occurs, once for each
    model and label: 24 bytes each. Raises DataError where a file, or a row, cannot be used, and
    ClusterError where there is no cluster, or it does not do the work.
    """
    pool.check_installed()
    files = input_files(inputs)
    layout = layout_of(files, text, header)
    if label not in layout.columns:
        raise DataError(
            f"{files[0].path} has no column {label!r}.{did_you_mean(label, layout.columns)} Choose "
            f"from: {', '.join(layout.columns)}."
        )
    label_at = layout.columns.index(label)
    wanted = [Wanted.of(row, check_weights(row)) for row in models]
    with pool.connected(way.address) as cluster:
        progress = Progress(nodes=cluster.nodes, dashboard=cluster.dashboard)
        report(progress)
        plan, missing = find_blocks(files, layout, way.block_rows)
        _refuse(missing)
        blocks = numbered(files, plan)
        if not blocks:
            raise DataError(f"{files[0].path} has column names but no rows. Name files with rows.")
        progress.total = sum(block.rows for block in blocks.values())
        first = next(windows(next(iter(blocks.values())), layout))
        values = {row.cells[label_at] for row in first if not row.error}
        reader = LabelReader(labels, values)
        if sentence := reader.said(values):
            tell(sentence)
        work = partial(
            pool.each_by,
            worker=Counter,
            arguments=(wanted, layout, label_at, reader),
            options={"batch_size": way.batch_size, "threads": way.threads},
            workers=way.workers or max(1, cluster.cores // way.threads),
            cores=way.threads,
        )
        sums = _Sums(len(models))
        for name, batch in rounds(blocks, files, work, missing):
            if name:
                sums.add(batch["counts"][0], str(batch["seconds"][0]))
                sums.unknown += int(batch["unknown"][0])
                sums.cut += int(batch["cut"][0])
                progress.done += int(batch["rows"][0])
            else:
                _refuse(missing)
            progress.nodes = cluster.nodes
            report(progress)
    _refuse(missing | changed_since(files, inputs))
    names = [row.id for row in models]
    tallies = sums.tallies()
    return Evaluation(
        rows=progress.done,
        qualities={name: each.quality for name, each in zip(names, tallies, strict=True)},
        seconds=dict(zip(names, sums.seconds.tolist(), strict=True)),
        pairs=compared(names, sums.pairs),
        unknown=sums.unknown,
        cut=sums.cut,
    )


class _Sums:
    """Counts of all blocks so far, added up now and then."""

    def __init__(self, models: int) -> None:
        self._held: list[list[Tally]] = [[] for _ in range(models)]
        self.seconds = np.zeros(models)
        self.pairs = np.zeros((models * (models - 1) // 2, 2), dtype=int)
        self._next = _HELD
        self.unknown = self.cut = 0

    def add(self, counts: bytes, seconds: str) -> None:
        tallies, pairs = from_bytes(counts, len(self._held))
        self.pairs += pairs
        self.seconds += np.array(seconds.split(), dtype=float)
        for held, new in zip(self._held, tallies, strict=True):
            held.append(new)
        if len(self._held[0]) >= self._next:
            self._held = [[add(held)] for held in self._held]
            self._next = min(2 * self._next, 1024)  # rarer the more there is to sort

    def tallies(self) -> list[Tally]:
        """Each model's, of all blocks."""
        return [add(held) for held in self._held]


def _refuse(missing: Mapping[str, str]) -> None:
    """Raises DataError where something is missing: figures of a part would be taken for all."""
    if missing:
        raise DataError(next(missing[path] for path in sorted(missing)))
