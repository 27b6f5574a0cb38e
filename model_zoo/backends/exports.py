"""Exports of models for other engines: kept in a cache folder, whole or not at all.

An export is a folder: the graph, the word vectors that it reads, and a record of how it was checked
against torch. Its name says of which weights, for which engine, and by which versions; another of
any of these is another export.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from model_zoo.backends.references import recorded
from model_zoo.errors import EngineError
from model_zoo.host import free_bytes, sums_without_loss
from model_zoo.models.engines import engine
from model_zoo.models.files import card
from model_zoo.models.sets import model_set
from model_zoo.models.spec import ModelSpec
from model_zoo.paths import ROOT, user_cache

GRAPH, WORDS, RECORD = "model.onnx", "words.npy", "export.json"
POSITIONS = "positions"  # input of a graph: how many get their last state; the first, unless given
FORMAT = 4  # of what is written here; another one is made anew
_ASIDE = ".making-"  # begins the names of folders of exports that are under way
SECONDS = 900  # after which a process that exports is given up
PROCESS_BYTES = 350_000_000  # torch and the libraries, in a process of its own
LEAN_PROCESS_BYTES = 120_000_000  # without torch
COPIES = 4  # of the weights in float32: the network's, the graph's, and what passes on the way


def exports_folder() -> Path:
    """Where exports are kept: QUARTET_EXPORTS, or else the user's cache folder."""
    if folder := os.environ.get("QUARTET_EXPORTS"):
        return Path(folder).expanduser()
    return (user_cache() or Path(tempfile.gettempdir()) / "quartet") / "engines"


def runtime_version() -> str:
    """The version of ONNX Runtime; EngineError where it is not installed."""
    try:
        return version("onnxruntime")
    except PackageNotFoundError:
        raise EngineError(
            "This engine needs the package onnxruntime. Install what is in requirements.txt."
        ) from None


def folder_of(row: ModelSpec, checksum: str) -> Path:
    """Where the export of these weights is, or would be."""
    sign = "" if engine(row.id.engine).exact or sums_without_loss() else "-unsigned"
    config = hashlib.sha256((row.folder / "config.json").read_bytes()).hexdigest()
    key = f"{checksum[:20]}-{config[:8]}-{row.id.engine}{sign}-{runtime_version()}-{FORMAT}"
    return exports_folder() / key


def find(row: ModelSpec, checksum: str) -> Path | None:
    """The export of these weights, if there is a whole one."""
    folder = folder_of(row, checksum)
    files = [folder / name for name in (GRAPH, WORDS)]
    size = sum(file.stat().st_size for file in files if file.is_file())
    return folder if size and size == record(row, checksum).get("bytes") else None


def record(row: ModelSpec, checksum: str) -> dict[str, Any]:
    """What is known of the export, as it was checked; empty if there is none."""
    try:
        return json.loads((folder_of(row, checksum) / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def is_quick(checksum: str) -> bool:
    """Whether an export of these weights is made within seconds, without torch."""
    return bool(recorded(checksum)) and find_spec("onnx") is not None


def make(row: ModelSpec, checksum: str) -> Path:
    """Export the model in a process of its own, and check it; EngineError, saying why, if it fails.

    The process needs torch, which whoever waits for it may do without.
    """
    kept = folder_of(row, checksum)
    process = LEAN_PROCESS_BYTES if is_quick(checksum) else PROCESS_BYTES
    needed = process + COPIES * 4 * card(row).parameters
    if (free := free_bytes()) < needed:
        raise EngineError(
            f"Exporting {row.title} needs {needed / 1e6:,.0f} MB for a moment, and "
            f"{max(0, free) / 1e6:,.0f} MB are free. Use the torch engine, or export on a machine "
            "with more memory."
        )
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        _clear_leftovers(kept.parent)
        aside = Path(tempfile.mkdtemp(prefix=_ASIDE, dir=kept.parent))
    except OSError as error:
        raise EngineError(
            f"{kept.parent} cannot be written to ({error.strerror}). Set QUARTET_EXPORTS to a "
            "folder that can."
        ) from error
    try:
        _run(row, aside)
        try:
            aside.rename(kept)
        except OSError:  # another process was first
            if find(row, checksum) is None:
                shutil.rmtree(kept, ignore_errors=True)  # what a crash left
                aside.rename(kept)
        return kept
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _clear_leftovers(folder: Path) -> None:
    """Delete what exports left that were killed, unless it may be one that is under way."""
    for aside in folder.glob(f"{_ASIDE}*"):
        with suppress(OSError):
            if time.time() - aside.stat().st_mtime > SECONDS:
                shutil.rmtree(aside, ignore_errors=True)


def _run(row: ModelSpec, folder: Path) -> None:
    where = [str(row.folder), str(model_set(row.id.beside).folder), str(folder)]
    command = [sys.executable, "-m", "model_zoo.backends.export", row.id, *where]
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise EngineError(
            f"Exporting {row.title} took more than {SECONDS} s. Try again when the machine is less "
            "busy, or use the torch engine."
        ) from None
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        raise EngineError(
            f"{row.title} cannot be computed by {row.id.engine}: {reason[:300]} Use the torch "
            "engine."
        )
