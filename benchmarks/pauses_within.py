"""Runs a Python module and writes down how long each pass of the collector takes in it.

    python -m benchmarks.pauses_within FILE PYTHON -m MODULE …

A line a pass: its generation, and milliseconds.
"""

import gc
import runpy
import sys
from pathlib import Path
from time import perf_counter


def main() -> None:
    """Run it."""
    file, _, _, module, *arguments = sys.argv[1:]
    log, began = Path(file).open("a", buffering=1, encoding="ascii"), 0.0  # noqa: SIM115

    def note(phase: str, about: dict[str, int]) -> None:
        nonlocal began
        if phase == "start":
            began = perf_counter()
        else:
            log.write(f"{about['generation']} {1e3 * (perf_counter() - began):.3f}\n")

    gc.callbacks.append(note)
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
