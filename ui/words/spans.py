"""A reader's answers as HTML: a card with its likeliest spans. Pure; all is escaped."""

from html import escape

from model_zoo.question_answering.records import Answers
from ui.show.theme import model_style
from ui.show.wording import counted, percent

_AROUND = 130  # characters of the passage shown on each side of an answer


def card(name: str, answers: Answers) -> str:
    """The answer in its place, the likeliest spans with bars, and what speaks against them all."""
    title, best = escape(answers.title), answers.best
    spans = "".join(
        f"<li{' class=q-right' if span is best else ''}><span>{escape(span.text)}</span>"
        f"<span>{percent(span.probability)}</span>"
        f'<i style="width:{round(100 * span.probability)}%"></i></li>'
        for span in answers.spans
    )
    doubt = percent(answers.no_answer)
    remark = (
        f"<b>No answer likely</b>: that there is none is {doubt} probable, and from "
        f"{percent(answers.threshold)} on this reader is in doubt. Marked is the best there is."
        if answers.no_answer_likely
        else f"That the passage holds no answer: {doubt}."
    )
    windows = f" Read in {answers.windows} parts." if answers.windows > 1 else ""
    if answers.unknown:
        windows += f" {counted(answers.unknown, 'token')} read as [UNK]."
    return (
        f'<section class="q-card q-brief" aria-label="{title}" style="{model_style(name)}">'
        f'<h2>{title}</h2><p class="q-seen">{_in_place(answers)}</p>'
        f'<ol class="q-guesses">{spans}</ol><p class="q-remark">{remark}{windows} '
        f"{1e3 * answers.seconds:,.0f} ms.</p></section>"
    )


def _in_place(answers: Answers) -> str:
    """The passage around the likeliest answer, which is marked."""
    passage, best = answers.passage, answers.best
    first = passage.rfind(" ", 0, max(0, best.start - _AROUND)) + 1
    last = passage.find(" ", best.end + _AROUND)
    last = len(passage) if last < 0 else last
    return (
        f"{'… ' * (first > 0)}{escape(passage[first : best.start])}"
        f"<mark>{escape(best.text)}</mark>"
        f"{escape(passage[best.end : last])}{' …' * (last < len(passage))}"
    )
