"""Downloads from the Hub: checked, resumed, and seen only once they are whole.

A download grows in a hidden folder, which says in its name which commit it is of, and is moved into
place when every file has been checked. What is cut or cancelled stays hidden: asked for again, it
goes on from there; `remove` deletes it.
"""

import errno
import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from model_zoo.errors import HubError
from model_zoo.locks import held
from model_zoo.models import hub_client
from model_zoo.models.files import INDEX, sha256_of
from model_zoo.models.hub import HubFile, HubModel
from model_zoo.models.sets import CONFIG

ORIGIN = "origin.json"
SPARE = 50_000_000  # bytes of the disk that a download leaves free
FULL = (errno.ENOSPC, errno.EDQUOT)
_NAME = re.compile(r"\w[\w.+-]*", re.ASCII)


def download(
    model: HubModel, folder: Path, advance: Callable[[int, int], None] = lambda done, total: None
) -> Path:
    """The model's folder, `model.name` in `folder`, downloaded unless it is there already.

    `advance` is told the bytes that are there and those of the whole, after every piece. What it
    raises ends the download: nothing is to be seen of it, and the next one goes on from there.
    Another commit of the same name is replaced. In the folder is what the model needs, and
    origin.json: repo, revision, commit, host, licence, date, and each file's sha256.

    Raises HubError where the Hub does not give a file or gives another than it vouches for, where
    there is no room on the disk (and then deletes what there was), or where another download of
    the model is under way.
    """
    target = folder / model.name
    part = folder / f".{model.name}.{model.commit}.part"
    with _disk(None), _alone(target), _disk(part):
        if _origin(target).get("commit") == model.commit:
            advance(model.download_bytes, model.download_bytes)
            return target
        for other in _parts(model.name, folder):
            if other != part:
                shutil.rmtree(other)
        part.mkdir(exist_ok=True)
        _check_room(model, part)
        for file in model.files:
            _fetch(model, file, part, advance)
        _check_index(model, part)
        _write_origin(model, part)
        _delete(target)
        part.replace(target)
    return target


def downloaded(folder: Path) -> dict[str, Path]:
    """Name -> folder of every whole download in `folder`, in the order of their names."""
    if not folder.is_dir():
        return {}
    entries = (entry for entry in sorted(folder.iterdir()) if _NAME.fullmatch(entry.name))
    return {entry.name: entry for entry in entries if _origin(entry) and (entry / CONFIG).is_file()}


def remove(name: str, folder: Path) -> None:
    """Delete the download called `name`, and what was begun of it; nothing if there is none.

    Raises HubError where that is no download's name, or it is under way.
    """
    target = folder / name
    if not _NAME.fullmatch(name):
        raise HubError(f"{name[:60]!r} is no downloaded model. Choose one from the list.")
    if not folder.is_dir():
        return
    with _disk(None), _alone(target):
        _delete(target)
        for part in _parts(name, folder):
            shutil.rmtree(part)


def _fetch(model: HubModel, file: HubFile, part: Path, advance: Callable[[int, int], None]) -> None:
    """Download what `part` lacks of a file, and check it; a wrong one is deleted."""
    path, total = part / file.name, model.download_bytes
    before = sum(_size(part / other.name) for other in model.files if other != file)
    have = _size(path)
    if have > file.bytes:
        have = 0
    advance(before + have, total)
    if have < file.bytes or not path.is_file():
        with hub_client.opened(model.repo, model.commit, file.name, start=have) as response:
            if response.status_code == 416:
                raise _wrong(model, file, path)
            if response.status_code != 206:  # the server sends the whole, whatever was asked
                have = 0
            with path.open("ab" if have else "wb") as out:
                for chunk in response.iter_bytes():
                    if have + len(chunk) > file.bytes:
                        raise _wrong(model, file, path)
                    out.write(chunk)
                    have += len(chunk)
                    advance(before + have, total)
        if have < file.bytes:
            raise HubError(
                f"{hub_client.host()} ended {file.name} early. Try again: the download goes on "
                "where it stopped."
            )
    if not _is_recorded(path, file):
        raise _wrong(model, file, path)


def _wrong(model: HubModel, file: HubFile, path: Path) -> HubError:
    """Delete a file that is not the one recorded; the error that says so."""
    path.unlink(missing_ok=True)
    return HubError(
        f"{hub_client.host()} gave another {file.name} than the one recorded for {model.repo}, "
        "so it was deleted. Download it again."
    )


def _is_recorded(path: Path, file: HubFile) -> bool:
    """Whether the file's bytes are those that the Hub vouches for."""
    if file.sha256:
        return sha256_of(path) == file.sha256
    if file.git_sha1:
        digest = hashlib.sha1(f"blob {file.bytes}\0".encode(), usedforsecurity=False)
        digest.update(path.read_bytes())  # git keeps the small ones
        return digest.hexdigest() == file.git_sha1
    return True


def _check_index(model: HubModel, part: Path) -> None:
    """Raises HubError where the index of the weights leads to a file not downloaded with it."""
    if not (part / INDEX).is_file():
        return
    try:
        index = json.loads((part / INDEX).read_text(encoding="utf-8"))
        whole = set(index["weight_map"].values()) <= {file.name for file in model.files}
    except (ValueError, TypeError, KeyError, AttributeError):
        whole = False
    if not whole:
        shutil.rmtree(part)
        raise HubError(f"The {INDEX} of {model.repo} is damaged. Choose another model.")


def _check_room(model: HubModel, part: Path) -> None:
    """Raises HubError where the disk has no room for what `part` lacks."""
    lacking = model.download_bytes - sum(_size(part / file.name) for file in model.files)
    free = shutil.disk_usage(part).free - SPARE
    if lacking > free:
        raise HubError(
            f"{model.repo} needs {lacking / 1e6:,.0f} MB on the disk, which has "
            f"{max(free, 0) / 1e6:,.0f} MB to spare. Free some, or choose a smaller model."
        )


def _write_origin(model: HubModel, part: Path) -> None:
    origin = {
        "repo": model.repo,
        "revision": model.revision,
        "commit": model.commit,
        "host": hub_client.host(),
        "licence": model.licence,
        "date": datetime.now(UTC).date().isoformat(),
        "sha256": {file.name: sha256_of(part / file.name) for file in model.files},
    }
    (part / ORIGIN).write_text(json.dumps(origin, indent=2) + "\n", encoding="utf-8")


def _origin(folder: Path) -> dict[str, Any]:
    """What a download's origin.json says, empty where there is none to be read."""
    try:
        origin = json.loads((folder / ORIGIN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return origin if isinstance(origin, dict) else {}


def _parts(name: str, folder: Path) -> list[Path]:
    """The hidden folders of downloads of `name` that were begun."""
    pattern = re.compile(rf"\.{re.escape(name)}\.[0-9a-f]{{40}}\.part")
    return [entry for entry in folder.iterdir() if pattern.fullmatch(entry.name)]


def _delete(target: Path) -> None:
    """Delete a whole download, if there is one, so that it is never seen half deleted."""
    if target.is_dir():
        hidden = target.with_name(f".{target.name}.{'0' * 40}.part")  # `_parts` knows it
        if hidden.exists():
            shutil.rmtree(hidden)
        shutil.rmtree(target.replace(hidden))


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    """A block that no other, in any process, is in for the same download; else HubError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with held(target.with_name(f".{target.name}.lock"), passing=True) as mine:
        if not mine:
            raise HubError(f"{target.name} is being downloaded already. Wait until it is there.")
        yield


@contextmanager
def _disk(part: Path | None) -> Iterator[None]:
    """Raises HubError in place of what the disk refuses; where it is full, `part` is deleted."""
    try:
        yield
    except OSError as error:
        if error.errno is None:  # raised by someone else to end the download
            raise
        if error.errno in FULL:
            with suppress(OSError):
                if part is not None:
                    shutil.rmtree(part)
            raise HubError(
                "The disk is full, so the download was deleted. Free some room, or choose a "
                "smaller model."
            ) from error
        raise HubError(
            f"The folder for downloads cannot be used ({error.strerror}). Let whoever runs this "
            "make it writable."
        ) from error
