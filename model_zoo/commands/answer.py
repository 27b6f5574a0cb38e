"""Answer a question from a passage, or measure how well that is done."""

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.text import Text

from model_zoo import paths
from model_zoo.commands.given import INPUT, text_given
from model_zoo.commands.output import (
    Table,
    out,
    percent,
    positive,
    print_json,
    progress,
    right,
    visible,
)
from model_zoo.errors import DataError, ZooError, did_you_mean
from model_zoo.language_models.models import root as language_root
from model_zoo.question_answering.folders import available, root

if TYPE_CHECKING:  # both bring torch, which --help does not need
    from model_zoo.question_answering.evaluate import SquadEvaluation
    from model_zoo.question_answering.reader import Reader
    from model_zoo.question_answering.records import Answers


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Question, passage and readers."""
    parser.add_argument("question", nargs="?", help="a question, in quotes")
    parser.add_argument("--passage", metavar="FILE|TEXT", help="where the answer is looked for")
    parser.add_argument(
        "--squad",
        type=Path,
        metavar="FILE",
        help="measure instead: EM and F1 on a file in SQuAD's JSON form",
    )
    parser.add_argument(
        "--models",
        metavar="A,B",
        help="which readers (all that are there); beside them folders that "
        "AutoModelForQuestionAnswering loads, as ./mine",
    )
    parser.add_argument(
        "--readers",
        type=Path,
        metavar="FOLDER",
        default=root(),
        help="folder of readers (QUARTET_ANSWERING, or the bundled ones)",
    )
    parser.add_argument(
        "--bodies",
        type=Path,
        metavar="FOLDER",
        default=language_root(),
        help="folder of the language models they were trained from (QUARTET_LANGUAGE, or the "
        "bundled ones)",
    )
    parser.add_argument("--top", type=positive, default=3, metavar="N", help="answers shown (3)")


def run(arguments: argparse.Namespace) -> None:
    """The likeliest answers of every reader, or their figures on a file."""
    if (arguments.squad is None) == (arguments.question is None):
        raise DataError("Ask a question with --passage, or give --squad FILE to measure.")
    if arguments.question is not None and arguments.passage is None:
        raise DataError("Say where to look for the answer: --passage FILE, or the text itself.")
    if arguments.squad is not None:
        from model_zoo.question_answering.squad import read_squad

        questions = read_squad(arguments.squad)
        _measure(_readers(arguments), questions, arguments.json)
        return
    from model_zoo.question_answering.answer import answer

    passage = _passage(arguments.passage)
    results = [
        answer(reader, passage, arguments.question, top=arguments.top)
        for reader in _readers(arguments)
    ]
    if arguments.json:
        print_json([_as_json(answers) for answers in results])
        return
    out.print(_answers(results))
    if any(answers.no_answer_likely for answers in results):
        out.print("no answer likely: the passage may well not say it; the spans are the best there")
    if unknown := max(answers.unknown for answers in results):
        out.print(
            f"tokens of question and passage outside the vocabulary, read as [UNK]: {unknown}",
            markup=False,
        )


def _readers(arguments: argparse.Namespace) -> list["Reader"]:
    from model_zoo.question_answering.reader import load_reader

    known = available(arguments.readers)
    names = [name.strip() for name in (arguments.models or "").split(",") if name.strip()]
    names = list(dict.fromkeys(names))
    if not names and not known:
        raise ZooError(
            f"{arguments.readers} holds no reader. Train one with `train qa-bert`, or name a "
            "folder with --models."
        )
    folders = []
    for name in names or known:
        given = paths.given_folder(name)
        if name not in known and given is None:
            raise ZooError(
                f"There is no reader {name[:60]!r}.{did_you_mean(name, known)} Name a folder"
                + (f", or choose from: {', '.join(known)}." if known else ".")
            )
        folders.append(arguments.readers / name if name in known else given)
    readers = [load_reader(folder, arguments.bodies) for folder in folders if folder]
    alike = Counter(reader.name for reader in readers)
    return [  # two folders of one name are told apart by how they were given
        replace(reader, name=given, title=f"{reader.title} ({given})")
        if alike[reader.name] > 1
        else reader
        for reader, given in zip(readers, names or known, strict=True)
    ]


def _passage(given: str) -> str:
    """The text of the file or pipe that is named, of standard input, or what is given itself."""
    if given == INPUT:
        return text_given(given)
    try:
        file = Path(given).expanduser()
        is_file = file.is_file() or file.is_fifo()
    except (OSError, RuntimeError, ValueError):  # longer than names can be
        return given
    if not is_file:
        if file.suffix and len(given.split()) == 1:  # no passage, but a name that was mistyped
            raise DataError(f"There is no file {given}. Name another, or give the passage itself.")
        return given
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise DataError(f"{file} cannot be read ({error}). Save it as text in UTF-8.") from error


def _as_json(answers: "Answers") -> dict[str, Any]:
    return {
        "reader": answers.reader,
        "question": answers.question,
        "spans": [
            {key: value for key, value in asdict(span).items() if key not in ("tokens", "window")}
            for span in answers.spans
        ],
        "no_answer": answers.no_answer,
        "no_answer_likely": answers.no_answer_likely,
        "threshold": answers.threshold,
        "calibrated": answers.calibrated,
        "windows": answers.windows,
        "unknown": answers.unknown,
        "seconds": answers.seconds,
    }


def _answers(results: Sequence["Answers"]) -> Table:
    table = Table("reader", "answer", right("probability"), right("characters"))
    for answers in results:
        table.add_section()
        for number, span in enumerate(answers.spans):
            table.add_row(
                Text(visible(answers.title if number == 0 else "")),
                Text(visible(span.text)),
                f"{span.probability:.1%}",
                f"{span.start} to {span.end}",
            )
        verdict = "no answer likely" if answers.no_answer_likely else "no answer"
        table.add_row("", Text(verdict, style="italic"), f"{answers.no_answer:.1%}", "")
    return table


def _measure(readers: Sequence["Reader"], questions: Sequence[Any], json: bool) -> None:
    from model_zoo.question_answering.evaluate import evaluate_readers

    with progress() as bar:
        bars = {
            reader.name: bar.add_task(visible(reader.title), total=len(questions))
            for reader in readers
        }
        evaluation = evaluate_readers(
            readers, questions, advance=lambda name, done: bar.advance(bars[name], done)
        )
    if json:
        print_json(_figures(evaluation))
        return
    out.print(
        f"{evaluation.questions:,} questions about {evaluation.passages:,} passages of "
        f"{evaluation.articles} articles; 95 % intervals by the bootstrap over passages"
    )
    titles = {reader.name: reader.title for reader in readers}
    table = Table("reader", *map(right, ("EM", "F1", "ECE", "doubted", "seconds")))
    for name, quality in evaluation.qualities.items():
        table.add_row(
            Text(visible(titles[name])),
            percent(quality.exact, quality.exact_ci95),
            percent(quality.f1, quality.f1_ci95),
            f"{quality.ece:.3f}",
            f"{quality.weak:.1%}",
            f"{quality.seconds:.1f}",
        )
    out.print(table)
    out.print("doubted: share of these questions for which it says that no answer is likely")
    if evaluation.pairs:
        out.print(_pairs(evaluation, titles))
        out.print(
            "p: McNemar's exact test of EM, adjusted for looking at all pairs (Holm). From 0.05 on "
            "the difference could well be chance."
        )


def _pairs(evaluation: "SquadEvaluation", titles: dict[str, str]) -> Table:
    columns = ("only first right", "only second", "p", "F1, second less first")
    table = Table("pair", *map(right, columns))
    for (first, second), test in evaluation.pairs.items():
        table.add_row(
            Text(visible(f"{titles[first]}, {titles[second]}")),
            str(test.exact.b),
            str(test.exact.c),
            f"{test.exact.adjusted:.2g}",
            percent(test.f1_difference, test.f1_difference_ci95),
        )
    return table


def _figures(evaluation: "SquadEvaluation") -> dict[str, Any]:
    # by question: long, and of no use without them
    each = ("exact_each", "f1_each", "answers", "no_answer_each")
    return {
        "questions": evaluation.questions,
        "passages": evaluation.passages,
        "articles": evaluation.articles,
        "readers": {
            name: {key: value for key, value in asdict(quality).items() if key not in each}
            for name, quality in evaluation.qualities.items()
        },
        "pairs": {"|".join(names): asdict(test) for names, test in evaluation.pairs.items()},
    }
