"""How far to trust the picture: figures for each model, and whether models and methods agree."""

from collections.abc import Mapping, Sequence
from functools import partial

import pandas as pd
import streamlit as st

from model_zoo.errors import ZooError
from model_zoo.text.tokens import Encoded
from ui.attributions.compute import Explanation
from ui.attributions.words import on_words
from ui.frame import state
from ui.frame.captions import caption
from ui.frame.instead import instead
from ui.serve import cached
from ui.serve.exporting import AwaitedError
from ui.serve.my_turn import my_turn
from ui.show.attribution import pole
from ui.show.titles import named_apart
from ui.show.wording import plain, signed_number, trusted


def panel(explanations: Mapping[str, Explanation], spreads: Mapping[str, float | None]) -> None:
    """How far to trust each model's picture: a sentence each, and the figures with their method.

    `spreads` are those of `compute.spreads`, empty for methods that are not random.
    """
    st.header("How far to trust it")
    columns = {}
    titles = {name: plain(apart) for name, apart in named_apart(explanations).items()}
    for name, explanation in explanations.items():
        attribution, trust, spread = explanation.attribution, explanation.trust, spreads.get(name)
        st.markdown(f"**{titles[name]}**: {trusted(attribution, trust)}")
        gap, steps = attribution.gap_relative, attribution.steps
        columns[titles[name]] = {
            "completeness gap": "–" if gap is None else f"{gap:.2%}",
            "steps or samples": "–" if steps is None else str(steps),
            "seconds": f"{attribution.seconds:.2f}",
            "comprehensiveness": signed_number(trust.comprehensiveness),
            "… of random rankings": _within(
                trust.random_comprehensiveness, trust.random_comprehensiveness_noise
            ),
            "sufficiency": signed_number(trust.sufficiency),
            "… of random rankings ": _within(
                trust.random_sufficiency, trust.random_sufficiency_noise
            ),
            "infidelity": "–"
            if trust.infidelity is None
            else f"{trust.infidelity:.2f} ± {trust.infidelity_noise or 0:.2f}",
            "spread over seeds": "–" if spread is None else f"{spread:.1%}",
        }
    st.table(pd.DataFrame(columns))
    caption(
        "Completeness gap: by how much the scores fail to add up to what the sentence changes, as "
        "a share of that. Comprehensiveness: mean fall of the explained label’s probability (of a "
        "difference, the likelier one’s) when the 1, 5, 10, 20 and 50 % highest words are taken "
        "out (higher is better); sufficiency: when only they are left (lower is better); both "
        "beside the mean of five random rankings (DeYoung et al. 2020). ± is half of a 95 % "
        "interval: what lies within it, or within 0.02, is not told apart. Infidelity: squared "
        "error of the scores as a forecast of what random omissions do, as a share of the whole "
        "effect squared (0 is perfect, 1 as bad as forecasting nothing). Spread: standard "
        "deviation over three seeds, as a share of the largest score. Seconds are of the "
        "computation, which is kept and not repeated for the same text."
    )


def _within(mean: float, noise: float) -> str:
    """A mean and how far it is known."""
    return f"{signed_number(mean)} ± {noise:.2f}"


def models_agree(explanations: Mapping[str, Explanation], signed: bool, reference: Encoded) -> None:
    """Spearman's rank correlation of the scores of `reference`'s words, for each pair of models."""
    if len(explanations) < 2:
        return
    st.header("Do the models agree?")
    of, titles = state.current_set(), named_apart(explanations)
    poles = {name: pole(name, of) for name in explanations}
    scores = {
        plain(titles[name]): on_words(explanation.attribution, reference, signed, poles[name])
        for name, explanation in explanations.items()
    }
    targets = {
        plain(titles[name]): poles[name] or explanation.attribution.evidence
        for name, explanation in explanations.items()
    }
    st.table(_correlations(scores, targets))
    if len(set(targets.values())) == 1:
        way = f"towards {next(iter(targets.values()))}"
    else:
        way = "towards what is explained of each model, where that is the same of both"
    st.caption(
        f"Rank correlation (Spearman) of the words’ scores, {plain(way)}: 1 is the same order, 0 "
        "no relation, −1 the reverse. Models may answer alike for different reasons."
    )


def methods_agree(text: str, arguments: Mapping[str, str]) -> None:
    """On demand: the same for one model between the methods, with these `arguments` for each."""
    with st.expander("Do the methods agree?"):
        titles = named_apart(state.view().models)
        name = st.selectbox("Model", list(titles), format_func=lambda name: titles[name])
        if not st.toggle("Compute all methods for this model", key="all-methods"):
            st.caption("Sampling methods take some seconds, more for long texts.")
            return
        sizes, begin = {}, partial(my_turn, st.empty())
        for key, method in cached.methods().items():
            try:
                attribution = cached.attribution(name, text, begin, **{**arguments, "method": key})
            except AwaitedError as error:
                instead(name, error)
                return
            except ZooError as error:
                st.caption(plain(str(error)))
                continue
            sizes[method.title] = [abs(score) for score in attribution.word_scores]
        st.table(_correlations(sizes, dict.fromkeys(sizes, "")))
        st.caption(
            "Rank correlation of the scores’ sizes, signs left out, since saliency has none. Where "
            "methods disagree, look at the trust figures of each before believing one."
        )


def _correlations(
    scores: Mapping[str, Sequence[float]], targets: Mapping[str, str]
) -> pd.DataFrame:
    """The rank correlation of each pair, as text; rows and columns are the keys of `scores`.

    A dash stands for pairs of different `targets`, which are the scores of different questions.
    """

    def cell(column: str, row: str) -> str:
        if targets[column] != targets[row]:
            return "–"
        return _correlation(scores[column], scores[row])

    return pd.DataFrame({column: {row: cell(column, row) for row in scores} for column in scores})


def _correlation(first: Sequence[float], second: Sequence[float]) -> str:
    correlation = cached.rank_agreement(first, second)
    return "–" if correlation is None else signed_number(correlation)
