"""The command line: `quartet COMMAND` where it is installed, or `python -m model_zoo COMMAND`.

Results go to stdout (tables, or JSON with --json), progress and errors to stderr. Exit codes:
0 done, 2 bad usage or input, with one line that says what to do.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from model_zoo.commands import (
    advise,
    answer,
    app,
    attribute,
    blimp,
    checks,
    evaluate,
    guess,
    measure,
    models,
    next,
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
    answer,
    evaluate,
    measure,
    advise,
    score,
    checks,
    guess,
    next,
    blimp,
    train,
    twins,
    app,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the process's exit code."""
    arguments = _arguments(argv)
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


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """What was asked for; what the command `app` does not know is Streamlit's to understand."""
    parser = _parser()
    arguments, others = parser.parse_known_args(argv)
    if others and arguments.command is not app.run:
        parser.error(f"unrecognized arguments: {' '.join(others)}")
    arguments.streamlit = others
    return arguments


def _parser() -> argparse.ArgumentParser:
    installed = Path(sys.argv[0]).stem == "quartet"
    parser = _Parser(
        prog="quartet" if installed else "python -m model_zoo",
        description="LSTM, BiLSTM, BERT and DistilBERT.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser)
    for command in COMMANDS:
        name = command.__name__.rpartition(".")[2]
        summary = (command.__doc__ or "").partition(".")[0]
        subparser = commands.add_parser(
            name, help=summary[0].lower() + summary[1:], description=command.__doc__
        )
        if command is not app:
            subparser.add_argument(
                "--json", action="store_true", help="print JSON instead of tables"
            )
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
