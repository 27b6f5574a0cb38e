"""The machine this process runs on, and the memory it may use and does use."""

import ctypes
import os
import platform
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil


@dataclass(frozen=True, slots=True)
class Host:
    """The machine something was measured on. `memory_bytes` is what this process may use:
    the machine's memory, or its control group's limit where `memory_limited`."""

    processor: str
    cores: int
    memory_bytes: int
    memory_limited: bool
    python: str
    torch: str
    transformers: str = ""


@cache
def host() -> Host:
    """What measurements are to be read with: processor, cores, memory, versions."""
    total = psutil.virtual_memory().total
    limit = min([*memory_limits(), *_configured_limit()], default=total)
    return Host(
        processor=_processor(),
        cores=_cores(),
        memory_bytes=min(limit, total),
        memory_limited=limit < total,
        python=platform.python_version(),
        torch=version("torch"),
        transformers=version("transformers"),
    )


@cache
def libraries() -> dict[str, str]:
    """The versions of all that answers are computed by; "" for what is not installed.

    So is Quartet where it runs from its repository.
    """
    return {name: _version(name) for name in _LIBRARIES}


_LIBRARIES = ("quartet", "torch", "transformers", "onnxruntime", "tokenizers")


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


@dataclass(slots=True)
class _Threads:
    """What the process was told of threads; None for one a core."""

    each: int | None = None
    beside: int = 1


_told = _Threads()


def threads() -> int:
    """How many threads a call may compute on: as told, or else one a core."""
    return _told.each or _cores()


def calls_at_once() -> int:
    """How many batches of one job may be computed side by side."""
    return _told.beside


def use_threads(each: int, beside: int = 1) -> None:
    """Have models that are loaded from now on compute a call on `each` threads, `beside` at once.

    torch heeds this in threads that call this or `heed_threads`; in others it takes what it likes.
    """
    _told.each, _told.beside = each, beside
    heed_threads()


def heed_threads() -> None:
    """Have torch heed in this thread what `use_threads` was told, where it is imported.

    Its matrix products go by what their own thread has set.
    """
    if _told.each and (set_threads := getattr(sys.modules.get("torch"), "set_num_threads", None)):
        set_threads(_told.each)


def sums_without_loss() -> bool:
    """Whether the processor adds up products of 8-bit numbers in 32 bits (VNNI, or ARM's way)."""
    if platform.machine() not in ("x86_64", "AMD64"):
        return True
    return processor_can("avx512_vnni") or processor_can("avx_vnni")


@cache
def processor_can(flag: str) -> bool:
    """Whether the processor has what Linux lists as `flag`; always where that is empty."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if flag else []
    except OSError:
        return False
    return not flag or any(line.startswith("flags") and flag in line.split() for line in lines)


SMALL_BYTES = 1_000_000_000  # a host with less has no room for what many visits leave in pieces
PREPARED_SHAPES = "ONEDNN_PRIMITIVE_CACHE_CAPACITY"  # in the environment


def keep_memory_low() -> None:
    """Settings that cost little time and save much memory; to be made before torch is imported.

    oneDNN keeps what it has prepared for every shape it has met, 2 MB for each new length of a
    sentence, a thousand of them: here for the last 64. By default glibc gives every thread that
    computes a heap of its own, and keeps blocks of up to 32 MB once they are free: here of 4 MB,
    on a small host of 256 kB, for between blocks that are used free ones cannot be given back.
    """
    os.environ.setdefault(PREPARED_SHAPES, "64")
    with suppress(AttributeError, OSError, TypeError):  # another C library
        libc = ctypes.CDLL(None)
        kept = 256 << 10 if host().memory_bytes < SMALL_BYTES else 4 << 20
        for option, value in ((_M_ARENA_MAX, 2), (_M_MMAP_THRESHOLD, kept)):
            libc.mallopt(option, value)


def give_back_memory() -> None:
    """Give what the C library holds in reserve back to the system; glibc only."""
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8  # malloc.h


def resident_bytes() -> int:
    """Resident memory of this process now."""
    return psutil.Process().memory_info().rss


def most_resident_bytes() -> int:
    """Most resident memory that this process has had so far, where the system keeps that.

    Linux tells it of the program that runs (VmHWM, man 5 proc); what getrusage says there includes
    what the process was copied from.
    """
    with suppress(OSError, StopIteration):
        lines = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
        return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
    with suppress(ImportError):
        import resource

        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else 1024 * most
    memory = psutil.Process().memory_info()
    return getattr(memory, "peak_wset", memory.rss)  # Windows


def free_bytes() -> int:
    """Memory that another process beside this one could still take."""
    left = [limit - family_bytes() for limit in _configured_limit()]
    return min([psutil.virtual_memory().available, *memory_left(), *left])


def family_bytes() -> int:
    """Resident memory of this process and of those it belongs with, shared pages counted once.

    Those are the ones that run the same Python above it, and all that they started.
    """
    own = psutil.Process()
    first, total = own, own.memory_info().rss
    with suppress(psutil.Error):
        for parent in own.parents():
            if parent.exe() != own.exe():
                break
            first = parent
    for other in {first, *first.children(recursive=True)} - {own}:
        with suppress(psutil.Error):
            total += other.memory_full_info().uss
    return total


def _configured_limit() -> list[int]:
    """What QUARTET_MEMORY_MB allows, if it is set to a number: for hosts that hide their limit."""
    megabytes = os.environ.get("QUARTET_MEMORY_MB", "")
    return [int(megabytes) * 1_000_000] if megabytes.isdecimal() else []


_GROUPS, _MEMBERSHIP = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")


@dataclass(frozen=True, slots=True)
class _Files:
    """What a version of control groups calls the limit, what all processes of a group take, and in
    memory.stat what of that are copies of files: long unused, lately used, in use as memory."""

    limit: str
    taken: str
    unused: str
    used: str
    mapped: str


_OLD = _Files(
    "memory.limit_in_bytes",
    "memory.usage_in_bytes",
    "total_inactive_file",
    "total_active_file",
    "total_mapped_file",
)
_NEW = _Files("memory.max", "memory.current", "inactive_file", "active_file", "file_mapped")


def memory_limits(groups: Path = _GROUPS, membership: Path = _MEMBERSHIP) -> Iterator[int]:
    """Limits in bytes of the control groups this process is in, versions 1 and 2; Linux only."""
    for _, _, limit in _limited(groups, membership):
        yield limit


def memory_left(groups: Path = _GROUPS, membership: Path = _MEMBERSHIP) -> Iterator[int]:
    """What each of these limits leaves, in bytes: all processes of a group share it."""
    for folder, files, limit in _limited(groups, membership):
        with suppress(OSError, ValueError):
            taken = int((folder / files.taken).read_text(encoding="ascii"))
            yield limit - max(0, taken - _making_way(folder / "memory.stat", files))


def _making_way(stat: Path, files: _Files) -> int:
    """Copies of files that are dropped where memory is wanted, but for programs that run."""
    with suppress(OSError, ValueError):
        lines = (line.split() for line in stat.read_text(encoding="ascii").splitlines())
        sizes = {name: int(size) for name, size in lines}
        unused, used, mapped = (sizes.get(n, 0) for n in (files.unused, files.used, files.mapped))
        return max(unused, unused + used - mapped)
    return 0


def _limited(groups: Path, membership: Path) -> Iterator[tuple[Path, _Files, int]]:
    """The folder, names of files and limit of every group with one that this process is in."""
    try:
        lines = membership.read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            base, files = groups, _NEW
        elif "memory" in controllers.split(","):
            base, files = groups / "memory", _OLD
        else:
            continue
        folder = base / path.lstrip("/")
        for level in (folder, *folder.parents):  # a limit on a parent group binds as well
            if level.is_relative_to(base):
                try:
                    limit = int((level / files.limit).read_text(encoding="ascii"))
                except (OSError, ValueError):  # no such file here, or "max"
                    continue
                yield level, files, limit


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
