"""Install requirements into the environment whose Python runs this: `python install.py FILE ...`.

On Linux, torch from the package index brings gigabytes of CUDA. Without an NVIDIA GPU, PyTorch's
own index gives the build that does without; where that index does not answer within seconds, the
package index gives what it has. uv installs, where it is there (beside this Python or on the path),
in a fraction of pip's time; else pip does.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from threading import Thread
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parent
CPU_BUILDS = "https://download.pytorch.org/whl/cpu"
SECONDS = 4.0  # what an index may take to answer


def has_gpu() -> bool:
    """Whether an NVIDIA GPU can be used here."""
    if Path("/proc/driver/nvidia/version").exists():
        return True
    try:
        listed = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True, check=False)
    except OSError:
        return False
    return listed.returncode == 0 and "GPU" in listed.stdout


def answers(index: str, within_s: float = SECONDS) -> bool:
    """Whether a package index can be reached, and has torch."""
    found: list[bool] = []

    def ask() -> None:
        try:
            with urlopen(f"{index}/torch/", timeout=within_s):
                found.append(True)
        except (OSError, ValueError):
            pass

    # A name that is not resolved takes as long as it likes, whatever the timeout: nobody waits.
    asking = Thread(target=ask, daemon=True)
    asking.start()
    asking.join(within_s)
    return bool(found)


def find_uv() -> str | None:
    """The command uv: this environment's, or the user's."""
    return shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")


def done(*command: str) -> bool:
    """Whether a command went well, away from this folder, whose settings for uv are for hosts."""
    print("+", *command, flush=True)
    return subprocess.run(command, cwd=ROOT.anchor, check=False).returncode == 0


def torch_line() -> str:
    """What requirements.txt asks for under the name torch."""
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    return re.findall(r"^torch[^\s#]*", text, re.MULTILINE)[0]


def install(files: Sequence[str]) -> bool:
    """Install what requirement files ask for; False if that failed."""
    wanted = [part for file in files for part in ("-r", str(Path(file).resolve()))]
    pip = (sys.executable, "-m", "pip", "install", "--quiet")
    # Elsewhere than on Linux the package index's torch is the right one.
    linux = sys.platform == "linux"
    reached = linux and answers(CPU_BUILDS)
    build = "auto" if has_gpu() else "cpu"
    if uv := find_uv():
        if linux and not reached:
            done(*pip, torch_line())  # pip may have been told of places that uv has not
        backend = ("--torch-backend", build) if reached else ()
        if done(uv, "pip", "install", "--quiet", "--python", sys.executable, *backend, *wanted):
            return True
    if reached and build == "cpu" and done(*pip, "--extra-index-url", CPU_BUILDS, *wanted):
        return True
    return done(*pip, *wanted)


if __name__ == "__main__":
    sys.exit(not install(sys.argv[1:]))
