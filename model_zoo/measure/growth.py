"""How a model's time grows with the text, and where one model overtakes another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import exp, log

import numpy as np

from model_zoo.measure.latency import Latency

# Student's t, two-sided 95 %, for 1 to 10 degrees of freedom; with more, the last is a little wide
_T95 = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228)


@dataclass(frozen=True, slots=True)
class Growth:
    """How one model's time grows with the text: `fixed_ms` + something x tokens ** `exponent`.

    `ci95` is the exponent's interval, `lengths` are those it was fitted to, in tokens.
    """

    model: str
    fixed_ms: float
    exponent: float
    ci95: tuple[float, float]
    lengths: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Crossing:
    """Where the lines of two models cross: right of `at`, that of `upper` lies above `lower`'s."""

    upper: str
    lower: str
    at: float
    value: float


def growth(line: Sequence[Latency]) -> Growth | None:
    """How a model's median time grows with the text; None for fewer than four lengths.

    Least squares of relative errors for time = fixed + factor x tokens ** exponent, both parts not
    below zero: the exponent is looked for in steps of 0.01 from 0.2 to 3, and the other two follow
    from it. The interval holds the exponents whose error is not significantly larger than the
    least (profile likelihood; Bates & Watts 1988, Nonlinear Regression Analysis, ch. 6); it tells
    how well the curve fits, noise included, not what another machine would give.
    """
    tokens = np.array([latency.tokens for latency in line], dtype=float)  # (N,)
    times = np.array([latency.median_ms for latency in line])  # (N,)
    if len(tokens) < 4:
        return None
    exponents = np.round(np.arange(0.2, 3.001, 0.01), 2)  # (K,)
    # With each equation divided by its time, both columns are to add up to 1 in every row.
    shapes = tokens ** exponents[:, None]  # (K, N)
    tops = shapes.max(axis=1, keepdims=True)  # (K, 1), keeps the numbers near 1
    rising, level = shapes / tops / times, np.broadcast_to(1 / times, shapes.shape)
    aa, bb, ab = (level**2).sum(1), (rising**2).sum(1), (level * rising).sum(1)
    a1, b1 = level.sum(1), rising.sum(1)
    span = aa * bb - ab**2
    fixed = np.clip((a1 * bb - b1 * ab) / span, 0, None)
    factor = np.clip((b1 - fixed * ab) / bb, 0, None)
    fixed = np.where(factor > 0, fixed, a1 / aa)
    errors = ((fixed[:, None] * level + factor[:, None] * rising - 1) ** 2).sum(1)  # (K,)
    best = int(errors.argmin())
    freedom = len(tokens) - 3
    limit = errors[best] * (1 + _T95[min(freedom, len(_T95)) - 1] ** 2 / freedom) + 1e-12
    inside = exponents[errors <= limit]
    return Growth(
        model=line[0].model,
        fixed_ms=float(fixed[best]),
        exponent=float(exponents[best]),
        ci95=(float(inside.min()), float(inside.max())),
        lengths=tuple(latency.tokens for latency in line),
    )


def crossings(lines: Mapping[str, Sequence[tuple[float, float]]]) -> list[Crossing]:
    """Where lines given as points (x, y), x rising, cross within the reach of both.

    Both axes are logarithmic: between points, lines are straight there.

    >>> lines = {"lstm": [(1, 1.0), (64, 64.0)], "bert": [(1, 8.0), (64, 8.0)]}
    >>> [(crossing.upper, round(crossing.at, 3)) for crossing in crossings(lines)]
    [('lstm', 8.0)]
    """
    crossed = []
    for first, second in combinations(lines, 2):
        first_line, second_line = dict(lines[first]), dict(lines[second])
        shared = [
            x
            for x in sorted({*first_line, *second_line})
            if all(line and min(line) <= x <= max(line) for line in (first_line, second_line))
        ]
        gaps = [(x, log(_at(first_line, x) / _at(second_line, x))) for x in shared]
        gaps = [(x, gap) for x, gap in gaps if gap]  # level there: which is above shows beside it
        for (left, gap_left), (right, gap_right) in pairwise(gaps):
            if gap_left * gap_right < 0:
                share = gap_left / (gap_left - gap_right)
                at = exp(log(left) + share * log(right / left))
                value = _between(first_line, at)
                upper, lower = (first, second) if gap_right > 0 else (second, first)
                crossed.append(Crossing(upper, lower, at, value))
    return sorted(crossed, key=lambda crossing: crossing.at)


def _at(line: Mapping[float, float], x: float) -> float:
    """The line's value at `x`, exactly where it has a point there."""
    return line[x] if x in line else _between(line, x)


def _between(line: Mapping[float, float], at: float) -> float:
    """The line's value at `at`, on logarithmic axes; ValueError where the line does not reach.

    >>> round(_between({1: 1.0, 100: 10.0}, 10), 3)
    3.162
    """
    for (left, low), (right, high) in pairwise(sorted(line.items())):
        if left <= at <= right:
            return exp(log(low) + log(high / low) * log(at / left) / log(right / left))
    raise ValueError(f"{at} is outside of the line")
