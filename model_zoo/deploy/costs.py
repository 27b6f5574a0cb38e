"""What a model costs on one engine and so many threads: time and memory, in a process of its own.

Threads are fixed when a model is loaded, and memory is that of everything in a process: so each is
measured in a fresh one, which is there for nothing else.

python -m model_zoo.deploy.costs IDENTITY MODEL_FOLDER SET_FOLDER THREADS TOKENS BATCH,…
"""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from model_zoo.deploy import kept
from model_zoo.errors import MeasureError
from model_zoo.host import free_bytes, most_resident_bytes, use_threads
from model_zoo.measure.latency import Latency, latency, text_of
from model_zoo.measure.process import in_fresh_process
from model_zoo.models.engines import engine
from model_zoo.models.files import card
from model_zoo.models.loading import load
from model_zoo.models.registry import remember
from model_zoo.models.sets import model_set
from model_zoo.models.spec import ModelSpec
from model_zoo.worker import work

RUNS = 60  # calls that count
SECONDS = 4.0  # after which a batch size ends earlier, but see `latency`
PROCESS_SECONDS = 600  # after which a process is given up
# What a process takes beside the weights: torch with its libraries, or ONNX Runtime.
TORCH_BYTES, LEAN_BYTES = 400_000_000, 150_000_000


@dataclass(frozen=True, slots=True)
class Cost:
    """Times of calls, and the most memory that was resident by the end of them.

    A process reads small batches first: what is resident by the end of one is what it takes to
    serve batches of up to that size.
    """

    latency: Latency
    memory_bytes: int


def costs(
    row: ModelSpec,
    checksum: str,
    threads: int,
    tokens: int,
    batches: Sequence[int],
    kept_in: Path | None = None,
    *,
    anew: bool = False,
) -> Iterator[list[Cost] | None]:
    """None while a fresh process measures; at the end a Cost for each of `batches`, small first.

    Texts have `tokens` tokens of the bundled models' tokenizer. Figures are kept in the folder
    `kept_in`, if given, until weights, versions or machine change; `anew` measures all the same.
    The model's export, if the engine needs one, should be there before: making it would count.
    Raises MeasureError where memory is too short for the process, or it fails.
    """
    asked = kept.conditions(
        row,
        checksum,
        threads=threads,
        tokens=tokens,
        batches=sorted(batches),
        how=[RUNS, SECONDS],
    )
    measured = _read(kept.read(None if anew else kept_in, asked), row)
    if measured is None:
        check_room(row)
        where = [str(row.folder), str(model_set(row.id.beside).folder)]
        sizes = ",".join(map(str, sorted(batches)))
        arguments = [row.id, *where, str(threads), str(tokens), sizes]
        for value in in_fresh_process("model_zoo.deploy.costs", arguments, seconds=PROCESS_SECONDS):
            if value is None:
                yield None
            else:
                measured = _read(value, row)
                kept.write(kept_in, asked, value)
    yield measured


def check_room(row: ModelSpec) -> None:
    """Raises MeasureError where memory is too short for a process that computes the model."""
    torch = not engine(row.id.engine).exported
    needed = (TORCH_BYTES if torch else LEAN_BYTES) + 4 * card(row).parameters
    if (free := free_bytes()) < needed:
        raise MeasureError(
            f"Measuring {row.title} needs {needed / 1e6:,.0f} MB for a process of its own, and "
            f"{max(0, free) / 1e6:,.0f} MB are free. Measure on a machine with more memory."
        )


def measure(row: ModelSpec, threads: int, tokens: int, batches: Sequence[int]) -> Iterator[Cost]:
    """What the fresh process does: a Cost for each of `batches`, in order."""
    use_threads(threads)
    model, text = load(row), text_of(tokens)
    for batch in batches:
        *_, last = latency([model], text, batch=batch, runs=RUNS, seconds=SECONDS)
        yield Cost(last[model.id], most_resident_bytes())


def _read(values: Any, row: ModelSpec) -> list[Cost] | None:
    """The costs that were written as JSON, under this identity; None where there are none.

    The same folder may be known under several: how its labels are read costs nothing.
    """
    try:
        return [
            Cost(
                Latency(
                    **value["latency"]
                    | {"model": row.id, "samples_ms": tuple(value["latency"]["samples_ms"])}
                ),
                int(value["memory_bytes"]),
            )
            for value in values
        ]
    except (KeyError, TypeError, ValueError):
        return None


def main() -> int:
    """Print the costs of what the arguments name, as JSON."""
    _, identity, folder, set_folder, threads, tokens, batches = sys.argv

    def do() -> None:
        row = remember(identity, Path(folder), Path(set_folder))
        sizes = [int(size) for size in batches.split(",")]
        print(json.dumps([asdict(cost) for cost in measure(row, int(threads), int(tokens), sizes)]))

    return work(do)


if __name__ == "__main__":
    sys.exit(main())
