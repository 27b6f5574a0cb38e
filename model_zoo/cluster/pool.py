"""Ray: a cluster to connect to, and work sent through a pool of processes there.

The only module that imports Ray, and only once a cluster is asked for. Ray starts processes and
nodes anew that are lost and tries their work again; what it gives up on is tried in another round.
"""

import logging
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from typing import Any

from model_zoo.errors import ClusterError
from model_zoo.host import host

LOCAL = "local"  # in place of an address: this machine alone
RAY = "ray[data]==2.60.0"
_STORE_BYTES = 200_000_000  # of Ray's memory for objects here: only lines about blocks pass through
_MOST_TASKS = 4096  # that blocks are handed out in: Ray keeps a record of each

_DEATHS = 3  # of processes one after the other that do not even start
_STILL_S = 3 * 3600.0  # without any block done, after which a round is ended: some take an hour

Batch = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster that is connected to: its cores, and the address of its dashboard if that runs."""

    cores: int
    dashboard: str

    @property
    def nodes(self) -> int:
        """How many machines it has now."""
        import ray

        return sum(node["Alive"] for node in ray.nodes())


def check_installed() -> None:
    """Raises ClusterError where Ray is not installed."""
    _ray()


@contextmanager
def connected(address: str) -> Iterator[Cluster]:
    """The cluster at an address, or one of this machine's cores for LOCAL, which ends with this.

    What Ray prints meanwhile, of nodes and processes that were lost, goes to stderr. Raises
    ClusterError where Ray is not installed, or there is no cluster at that address.
    """
    with redirect_stdout(sys.stderr):  # results alone go to stdout
        yield from _connected(address)


def _connected(address: str) -> Iterator[Cluster]:
    ray = _ray()
    quiet: dict[str, Any] = {"logging_level": logging.ERROR, "log_to_driver": False}
    try:
        if address == LOCAL:
            context = ray.init(
                "local", num_cpus=host().cores, object_store_memory=_STORE_BYTES, **quiet
            )
        else:
            context = ray.init(address, **quiet)
    except (ConnectionError, ValueError, RuntimeError, OSError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise ClusterError(
            f"There is no Ray cluster at {address[:100]} ({reason[:150]}). Start one with `ray "
            "start --head`, or take --cluster local."
        ) from None
    try:
        cores = int(ray.cluster_resources().get("CPU", 0))
        if not cores:
            raise ClusterError("The cluster has no cores. Add a node to it.")
        yield Cluster(cores, context.dashboard_url or "")
    finally:
        ray.shutdown()


def each(items: Sequence[Mapping[str, Any]], function: Callable[[Batch], Any]) -> Iterator[Batch]:
    """What the function makes of each of the items, in any order, computed anywhere.

    Those that Ray gave up on are missing.
    """
    yield from _lines(_data(items).map_batches(function, batch_size=1))


def each_by(
    items: Sequence[Mapping[str, Any]],
    worker: type,
    arguments: tuple[Any, ...],
    options: Mapping[str, Any],
    *,
    workers: int,
    cores: float,
) -> Iterator[Batch]:
    """What objects of the class `worker` make of the items, in any order, computed anywhere.

    So many `workers` at once, in a process each, which takes `cores`. Those that Ray gave up on are
    missing. Raises ClusterError where no worker can be started.
    """
    from ray.data import ActorPoolStrategy

    workers = min(workers, len(items))
    made = _data(items).map_batches(
        worker,
        fn_constructor_args=arguments,
        fn_constructor_kwargs=dict(options),
        batch_size=1,
        # one would do to go on with: when nodes are lost, there may be no room for all of them
        compute=ActorPoolStrategy(
            min_size=1, initial_size=workers, max_size=workers, max_tasks_in_flight_per_actor=2
        ),
        num_cpus=cores,
    )
    yield from _lines(made)


def _data(items: Sequence[Mapping[str, Any]]) -> Any:
    import ray

    return ray.data.from_items(
        [dict(item) for item in items], override_num_blocks=min(len(items), _MOST_TASKS)
    )


def _lines(data: Any) -> Iterator[Batch]:
    from ray.data.exceptions import ExecutionTimeoutError
    from ray.exceptions import RayError

    try:
        yield from data.iter_batches(batch_size=1, prefetch_batches=0, batch_format="numpy")
    except ExecutionTimeoutError:  # what is missing is tried anew, with the nodes there are then
        return
    except (RayError, RuntimeError) as error:
        last = str(error).strip().splitlines()[-1:] or [type(error).__name__]
        raise ClusterError(f"The workers cannot start or go on: {last[0][:300]}") from None


def _ray() -> Any:
    """Ray, told to be quiet; ClusterError where it is not installed."""
    for name, value in (
        ("RAY_USAGE_STATS_ENABLED", "0"),  # nothing is sent anywhere
        ("RAY_DATA_DISABLE_PROGRESS_BARS", "1"),
    ):
        os.environ.setdefault(name, value)
    try:
        import ray
        import ray.data
    except ImportError:
        raise ClusterError(
            f'A cluster needs Ray, which is not installed. Run: pip install "{RAY}"'
        ) from None
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    context.target_max_block_size = 1  # a line about a block comes as soon as there is one
    context.max_errored_blocks = -1
    context.max_consecutive_actor_init_deaths = _DEATHS
    context.execution_no_progress_timeout_s = _STILL_S
    for handler in [*logging.getLogger("ray.data").handlers]:
        if getattr(handler, "stream", None) in (sys.stderr, sys.stdout):
            logging.getLogger("ray.data").removeHandler(handler)
    return ray
