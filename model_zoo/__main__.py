"""The command line: `python -m model_zoo COMMAND`.

Results go to stdout (tables, or JSON with --json), progress and errors to stderr. Exit codes:
0 done, 2 bad usage or input, with one line that says what to do.
"""

import argparse
import sys
from collections.abc import Sequence
from typing import NoReturn

from model_zoo.commands import (
    advise,
    attribute,
    checks,
    evaluate,
    measure,
    models,
    predict,
    score,
    train,
    twins,
)
from model_zoo.commands.output import say
from model_zoo.errors import ZooError

COMMANDS = (
    models,
    predict,
    attribute,
    evaluate,
    measure,
    advise,
    score,
    checks,
    train,
    twins,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the process's exit code."""
    arguments = _parser().parse_args(argv)
    try:
        arguments.command(arguments)
    except ZooError as error:
        say(str(error))
        return 2
    except KeyboardInterrupt:
        say("Stopped.")
        return 130
    except BrokenPipeError:  # the reader, say `head`, has had enough
        sys.stderr.close()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m model_zoo", description="LSTM, BiLSTM, BERT and DistilBERT.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser)
    for command in COMMANDS:
        name = command.__name__.rpartition(".")[2]
        summary = (command.__doc__ or "").partition(".")[0]
        subparser = commands.add_parser(
            name, help=summary[0].lower() + summary[1:], description=command.__doc__
        )
        subparser.add_argument("--json", action="store_true", help="print JSON instead of tables")
        command.add_arguments(subparser)
        subparser.set_defaults(command=command.run)
    return parser


class _Parser(argparse.ArgumentParser):
    """argparse, but a usage error is one line."""

    def error(self, message: str) -> NoReturn:
        say(f"{message}. See `{self.prog} --help`.")
        raise SystemExit(2)


if __name__ == "__main__":
    sys.exit(main())
