"""A freshly started app, and the browser to look at it with."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.root import ROOT


@dataclass(frozen=True, slots=True)
class Server:
    """A started app: where it answers, and its process."""

    address: str
    process: subprocess.Popen


@contextmanager
def running_app(caches: Path | None = None) -> Iterator[str]:
    """The address of the app, started for this block on a free port.

    What it keeps between starts goes into `caches` instead of the user's cache folder.
    """
    with started(env={"XDG_CACHE_HOME": str(caches)} if caches else {}) as server:
        yield server.address


@contextmanager
def started(
    folder: Path = ROOT,
    *,
    port: int | None = None,
    env: Mapping[str, str | None] | None = None,
    within: Sequence[str] = (),
    flags: Sequence[str] = ("--server.address=127.0.0.1",),
) -> Iterator[Server]:
    """The app in `folder`, started for this block; on `port`, or on a free one.

    `env` adds to the environment, None takes out. `within` is a command that starts another.
    As for its users, it has all cores, however few threads the tests themselves may take.
    """
    env = {"OMP_NUM_THREADS": None, **(env or {})}
    port = port or free_port()
    command = [*within, sys.executable, "-m", "streamlit", "run", "app.py", *flags]
    process = subprocess.Popen(
        [*command, "--server.headless=true", f"--server.port={port}"],
        cwd=folder,
        env={key: value for key, value in (os.environ | env).items() if value},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{address}/_stcore/health", timeout=1).close()
                break
            except OSError:
                assert process.poll() is None, "the server ended by itself"
                time.sleep(0.1)
        yield Server(address, process)
    finally:
        process.terminate()
        process.wait(20)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def executable() -> str | None:
    """QUARTET_CHROMIUM, or the system's browser; None for the one Playwright downloads."""
    names = ("chromium", "chromium-browser", "google-chrome")
    paths = (shutil.which(name) for name in names)
    return os.environ.get("QUARTET_CHROMIUM") or next((path for path in paths if path), None)
