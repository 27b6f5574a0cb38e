"""A freshly started app, and the browser to look at it with."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]


@contextmanager
def running_app(caches: Path | None = None) -> Iterator[str]:
    """The address of the app, started for this block on a free port.

    What it keeps between starts goes into `caches` instead of the user's cache folder.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true"]
    process = subprocess.Popen(
        [*command, "--server.address=127.0.0.1", f"--server.port={port}"],
        cwd=ROOT,
        env=os.environ | ({"XDG_CACHE_HOME": str(caches)} if caches else {}),
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
        yield address
    finally:
        process.terminate()
        process.wait(20)


def executable() -> str | None:
    """QUARTET_CHROMIUM, or the system's browser; None for the one Playwright downloads."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = (shutil.which(name) for name in names)
    return os.environ.get("QUARTET_CHROMIUM") or next((path for path in found if path), None)
