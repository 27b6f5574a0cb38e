"""The process of a training: how it is set up before torch is imported."""

import ctypes
import os
from contextlib import suppress

from model_zoo.host import PREPARED_SHAPES

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # malloc.h
ENVIRONMENT = {"OMP_WAIT_POLICY": "PASSIVE", "HF_HUB_OFFLINE": "1"}
NICENESS = 10  # of a training that nobody waits for at a terminal


def prepare_process() -> None:
    """Settings that training is fast with; to be made before torch is imported.

    Threads that wait for one another do so without using up their core, which on a busy machine
    costs more than it gains. Memory of large tensors, which glibc gives back at once and takes
    anew, is kept.
    """
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    with suppress(AttributeError, OSError, TypeError):  # another C library
        libc = ctypes.CDLL(None)
        libc.mallopt(_M_MMAP_THRESHOLD, 1 << 30)
        libc.mallopt(_M_TRIM_THRESHOLD, (1 << 31) - 1)


def environment() -> dict[str, str]:
    """What a process that trains is started with: all of ours, but not what keeps a server small.

    Training meets the same shapes again and again, and has to keep what is prepared for them. The
    operator's token is for servers alone.
    """
    left_out = (PREPARED_SHAPES, "QUARTET_ADMIN")
    kept = {name: value for name, value in os.environ.items() if name not in left_out}
    return ENVIRONMENT | kept
