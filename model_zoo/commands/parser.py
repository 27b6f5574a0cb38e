"""Which commands there are, and how what is typed behind them is understood."""

import argparse
import ast
import sys
import tomllib
from collections.abc import Sequence
from importlib import metadata
from inspect import getsource
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

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
from model_zoo.errors import did_you_mean
from model_zoo.paths import ROOT

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


def understood(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """What was asked for, `command` to be called with it; SystemExit where it is not understood.

    What the command `app` does not know is Streamlit's to understand.
    """
    arguments, others = parser().parse_known_args(argv)
    if others and arguments.command is not app.run:
        arguments.parser.error(f"unrecognized arguments: {' '.join(others)}")
    arguments.streamlit = others
    return arguments


def parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    installed = Path(sys.argv[0]).stem == "quartet"
    whole = _Parser(
        prog="quartet" if installed else "python -m model_zoo",
        description="LSTM, BiLSTM, BERT and DistilBERT.",
    )
    whole.add_argument("--version", action="version", version=f"Quartet {version()}")
    commands = whole.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser)
    for command in COMMANDS:
        name = command.__name__.rpartition(".")[2]
        about = _about(command)
        summary = about.partition(".")[0]
        subparser = commands.add_parser(
            name, help=summary[:1].lower() + summary[1:], description=about
        )
        if command is not app:
            subparser.add_argument(
                "--json", action="store_true", help="print JSON instead of tables"
            )
        command.add_arguments(subparser)
        subparser.set_defaults(command=command.run, parser=subparser)
    return whole


def version() -> str:
    """Quartet's own, of this checkout or as it is installed; "unknown" in a copy without either."""
    file = ROOT / "pyproject.toml"
    if file.is_file():
        return str(tomllib.loads(file.read_text(encoding="utf-8"))["project"]["version"])
    try:
        return metadata.version("quartet")
    except metadata.PackageNotFoundError:
        return "unknown"


def _about(command: ModuleType) -> str:
    """What the command's module says of itself; from its source where Python runs without (-OO)."""
    return command.__doc__ or ast.get_docstring(ast.parse(getsource(command))) or ""


class _Parser(argparse.ArgumentParser):
    """argparse, but a usage error is one line, which says what may have been meant."""

    _given: Sequence[str] = ()

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As argparse does, remembering what was given."""
        self._given = sys.argv[1:] if args is None else args
        return super().parse_known_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        """Say it in one line and end with exit code 2."""
        end = "" if message.endswith("?") else "."
        say(f"{message}{end}{self._meant()} See `{self.prog} --help`.")
        raise SystemExit(2)

    def _meant(self) -> str:
        """A sentence, with a space before it, on what is no option of this parser."""
        known = self._option_string_actions
        for given in self._given:
            name = given.partition("=")[0]
            if given == "--":
                break
            if not given.startswith("-") or any(option.startswith(name) for option in known):
                continue
            if meant := did_you_mean(name, list(known)):
                return meant
            if any(action.dest == "text" and not action.option_strings for action in self._actions):
                return f" A text that begins with - goes behind --: `{self.prog} -- '{given}'`."
        return ""

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        try:
            super()._check_value(action, value)
        except argparse.ArgumentError as error:
            error.message += did_you_mean(str(value), list(map(str, action.choices or ())), ". ")
            raise

    def _parse_optional(self, arg_string: str) -> Any:
        """None, which is a text, for what has a space where the name of an option would go on."""
        if " " in arg_string.partition("=")[0]:
            return None
        return super()._parse_optional(arg_string)
