"""Does the server live where it is killed if it takes too much? `make limited`. Linux, as root.

    python -m benchmarks.limited [--megabytes 690] [--visitors 3] [--rounds 5]

The app is started afresh, with nothing kept from before, in a control group with a limit: its own
memory, that of all it starts, and the files it has in memory count, of which the system takes back
what it can and ends the process where that is not enough. Visitors come at once, and each goes
through pages that load models, in an order and with a sentence of its own.
"""

import argparse
import random
import re
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen
from threading import Event, Thread
from time import perf_counter

from benchmarks.load import SENTENCES
from benchmarks.visitor import ATTRIBUTIONS, COMPARE, NoAnswerError, Visitor
from tests.browser.chromium import started

WORDS = "words"
PARTS = ("Missing word", "Next word", "Surprise", "Question", "How well")
PLACES = ((COMPARE, ""), (ATTRIBUTIONS, ""), *((WORDS, part) for part in PARTS))
_GROUPS = Path("/sys/fs/cgroup")


@dataclass(frozen=True, slots=True)
class Group:
    """A control group with a limit of memory, of version 1 or 2."""

    folder: Path

    @property
    def own_mb(self) -> float:
        """Megabytes that the system cannot take back."""
        found = re.search(r"^(?:total_rss|anon) (\d+)$", self._read("memory.stat"), re.MULTILINE)
        return int(found[1]) / 1e6 if found else 0.0

    @property
    def killed(self) -> int:
        """How many processes were ended for want of memory."""
        events = "memory.oom_control" if self._is_first else "memory.events"
        found = re.search(r"^oom_kill (\d+)$", self._read(events), re.MULTILINE)
        return int(found[1]) if found else 0

    def limit(self, size: int) -> None:
        """Allow so many bytes, and none on disk in their place."""
        name = "memory.limit_in_bytes" if self._is_first else "memory.max"
        (self.folder / name).write_text(str(size), encoding="ascii")
        if not self._is_first:
            (self.folder / "memory.swap.max").write_text("0", encoding="ascii")

    @property
    def _is_first(self) -> bool:
        return (self.folder / "memory.limit_in_bytes").exists()

    def _read(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="ascii")


@contextmanager
def limited(megabytes: int) -> Iterator[Group]:
    """A control group of that size, taken away after this block."""
    parent = _GROUPS / "memory" if (_GROUPS / "memory").is_dir() else _GROUPS
    folder = Path(tempfile.mkdtemp(prefix="quartet-", dir=parent))
    try:
        group = Group(folder)
        group.limit(megabytes * 1_000_000)
        yield group
    finally:
        folder.rmdir()


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--megabytes", type=int, default=690)
    parser.add_argument("--visitors", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    with limited(arguments.megabytes) as group, tempfile.TemporaryDirectory() as caches:
        enter = ("sh", "-c", f'echo $$ > {group.folder}/cgroup.procs; exec "$@"', "sh")
        env = {"XDG_CACHE_HOME": caches, "QUARTET_MEMORY_MB": None}
        with started(within=enter, env=env) as server, _watched(group) as most:
            for number in range(1, arguments.rounds + 1):
                began = perf_counter()
                with ThreadPoolExecutor(arguments.visitors) as visitors:
                    waits = list(
                        visitors.map(
                            lambda who, number=number: _visit(server.address, f"{number}-{who}"),
                            range(arguments.visitors),
                        )
                    )
                slowest = max((wait for each in waits for wait in each), default=0.0)
                print(
                    f"round {number}: {sum(map(len, waits))} of "
                    f"{arguments.visitors * len(PLACES)} pages in {perf_counter() - began:.0f} s, "
                    f"slowest {slowest:.1f} s; at most {most[0]:.0f} MB of its own so far; "
                    f"{_fate(server.process, group)}",
                    flush=True,
                )
                if server.process.poll() is not None:
                    return


def _visit(address: str, who: str) -> list[float]:
    """Seconds that each page took, to its end; ends at one that never came."""
    chance = random.Random(who)
    seconds = []
    for page, part in chance.sample(PLACES, len(PLACES)):
        began = perf_counter()
        try:
            with closing(Visitor(address)) as visitor:
                text = f"{chance.choice(SENTENCES)} {who}"
                visitor.ask(page, text, **({"part": part} if part else {}))
                errors = visitor.read(lambda seen: seen.finished).errors
        except (NoAnswerError, OSError) as error:
            print(f"{page} {part}: {error}", flush=True)
            break
        for error in errors:
            print(f"{page} {part}: {error}", flush=True)
        seconds.append(perf_counter() - began)
    return seconds


@contextmanager
def _watched(group: Group) -> Iterator[list[float]]:
    """Most megabytes of its own that the group has had so far, in a list of one."""
    most, over = [0.0], Event()

    def watch() -> None:
        while not over.wait(0.01):
            most[0] = max(most[0], group.own_mb)

    thread = Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield most
    finally:
        over.set()
        thread.join()


def _fate(server: Popen, group: Group) -> str:
    if server.poll() is not None:
        return f"the server is dead, {group.killed} killed"
    return f"alive, {group.killed} processes killed"


if __name__ == "__main__":
    main()
