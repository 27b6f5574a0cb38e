"""Files of any size scored on a cluster: every row once, however often it is stopped.

The unit is a block: so many rows of one file, answered as one part. Parts that are there are not
scored again, by whichever run of the same command. (Ray Data keeps checkpoints, too, but needs a
unique id in every row, reads all input again, and holds all ids in memory.)
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import uuid4

from model_zoo.cluster import ledger, pool
from model_zoo.cluster.blocks import ROWS, Block, Layout, columns_of
from model_zoo.cluster.files import InputFile, differing, filesystem, find
from model_zoo.cluster.parts import ERROR, Counts, name_of, part_names, read_counts
from model_zoo.cluster.summary import record_of, write_summary
from model_zoo.cluster.workers import Scorer, Wanted, blocks_of
from model_zoo.cluster.workers import find as find_in
from model_zoo.errors import ClusterError, DataError, ZooError
from model_zoo.inference.predict import BATCH_SIZE
from model_zoo.inference.score import answer_columns
from model_zoo.locks import writing
from model_zoo.models.files import check_weights
from model_zoo.models.spec import ModelSpec

_ROUNDS = 3  # that bring nothing new, after which what is missing is given up
_READERS = 16  # footers that are read at once


@dataclass(frozen=True, slots=True)
class Way:
    """How to compute: `workers` processes at once (one a core), `threads` each; rows a block."""

    address: str
    batch_size: int = BATCH_SIZE
    workers: int | None = None
    threads: int = 1
    block_rows: int = ROWS


@dataclass(slots=True)
class Progress:
    """How far a run is: rows done and in all, those among the done that were there before, nodes
    now, blocks that failed and are tried again or given up, and the dashboard's address if any."""

    done: int = 0
    total: int = 0
    resumed: int = 0
    nodes: int = 0
    failures: int = 0
    dashboard: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the folder `out` now holds: rows, those of them from a run before, rows without an
    answer by what is wrong with them, and each file or part that is missing, with the reason."""

    out: str
    rows: int
    resumed: int
    errors: Mapping[str, int]
    missing: Mapping[str, str]
    record: Mapping[str, Any] = field(repr=False)


Report = Callable[[Progress], None]


def score_on_cluster(
    models: Sequence[ModelSpec],
    inputs: Sequence[str],
    out: str,
    *,
    text: str,
    way: Way,
    header: bool = True,
    price: float | None = None,
    report: Report = lambda progress: None,
) -> Outcome:
    """Every row of the inputs as parts in the folder `out`, with columns more for each model and
    one that says what is wrong with the row; rows of a file stay in order.

    `price` is what a core costs an hour; `report` is told of progress. Raises DataError where
    input or folder cannot be used, or were used with other settings, and ClusterError where there
    is no cluster; files that cannot be read are named in the outcome instead.
    """
    pool.check_installed()  # before the folder is begun
    files = input_files(inputs, out)
    layout = layout_of(files, text, header)
    _check_columns(layout, models)
    wanted = [Wanted.of(row, check_weights(row)) for row in models]
    how = {"batch_size": way.batch_size, "threads": way.threads}
    settings = ledger.settings(files, layout, wanted, block_rows=way.block_rows, **how)
    with _alone(out, files) as attempt:
        resumed = ledger.begin(out, settings)
        ledger.clear_aside(out, ledger.STALE_S if "://" in out else 0.0)
        run = ledger.digest(settings)
        started = perf_counter()
        with pool.connected(way.address) as cluster:
            progress = Progress(nodes=cluster.nodes, dashboard=cluster.dashboard)
            report(progress)
            plan = ledger.read_plan(out) if resumed else {}
            found, missing = find_blocks(files, layout, way.block_rows, plan)
            if found != plan:
                ledger.write_plan(out, found)
            blocks = numbered(files, found)
            counted = _finished(out, blocks, run) if resumed else {}
            progress.total = sum(block.rows for block in blocks.values())
            progress.done = progress.resumed = sum(counts.rows for counts in counted.values())
            report(progress)
            lines = rounds(
                {name: block for name, block in blocks.items() if name not in counted},
                files,
                partial(
                    pool.each_by,
                    worker=Scorer,
                    arguments=(wanted, layout, out, run),
                    options=how | {"attempt": attempt},
                    workers=way.workers or max(1, cluster.cores // way.threads),
                    cores=way.threads,
                ),
                missing,
            )
            for name, batch in lines:
                if name:
                    counted[name] = Counts.of(str(batch["counts"][0]))
                    progress.done += counted[name].rows
                else:
                    progress.failures += 1
                progress.nodes = cluster.nodes
                report(progress)
        _check_seen(out, counted)
        missing |= changed_since(files, inputs, out)
        counts = Counts()
        for each in counted.values():
            counts.add(each)
        ledger.clear_aside(out, of=attempt)
        seconds = perf_counter() - started
        record = record_of(
            settings,
            counts,
            missing,
            rows=counts.rows - progress.resumed,
            seconds=seconds,
            price=price,
        )
        write_summary(out, sorted(counted), record)
        ledger.write_json(out, ledger.RUN, record)
        return Outcome(out, counts.rows, progress.resumed, dict(counts.errors), missing, record)


@contextmanager
def _alone(out: str, files: Sequence[InputFile]) -> Iterator[str]:
    """A block that alone writes into a folder of this machine; what its attempt is called.

    An address knows of no locks: there, attempts at once do the same work, each in its own corner.
    """
    attempt = uuid4().hex[:12]
    if "://" in out:
        yield attempt
        return
    sources = [Path(file.path) for file in files if "://" not in file.path]
    with writing(Path(out).expanduser(), *sources, parents=True):
        yield attempt


def input_files(inputs: Sequence[str], out: str = "") -> list[InputFile]:
    """The files, without those in the folder `out`; DataError where there are none."""
    inside = filesystem(out)[1].rstrip("/") + "/" if out else None
    files = [
        file
        for file in find(inputs)
        if inside is None or not filesystem(file.path)[1].startswith(inside)
    ]
    if not files:
        raise DataError(f"{inputs[0]} holds nothing but results. Name the texts.")
    return files


def changed_since(
    files: Sequence[InputFile], inputs: Sequence[str], out: str = ""
) -> dict[str, str]:
    """What is wrong with each of the files that is not as it was found at first: parts may be
    answers to what it was or to what it is."""
    return {
        path: f"{path} is new, gone or changed since the run began. Score it into another folder."
        for path in differing(files, input_files(inputs, out))
    }


def layout_of(files: Sequence[InputFile], text: str, header: bool) -> Layout:
    """The columns of the first file that can be read; DataError where none of these is `text`."""
    problem: ZooError | None = None
    for file in files:
        try:
            columns = columns_of(file.path, header=header)
        except ZooError as error:
            problem = problem or error
            continue
        if text not in columns:
            raise DataError(
                f"{file.path} has no column {text!r}. Its columns: {', '.join(columns)}."
            )
        return Layout(columns, text, header)
    raise problem or DataError("There is no file to read.")


def find_blocks(
    files: Sequence[InputFile],
    layout: Layout,
    rows: int,
    known: Mapping[str, list[Block]] | None = None,
) -> tuple[dict[str, list[Block]], dict[str, str]]:
    """(the blocks of each file, why others cannot be read): looked for on the cluster, but for
    those that are `known`."""
    found = dict(known or {})
    unreadable: dict[str, str] = {}
    look = partial(find_in, layout=layout, rows=rows)
    for _ in range(_ROUNDS):
        done = {*found, *unreadable}
        if left := [asdict(file) for file in files if file.path not in done]:
            for path, blocks, error in map(blocks_of, pool.each(left, look)):
                if error:
                    unreadable[path] = error
                else:
                    found[path] = blocks
    for file in files:
        if file.path not in found:
            unreadable.setdefault(file.path, f"{file.path} could not be read on any node.")
    return found, unreadable


def numbered(files: Sequence[InputFile], plan: Mapping[str, list[Block]]) -> dict[str, Block]:
    """Name of the part -> its block, in order."""
    return {
        name_of(at, block.number): block
        for at, file in enumerate(files)
        for block in plan.get(file.path, ())
    }


def rounds(
    pending: Mapping[str, Block],
    files: Sequence[InputFile],
    work: Callable[[Sequence[Mapping[str, Any]]], Iterator[pool.Batch]],
    missing: dict[str, str],
) -> Iterator[tuple[str, pool.Batch]]:
    """(name, what came of it) of each of the blocks; ("", …) of one that failed.

    What Ray gave up on is tried again until a few rounds bring nothing more. Files with blocks
    that failed, and blocks that nothing came of, are put among the `missing`, with the reason.
    """
    pending = dict(pending)
    places = {file.path: at for at, file in enumerate(files)}
    first: dict[str, int] = {}  # of a file's blocks that failed: its reason is told
    idle = 0
    while pending and idle < _ROUNDS:
        items = [asdict(block) | {"file": places[block.path]} for block in pending.values()]
        before = len(pending)
        for batch in work(items):
            number = int(batch["number"][0])
            path = files[int(batch["file"][0])].path
            name = name_of(int(batch["file"][0]), number)
            if pending.pop(name, None) is None:  # twice: one of them was thought lost
                continue
            if error := str(batch["error"][0]):
                if number <= first.setdefault(path, number):
                    missing[path], first[path] = error, number
                yield "", batch
            else:
                yield name, batch
        idle = idle + 1 if len(pending) == before else 0
    for name in pending:
        missing[name] = f"{name} was not made: its workers died. Give the command again."


def _check_columns(layout: Layout, models: Sequence[ModelSpec]) -> None:
    added = [*answer_columns([row.id for row in models], [row.labels for row in models]), ERROR]
    if taken := set(added) & set(layout.columns):
        raise DataError(f"The input has a column {min(taken)!r} already. Rename it.")


def _finished(out: str, blocks: Mapping[str, Block], run: str) -> dict[str, Counts]:
    """What the parts hold that are there, whole, from a run before."""
    names = [name for name in sorted(part_names(out)) if name in blocks]
    with ThreadPoolExecutor(_READERS, "footers") as readers:
        counted = readers.map(lambda name: read_counts(out, name, run), names)
        return {
            name: counts
            for name, counts in zip(names, counted, strict=True)
            if counts and counts.rows == blocks[name].rows
        }


def _check_seen(out: str, counted: Mapping[str, Counts]) -> None:
    if unseen := set(counted) - part_names(out):
        raise ClusterError(
            f"The workers wrote {min(unseen)}, and it is not in {out} here. Name a folder that all "
            "nodes share, or an address as s3://…"
        )
