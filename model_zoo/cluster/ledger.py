"""What a result folder says of itself: the settings it was begun with, and what came out.

`_run.json` is written at the beginning and at the end; `_plan.json` holds where the blocks are, so
that a run that goes on does not look for them again. Readers of data sets pass over such names.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from time import time
from typing import Any
from uuid import uuid4

from model_zoo.cluster.blocks import Block, Layout
from model_zoo.cluster.files import InputFile, differing, filesystem, reason
from model_zoo.cluster.parts import ASIDE
from model_zoo.cluster.workers import Wanted
from model_zoo.errors import DataError
from model_zoo.host import libraries

RUN, PLAN, SUMMARY = "_run.json", "_plan.json", "_summary.parquet"
STALE_S = 86_400.0  # after which no process is still at a part
_INPUT = "input"


def settings(
    files: Sequence[InputFile],
    layout: Layout,
    wanted: Sequence[Wanted],
    *,
    batch_size: int,
    threads: int,
    block_rows: int,
) -> dict[str, Any]:
    """All that answers depend on; a folder takes the parts of one such record only."""
    return {
        _INPUT: [asdict(file) for file in files],
        "text": layout.text,
        "columns": list(layout.columns),
        "header": layout.header,
        "models": {each.id: each.checksum for each in wanted},
        "read_with": {each.id: each.reading for each in wanted},
        "batch_size": batch_size,
        "threads": threads,
        "block_rows": block_rows,
        "versions": libraries(),
    }


def digest(record: Mapping[str, Any]) -> str:
    """What parts of these settings are told by from others'.

    >>> digest({"b": 1, "a": 2}) == digest({"a": 2, "b": 1})
    True
    """
    return hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()


def begin(out: str, record: Mapping[str, Any]) -> bool:
    """Whether the folder goes on with a run of these settings; a new one is begun where none was.

    Raises DataError, saying what differs, where it was begun with others or holds something else.
    """
    from pyarrow.fs import FileSelector

    before = read_json(out, RUN)
    if before is None:
        system, folder = filesystem(out)
        if system.get_file_info(FileSelector(folder, allow_not_found=True)):
            raise DataError(f"{out} is there and holds no {RUN}. Name a folder that is new.")
        write_json(out, RUN, {"state": "running", "settings": record})
        return False
    _check_same(out, before["settings"], record)
    return True


def _check_same(out: str, before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    advice = "Give the command as it was, or another --out."
    then, these = ([InputFile(**file) for file in each[_INPUT]] for each in (before, now))
    if changed := differing(then, these):
        more = f" and {len(changed) - 1:,} more" * (len(changed) > 1)
        raise DataError(
            f"{out} holds answers to other input: {changed[0]}{more} is new, gone or changed. "
            f"{advice}"
        )
    for name in now:
        if before.get(name) != now[name]:
            raise DataError(
                f"{out} was begun with other settings: {name} was {_short(before.get(name))}, and "
                f"is {_short(now[name])} now. {advice}"
            )


def read_plan(out: str) -> dict[str, list[Block]]:
    """The blocks of each file whose blocks were found before."""
    plan = read_json(out, PLAN) or {}
    return {path: [Block(path, *row) for row in rows] for path, rows in plan.items()}


def write_plan(out: str, plan: Mapping[str, Sequence[Block]]) -> None:
    """Keep the blocks of each file."""
    write_json(
        out,
        PLAN,
        {
            path: [[each.number, each.first, each.rows, each.start, each.end] for each in blocks]
            for path, blocks in plan.items()
        },
    )


def read_json(out: str, name: str) -> dict[str, Any] | None:
    """A record of the folder; None where it is not there."""
    import pyarrow

    system, folder = filesystem(out)
    try:
        with system.open_input_stream(f"{folder}/{name}") as stream:
            return json.loads(stream.read())
    except FileNotFoundError:
        return None
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        raise DataError(f"{out}/{name} cannot be read ({reason(error)}). Mend or delete it.") from (
            None
        )


def write_json(out: str, name: str, record: Mapping[str, Any]) -> None:
    """Write a record into the folder in one move; DataError where it cannot be."""
    import pyarrow

    system, folder = filesystem(out)
    try:
        system.create_dir(folder, recursive=True)
        unfinished = f"{folder}/{name}.{uuid4().hex[:12]}"
        with system.open_output_stream(unfinished) as stream:
            stream.write(json.dumps(record, indent=1, ensure_ascii=False).encode() + b"\n")
        system.move(unfinished, f"{folder}/{name}")
    except (pyarrow.ArrowException, OSError) as error:
        raise DataError(f"{out} cannot be written ({reason(error)}). Make room there.") from None


def clear_aside(out: str, older_s: float = 0.0, *, of: str = "") -> None:
    """Delete what was left of parts that were being written: of the attempt called `of`, or all
    that nobody has written to for so many seconds."""
    import pyarrow
    from pyarrow.fs import FileSelector, FileType

    system, folder = filesystem(out)
    aside = f"{folder}/{ASIDE}"
    with suppress(pyarrow.ArrowException, OSError):
        for info in system.get_file_info(FileSelector(f"{aside}/{of}", recursive=True)):
            if info.type == FileType.File and time() - (info.mtime_ns or 0) / 1e9 >= older_s:
                system.delete_file(info.path)
        inside = system.get_file_info(FileSelector(aside, recursive=True))
        if not any(info.type == FileType.File for info in inside):
            system.delete_dir(aside)


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else text[:77] + "…"
