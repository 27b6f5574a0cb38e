"""The report of a training: one HTML page that needs nothing else, and holds no row of the file."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

from model_zoo.tuning.comparison import Comparison, Standing
from model_zoo.tuning.html_page import whole_page
from model_zoo.tuning.recommend import Recommendation
from model_zoo.tuning.settings import TrainingSettings
from model_zoo.tuning.split import Inspection
from model_zoo.tuning.svg import Dot, Series, chart, legend

if TYPE_CHECKING:  # importing it brings torch
    from model_zoo.tuning.work import Result

_MATRIX_LABELS = 20  # of more labels, only the commonest mistakes are shown
_MISTAKES = 20


def report(
    settings: TrainingSettings,
    inspection: Inspection,
    comparison: Comparison,
    recommendation: Recommendation,
    runs: Mapping[str, "Result"],
    notes: Sequence[str],
) -> str:
    """The page; `runs` are those kept, by model, and `notes` sentences on the rows."""
    looks = {
        name: [(look["epoch"], look["held_out_accuracy"]) for look in result.history]
        for name, result in runs.items()
    }
    return drawn(settings.called, comparison, recommendation, looks, inspection.counts, notes)


def drawn(
    name: str,
    comparison: Comparison,
    recommendation: Recommendation,
    looks: Mapping[str, Sequence[tuple[float, float]]],
    counts: Mapping[str, int],
    notes: Sequence[str],
) -> str:
    """The page of the set `name`.

    `looks` are (epoch, accuracy on the validation rows) while each model was trained, `counts` the
    rows a label, and `notes` sentences on the rows; what is empty is left out.
    """
    titles = {model.name: model.title for model in comparison.models}
    parts = [
        "<h2>On the held-out rows</h2>",
        _table(comparison),
        '<p class="note">Intervals are 95 % (Wilson; bootstrap for macro-F1). Macro-F1: precision '
        "and recall of a label in one figure, averaged over the labels. Calibration error: "
        "how far probabilities are off on average, 0 is best. Latency: one text of "
        f"{comparison.tokens} tokens, median and 95th percentile of 20 calls on this machine.</p>",
        "<h2>Could the differences be chance?</h2>",
        _pairs(comparison, titles),
        '<p class="note">p: McNemar’s exact test; adjusted for looking at all pairs (Holm). Below '
        "0.05 a difference is taken for more than chance.</p>",
        "<h2>Accuracy against cost</h2>",
        legend(titles),
        _row(_against(comparison, "latency"), _against(comparison, "size")),
        "<h2>Would more rows help?</h2>",
        legend(titles),
        _row(_learning(comparison), *_training(looks, titles)),
        '<p class="note">Left: the same recipe on a part of the rows, accuracy on the held-out '
        "ones. Right: accuracy on the validation rows while training.</p>",
        "<h2>Can probabilities be taken at their word?</h2>",
        _row(*(_calibration(model) for model in comparison.models)),
        "<h2>Which labels are taken for which?</h2>",
        *(_confusion(model, comparison.labels) for model in comparison.models),
        "<h2>The rows</h2>",
        _list(notes),
        _labels(counts, comparison),
    ]
    head = f"<p class=take>{escape(recommendation.reason)}</p>" + _list(
        [*recommendation.others, *recommendation.uncertainty]
    )
    return whole_page(name, head, "\n".join(parts))


def _table(comparison: Comparison) -> str:
    heads = ["model", "accuracy", "95 %", "macro-F1", "95 %", "calibration error"]
    heads += ["latency", "weights", "parameters", "trained in", "memory at most"]
    thorough = any(model.spread is not None for model in comparison.models)
    if thorough:
        heads.append("seeds: mean ± deviation")
    rows = []
    for model in comparison.models:
        row = [
            model.title,
            f"{model.accuracy:.1%}",
            _interval(model.accuracy_ci95, "{:.1%}"),
            f"{model.macro_f1:.3f}",
            _interval(model.macro_f1_ci95, "{:.3f}"),
            f"{model.ece:.3f}",
            f"{model.latency_ms:.1f} ms ({model.latency_p95_ms:.1f})",
            f"{model.size_bytes / 1e6:.1f} MB",
            f"{model.parameters / 1e6:.1f} M",
            f"{model.train_seconds:.0f} s",
            f"{model.peak_bytes / 1e6:,.0f} MB",
        ]
        if thorough and model.spread is not None:
            mean = sum(model.seeds) / len(model.seeds)
            row.append(f"{mean:.1%} ± {100 * model.spread:.1f}")
        rows.append(row)
    return _html_table(heads, rows)


def _pairs(comparison: Comparison, titles: Mapping[str, str]) -> str:
    rows = [
        [
            f"{titles[pair.first]}, {titles[pair.second]}",
            f"{100 * pair.difference:+.1f}",
            _interval((100 * pair.ci95[0], 100 * pair.ci95[1]), "{:+.1f}"),
            str(pair.only_first),
            str(pair.only_second),
            f"{pair.p:.2g}",
            f"{pair.adjusted:.2g}",
            "could be chance" if pair.chance else "hardly by chance",
        ]
        for pair in comparison.pairs
    ]
    if not rows:
        return "<p>There is one model only.</p>"
    heads = ["pair", "difference in points", "95 %", "only first right", "only second right"]
    return _html_table([*heads, "p", "adjusted", ""], rows)


def _against(comparison: Comparison, cost: str) -> str:
    """Accuracy against latency or size, with a line through the models that none beats in both."""

    def of(model: Standing) -> float:
        return model.latency_ms if cost == "latency" else model.size_bytes / 1e6

    front: list[Standing] = []
    for model in sorted(comparison.models, key=lambda model: (of(model), -model.accuracy)):
        if not front or model.accuracy > front[-1].accuracy:
            front.append(model)
    unit = "ms a text" if cost == "latency" else "MB of weights"
    best = [Series("", "not beaten in both", [Dot(of(m), m.accuracy) for m in front])]
    dots = [
        Series(m.name, m.title, [Dot(of(m), m.accuracy, m.accuracy_ci95)], joined=False)
        for m in comparison.models
    ]
    names = ", ".join(model.title for model in front)
    return _figure(
        chart(
            [*best, *dots],
            x=unit,
            y="accuracy",
            logarithmic=True,
            alt=f"Accuracy against {cost}. Not beaten in both: {names}.",
        ),
        f"Up and to the left is better. Not beaten in both: {names}.",
    )


def _learning(comparison: Comparison) -> str:
    series = [
        Series(
            model.name,
            model.title,
            [Dot(point.rows, point.accuracy, point.ci95) for point in model.curve],
        )
        for model in comparison.models
    ]
    words = "; ".join(
        f"{model.title} " + ", ".join(f"{p.rows:,}: {p.accuracy:.1%}" for p in model.curve)
        for model in comparison.models
    )
    return _figure(
        chart(series, x="rows learnt from", y="accuracy", logarithmic=True, alt=words), ""
    )


def _training(
    looks: Mapping[str, Sequence[tuple[float, float]]], titles: Mapping[str, str]
) -> list[str]:
    series = [
        Series(name, titles[name], [Dot(epoch, accuracy) for epoch, accuracy in each])
        for name, each in looks.items()
        if each
    ]
    if not series:
        return []
    alt = "Validation accuracy by epoch."
    return [_figure(chart(series, x="epoch", y="validation accuracy", alt=alt), "")]


def _calibration(model: Standing) -> str:
    dots = [Dot(tenth.mean, tenth.share, tenth.ci95) for tenth in model.reliability]
    drawing = chart(
        [Series(model.name, model.title, dots)],
        x="probability said",
        y="share right",
        diagonal=True,
        alt=f"{model.title}: calibration error {model.ece:.3f}.",
    )
    return _figure(drawing, f"{model.title}: off by {100 * model.ece:.1f} points on average.")


def _confusion(model: Standing, labels: Sequence[str]) -> str:
    head = f"<details><summary>{escape(model.title)}</summary>"
    if len(labels) <= _MATRIX_LABELS:
        rows = [
            [label, *map(str, counts)]
            for label, counts in zip(labels, model.confusion, strict=True)
        ]
        return head + _html_table(["true \\ answer", *labels], rows) + "</details>"
    mistakes = sorted(
        (
            (count, labels[true], labels[answer])
            for true, counts in enumerate(model.confusion)
            for answer, count in enumerate(counts)
            if count and true != answer
        ),
        key=lambda mistake: -mistake[0],
    )[:_MISTAKES]
    rows = [[true, answer, str(count)] for count, true, answer in mistakes]
    return head + _html_table(["true label", "answer", "rows"], rows) + "</details>"


def _labels(counts: Mapping[str, int], comparison: Comparison) -> str:
    rows = [
        [
            label,
            *([f"{counts[label]:,}"] if counts else []),
            *(f"{model.f1_by_label[at]:.3f}" for model in comparison.models),
        ]
        for at, label in enumerate(comparison.labels)
    ]
    heads = ["label", *(["rows in all"] if counts else [])]
    heads += [f"F1 {model.title}" for model in comparison.models]
    table = _html_table(heads, rows)
    return f"<details><summary>Labels, one by one</summary>{table}</details>"


def _html_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in heads)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _list(sentences: Sequence[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(each)}</li>" for each in sentences) + "</ul>"


def _figure(drawing: str, caption: str) -> str:
    return f"<figure>{drawing}<figcaption>{escape(caption)}</figcaption></figure>"


def _row(*parts: str) -> str:
    return f'<div class="row">{"".join(parts)}</div>'


def _interval(interval: tuple[float, float], how: str) -> str:
    return " to ".join(how.format(end) for end in interval)
