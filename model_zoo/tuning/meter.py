"""Steps turned into progress: how much is done, and how long the rest will take."""

import math
from collections.abc import Callable

from model_zoo.tuning.estimate import Costs
from model_zoo.tuning.loop import TELL_EVERY_S, Standing
from model_zoo.tuning.progress import Reporter
from model_zoo.tuning.recipes import Run
from model_zoo.tuning.work import Result

_GRACE_S = 60.0  # what was expected counts as much evidence, so that first steps do not mislead


class Meter:
    """Tells of all runs of a training, whose costs were expected to be so and so."""

    def __init__(self, reporter: Reporter, expected: Costs) -> None:
        self._reporter, self._expected = reporter, expected
        self._behind = 0.0  # seconds that runs done were expected to take
        self._spent = 0.0  # seconds that they took

    def watch(
        self, run: Run, rows: int, asked: Callable[[], str]
    ) -> Callable[[Standing, int, float], str]:
        """What the loop is to call while it trains `run`."""
        looks, told = 0, -math.inf

        def call(standing: Standing, steps: int, epoch: float) -> str:
            nonlocal looks, told
            looked = len(standing.history) > looks
            if looked or standing.seconds - told > TELL_EVERY_S:
                looks, told = len(standing.history), standing.seconds
                accuracy = standing.history[-1]["held_out_accuracy"] if looked else None
                loss = None if math.isnan(standing.loss) else standing.loss
                share = standing.step / steps
                self._tell(
                    run, rows, steps, standing.step, epoch, standing.seconds, share,
                    loss=loss, accuracy=accuracy,
                )  # fmt: skip
            return asked()

        return call

    def done(self, result: Result) -> None:
        """A run is done, now or in a process before this one."""
        last = result.history[-1]
        steps = int(last["step"])
        self._behind += self._expected.runs.get(result.run.key, 0.0)
        self._spent += result.seconds
        self._tell(result.run, result.rows, steps, steps, last["epoch"], result.seconds, None,
                   ended=True)  # fmt: skip

    def _tell(
        self,
        run: Run,
        rows: int,
        steps: int,
        step: int,
        epoch: float,
        seconds: float,
        share: float | None,
        **more: object,
    ) -> None:
        """One line; `share` is how much of the run is done, None where it is behind."""
        behind, spent = self._behind, self._spent
        if share is not None:
            behind += share * self._expected.runs.get(run.key, 0.0)
            spent += seconds
        total = self._expected.total
        pace = (spent + _GRACE_S) / (behind + _GRACE_S)
        self._reporter.tell(
            "run",
            run=run.key,
            model=run.model,
            share=run.share,
            seed=run.seed,
            rows=rows,
            steps=steps,
            step=step,
            epoch=round(epoch, 4),
            seconds=round(seconds, 1),
            done=round(min(1.0, behind / total), 4),
            left=round(max(0.0, total - behind) * pace, 1),
            **more,
        )
