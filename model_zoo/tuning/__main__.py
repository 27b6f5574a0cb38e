"""The process of a training that nobody waits for: `python -m model_zoo.tuning NAME`."""

import sys

from model_zoo.errors import ZooError
from model_zoo.tuning.job import Job, jobs_folder
from model_zoo.tuning.line import start_next, turn
from model_zoo.tuning.process import NICENESS, prepare_process
from model_zoo.worker import give_way, stoppable


def main(name: str) -> int:
    """Train the job of this name when its turn comes, then start the next in line."""
    prepare_process()
    give_way(NICENESS)
    try:
        with stoppable() as asked, turn(Job(jobs_folder() / name), lambda ahead: not asked()):
            from model_zoo.tuning.execute import execute

            execute(Job(jobs_folder() / name), asked)
    except ZooError as error:
        print(error, file=sys.stderr)
        return 2
    finally:
        start_next()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
