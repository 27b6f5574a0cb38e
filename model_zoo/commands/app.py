"""Open the app in the browser.

What is given besides goes to `streamlit run` as it is, such as --server.port 9000. Only this
machine can open it, unless --server.address or STREAMLIT_SERVER_ADDRESS says where else to listen.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence

from model_zoo.errors import ZooError
from model_zoo.paths import ROOT


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """None of its own: Streamlit's are not known here."""


def run(arguments: argparse.Namespace) -> None:
    """The app's server in this process's place; in one of its own where a system has no such."""
    os.environ.setdefault("STREAMLIT_SERVER_ADDRESS", "localhost")  # an option counts for more
    command = command_line(arguments.streamlit)
    if os.name == "posix":
        sys.stdout.flush()
        sys.stderr.flush()
        os.execv(command[0], command)
    elif code := subprocess.run(command, check=False).returncode:
        raise ZooError(f"The app ended with exit code {code}. What it printed says why.")


def command_line(options: Sequence[str]) -> list[str]:
    """What starts the app, with Streamlit's `options`.

    >>> command_line(["--server.port", "9000"])[-2:]
    ['--server.port', '9000']
    """
    return [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), *options]
