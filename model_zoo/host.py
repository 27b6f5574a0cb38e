"""The machine this process runs on, and the memory it may use and does use."""

import os
import platform
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path

import psutil

from model_zoo.results import Host


@cache
def host() -> Host:
    """What measurements are to be read with: processor, cores, memory, versions."""
    total = psutil.virtual_memory().total
    limit = min(memory_limits(), default=total)
    return Host(
        processor=_processor(),
        cores=_cores(),
        memory_bytes=min(limit, total),
        memory_limited=limit < total,
        python=platform.python_version(),
        torch=version("torch"),
    )


def resident_bytes() -> int:
    """Resident memory of this process now."""
    return psutil.Process().memory_info().rss


def free_bytes() -> int:
    """Memory that another process beside this one could still take."""
    return min(psutil.virtual_memory().available, host().memory_bytes - resident_bytes())


def memory_limits(
    groups: Path = Path("/sys/fs/cgroup"), membership: Path = Path("/proc/self/cgroup")
) -> Iterator[int]:
    """Limits in bytes of the control groups this process is in, versions 1 and 2; Linux only."""
    try:
        lines = membership.read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            base, name = groups, "memory.max"
        elif "memory" in controllers.split(","):
            base, name = groups / "memory", "memory.limit_in_bytes"
        else:
            continue
        folder = base / path.lstrip("/")
        for level in (folder, *folder.parents):  # a limit on a parent group binds as well
            if level.is_relative_to(base):
                try:
                    yield int((level / name).read_text(encoding="ascii"))
                except (OSError, ValueError):  # no such file here, or "max"
                    continue


def _cores() -> int:
    """Processor cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _processor() -> str:
    """The processor's name as its maker prints it, where the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())
