"""A rehearsal of Streamlit Community Cloud, on Linux: `make rehearse`. Prints, asserts nothing.

    python -m benchmarks.rehearse [--limit-mb 690] [--environment FOLDER]

A clean checkout, a fresh virtual environment with requirements.txt alone, `streamlit run app.py` on
one core under a memory limit, with no file of either in the page cache. Then a visitor's browser,
outside the limit, opens a share link cold, submits three more sentences and looks at one
attribution. Each step's time and memory are printed, and what happened if the limit ended it.

The limit is a control group's (version 1 or 2, which takes root) or systemd's; where neither is to
be had there is none, and memory is only measured.
"""

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, sleep
from urllib.parse import urlencode
from urllib.request import urlopen

import psutil
from playwright.sync_api import Error, Locator, sync_playwright

from model_zoo.host import host
from model_zoo.models.sets import model_set
from tests.browser.chromium import executable, free_port
from tests.root import ROOT

CORE = 0
PATIENCE = 180  # seconds for each step
GROUPS = Path("/sys/fs/cgroup")
LINK = "The acting is great, but the film as a whole is dreadful."
SENTENCES = {  # all four models agree on each
    "A wonderful, moving, funny film with a brilliant cast.": "positive",
    "A dull, lifeless film and a waste of time.": "negative",
    "Great fun, I loved it.": "positive",
}


class EndedError(Exception):
    """The server ended, or did not do what was waited for."""


@dataclass(frozen=True, slots=True)
class Limit:
    """How memory is bounded: a command's prefix, what it is in words, and the group's folder."""

    prefix: tuple[str, ...]
    description: str
    group: Path | None = None

    def figure(self, *names: str) -> int | None:
        """The first of the group's files, or entries of its files (FILE:ENTRY), that there is."""
        for name in names:
            if self.group is None:
                break
            file, _, entry = name.partition(":")
            with suppress(OSError, ValueError, StopIteration):
                text = (self.group / file).read_text(encoding="ascii")
                if entry:
                    text = next(
                        line.split()[1] for line in text.splitlines() if line.split()[0] == entry
                    )
                return int(text)
        return None


@contextmanager
def limited(size: int) -> Iterator[Limit]:
    """A limit of `size` bytes, as good as this machine lets us have it."""
    name = f"quartet-rehearsal-{os.getpid()}"
    for version, base, most, swap, of_swap in (
        (1, GROUPS / "memory", "memory.limit_in_bytes", "memory.memsw.limit_in_bytes", size),
        (2, GROUPS, "memory.max", "memory.swap.max", 0),
    ):
        group = base / name
        try:
            if version == 2:
                (base / "cgroup.subtree_control").write_text("+memory", encoding="ascii")
            group.mkdir()
        except OSError:
            continue
        try:
            if (group / most).exists():  # a file of the kernel's, if this is a control group
                (group / most).write_text(str(size), encoding="ascii")
                with suppress(OSError):  # a kernel that does not account for swap
                    (group / swap).write_text(str(of_swap), encoding="ascii")
                enter = f'echo $$ > {group}/cgroup.procs; exec "$@"'
                description = f"a control group, version {version}"
                yield Limit(("sh", "-ec", enter, "sh"), description, group)
                return
        finally:
            _remove(group)
    scope = ("systemd-run", "--scope", "--quiet", f"-pMemoryMax={size}", "-pMemorySwapMax=0")
    with suppress(OSError):
        if subprocess.run([*scope, "true"], capture_output=True).returncode == 0:
            yield Limit(scope, "systemd's MemoryMax")
            return
    yield Limit((), "none: no control group can be made here")


def _remove(group: Path) -> None:
    """Remove the group once the last of its processes is gone; give up after five seconds."""
    for _ in range(50):
        try:
            group.rmdir()
            return
        except OSError:
            sleep(0.1)


def check_out(folder: Path) -> None:
    """The repository, with what was changed in the working tree since, as a clean checkout."""
    run("git", "clone", "--quiet", str(ROOT), str(folder))
    commit = git("rev-parse", "--short", "HEAD").strip()
    listed = git("ls-files", "-z", "--modified", "--others", "--exclude-standard").split("\0")
    changed = sorted({name for name in listed if name})
    for name in changed:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, folder / name)
        else:
            (folder / name).unlink(missing_ok=True)
    uncommitted = f" and {len(changed)} files not committed" if changed else ""
    print(f"checkout: commit {commit}{uncommitted}")


def git(*arguments: str) -> str:
    """What git says of this repository."""
    return run("git", "--no-optional-locks", "-C", str(ROOT), *arguments)


def run(*command: str) -> str:
    """What `command` prints; CalledProcessError where it fails, after its own words."""
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        print(done.stderr[-2000:], file=sys.stderr)
        done.check_returncode()
    return done.stdout


def install(folder: Path, requirements: Path) -> None:
    """A virtual environment in `folder` with the requirements, and nothing else."""
    started = perf_counter()
    run(sys.executable, "-m", "venv", str(folder))
    run(str(folder / "bin" / "pip"), "install", "--quiet", "-r", str(requirements))
    size = sum(file.lstat().st_size for file in folder.rglob("*") if file.is_file())
    torch = run(str(folder / "bin" / "python"), "-c", "import torch; print(torch.__version__)")
    took = perf_counter() - started
    print(f"environment: {took:.0f} s, {size / 1e6:,.0f} MB on disk, torch {torch.strip()}")


def forget(*folders: Path) -> None:
    """Have the system drop the folders' files from its cache, as on a host that just started."""
    os.sync()
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file() and not path.is_symlink():
                with path.open("rb") as file:
                    os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


class Rehearsal:
    """A server under the limit: steps are timed, and end with the server if it ends."""

    def __init__(self, process: subprocess.Popen, limit: Limit):
        self.process, self.limit = process, limit

    def step(self, name: str, done: Callable[[], bool]) -> None:
        """Wait for `done` and print what that took; EndedError where the server ends before."""
        started = perf_counter()
        while not done():
            if self.process.poll() is not None:
                raise EndedError(f"during “{name}”, the server ended ({self._reason()})")
            if perf_counter() - started > PATIENCE:
                raise EndedError(f"“{name}” was not done after {PATIENCE} s")
            sleep(0.02)
        print(f"{name:<52}{perf_counter() - started:8.2f} s{self._memory()}", flush=True)

    def _memory(self) -> str:
        server = psutil.Process(self.process.pid)
        resident = server.memory_info().rss / 1e6
        children = len(server.children(recursive=True))
        group = self.limit.figure("memory.usage_in_bytes", "memory.current")
        figures = f"{resident:10,.0f} MB" + (f"{group / 1e6:10,.0f} MB" if group else "")
        return figures + (f"   and {children} other processes" if children else "")

    def _reason(self) -> str:
        kills = self.limit.figure("memory.oom_control:oom_kill", "memory.events:oom_kill")
        by = f"the group counts {kills} killed for memory" if kills else "not for memory"
        return f"exit code {self.process.returncode}; {by}"

    def summary(self) -> None:
        """The peaks, and what the group's memory is made of."""
        if self.process.poll() is None:
            status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
            peak = next(int(x.split()[1]) for x in status.splitlines() if x.startswith("VmHWM"))
            print(f"peak of the server's resident memory: {peak * 1024 / 1e6:,.0f} MB")
            fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="utf-8")
            read = int(fields.rpartition(")")[2].split()[9])  # majflt in man 5 proc
            print(f"times it waited for a page of a file to be read (again): {read:,}")
        if most := self.limit.figure("memory.max_usage_in_bytes", "memory.peak"):
            parts = {
                "processes": self.limit.figure("memory.stat:total_rss", "memory.stat:anon"),
                "page cache": self.limit.figure("memory.stat:total_cache", "memory.stat:file"),
            }
            made_of = ", ".join(f"{part} {(of or 0) / 1e6:,.0f} MB" for part, of in parts.items())
            print(f"peak of the group, page cache included: {most / 1e6:,.0f} MB; now {made_of}")


def visit(rehearsal: Rehearsal, address: str) -> None:
    """What a visitor does, step by step."""
    labels = ".q-card .q-label"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(args=["--no-sandbox"], executable_path=executable())
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(1000 * PATIENCE)

        def appears(where: Locator, count: int = len(model_set().models)) -> Callable[[], bool]:
            return lambda: where.count() == count

        page.goto(f"{address}/?{urlencode({'text': LINK})}")
        box = page.get_by_label("A sentence in English")
        rehearsal.step("share link opened: the page is usable", appears(box, 1))
        rehearsal.step("  four answers (models loaded)", appears(page.locator(labels)))
        for sentence, label in SENTENCES.items():
            box.fill(sentence)
            page.keyboard.press("Enter")
            verdict = page.locator(".q-verdict", has_text=f"All four say {label}")
            rehearsal.step("  another sentence: four answers", appears(verdict, 1))
        rehearsal.step(
            "  its words coloured, all of Compare drawn", appears(page.locator(".q-words"))
        )
        page.get_by_role("link", name="Attributions").first.click()
        trusted = page.get_by_role("heading", name="How far to trust it")
        rehearsal.step("Attributions: four models and how far to trust them", appears(trusted, 1))
        idle = page.get_by_test_id("stStatusWidget")
        rehearsal.step("  at rest", appears(idle, 0))
        browser.close()


def rehearse(limit: Limit, environment: Path, checkout: Path, scratch: Path) -> None:
    """Start the server and visit it; the log's end is printed if it did not live."""
    port, log = free_port(), scratch / "server.log"
    pinned = ("taskset", "-c", str(CORE)) if shutil.which("taskset") else ()
    streamlit = str(environment / "bin" / "streamlit")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*limit.prefix, *pinned, streamlit, "run", "app.py", f"--server.port={port}"],
            cwd=checkout,
            env=os.environ | {"HOME": str(scratch), "STREAMLIT_SERVER_HEADLESS": "true"},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    rehearsal = Rehearsal(process, limit)
    address = f"http://localhost:{port}"

    def up() -> bool:
        try:
            urlopen(f"{address}/_stcore/health", timeout=1).close()
            return True
        except OSError:
            return False

    columns = "time", "resident", "group" * bool(limit.group)
    print(f"{'':<52}{columns[0]:>10}{columns[1]:>13}{columns[2]:>13}")
    try:
        rehearsal.step("server started", up)
        visit(rehearsal, address)
    except (EndedError, Error) as error:
        print(f"It failed: {error}.\nThe end of its log:\n{log.read_text()[-2000:]}")
    finally:
        rehearsal.summary()
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def main() -> None:
    """Rehearse, and print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--limit-mb", type=int, default=690, help="millions of bytes")
    parser.add_argument("--environment", type=Path, help="use this one, and install nothing")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="quartet-") as folder:
        scratch, checkout = Path(folder), Path(folder) / "app"
        environment = arguments.environment or scratch / "venv"
        check_out(checkout)
        if not arguments.environment:
            install(environment, checkout / "requirements.txt")
        forget(checkout, environment)
        with limited(1_000_000 * arguments.limit_mb) as limit:
            machine = host()
            load = os.getloadavg()[0]
            print(f"{machine.processor}, core {CORE} of {machine.cores}, load {load:.1f}")
            print(f"Python {platform.python_version()}")
            print(f"limit of {arguments.limit_mb} MB: {limit.description}")
            rehearse(limit, environment.absolute(), checkout, scratch)


if __name__ == "__main__":
    main()
