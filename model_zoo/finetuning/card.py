"""The model card of a reader, from its metrics."""

from collections.abc import Mapping
from typing import Any

from model_zoo.language_models.models import TITLES

_HOW = {
    0: "Its LSTM and a linear layer for start and end were trained, from the language model's; the "
    "word vectors stayed.",
}
_LOW_RANK = (
    "Every linear layer of the language model got an update of rank {rank} (LoRA, Hu et al. 2021); "
    "these, biases, norms, positions and a linear layer for start and end were trained, all else "
    "stayed."
)


def model_card(metrics: Mapping[str, Any]) -> str:
    """The card in the Hub's format (YAML front matter, then Markdown)."""
    name, plan, data = metrics["reader"], metrics["plan"], metrics["data"]
    test, weak = metrics["test"], metrics["no_answer"]
    title = TITLES.get(name, name)
    how = _LOW_RANK.format(rank=plan["rank"]) if plan["rank"] else _HOW[0]
    teacher = metrics["teacher"]
    taught = f" It also learnt from the answers of {TITLES[teacher['name']]}." if teacher else ""
    rows = "\n".join(
        f"| {part} | {figures['questions']:,} in {figures['articles']} articles | "
        f"{_share(figures, 'exact')} | {_share(figures, 'f1')} | {figures['ece']:.3f} |"
        for part in ("test", "validation")
        for figures in [metrics[part]]
    )
    recipe = ", ".join(f"{key} {value}" for key, value in plan["recipe"].items())
    return f"""---
language: en
license: apache-2.0
library_name: transformers
pipeline_tag: question-answering
datasets:
- rajpurkar/squad
metrics:
- exact_match
- f1
model-index:
- name: quartet-answering-{name}
  results:
  - task:
      type: question-answering
    dataset:
      name: SQuAD 1.1, five of its development articles
      type: rajpurkar/squad
    metrics:
    - type: exact_match
      value: {100 * test["exact"]:.1f}
    - type: f1
      value: {100 * test["f1"]:.1f}
---

# {title}, answering questions

Marks the words of an English passage that answer a question. Stored as what sets it apart from the
language model `{metrics["body"]}` ({metrics["weights_bytes"] / 1e6:.1f} MB in float16), and merged
with it when it is loaded.

## How good it is

| part | questions | EM | F1 | calibration error |
|---|---|---|---|---|
{rows}

EM and F1 as SQuAD 1.1 counts them, with 95 % intervals by the bootstrap over passages. The articles
are SQuAD's development articles split by article, and training had {data["articles"]["train"]} of
them: these figures stand beside no published ones, which are of models trained on 442 articles.
{_weak(weak)}
## How it was made

{how}{taught} Trained on {data["questions"]["train"]:,} questions in windows of {plan["longest"]}
tokens, {data["rows"]:,} rows, {data["rows_without_answer"]:,} of them without an answer: windows of
long passages, and {plan["without_answer"]:.0%} of the questions asked once more of another passage
of their article. What was made likely is what is shown: the softmax over all spans of at most 30
tokens, and no answer.

- Recipe: {recipe}, dropout {plan["dropout"]}; seed {metrics["seed"]}
- Hardware: {metrics["hardware"]}; {metrics["seconds"] / 60:.0f} core minutes
- sha256 of the language model's weights: `{metrics["body_sha256"]}`
- Data: SQuAD 1.1 (Rajpurkar et al. 2016, CC BY-SA 4.0), text of Wikipedia

## Limits

- It marks words that stand in the passage. It does not count, compare or conclude, and knows
  nothing that the passage does not say.
- Asked what the passage does not tell, it marks something all the same; see above how often it then
  says that no answer is likely. The questions that this was measured with are easy ones of that
  kind: they belong to another passage of the article.
- Yes-or-no questions, lists, answers of more than 30 tokens and other languages are beyond it.

Do not rely on an answer that matters without reading the passage.
"""


def _share(figures: Mapping[str, Any], name: str) -> str:
    low, high = figures[f"{name}_ci95"]
    return f"{figures[name]:.1%} ({low:.1%} to {high:.1%})"


def _weak(weak: Mapping[str, Any]) -> str:
    """When an answer counts as weak, and how well that tells."""
    if "test" not in weak:
        return ""
    told = weak["test"]
    return f"""
"No answer likely" is said where the probability of no answer is {weak["threshold"]:.2f} or more, a
threshold chosen on the validation articles. Of {told["without"]:,} test questions asked of a
passage that does not answer them, that is said for {_share(told, "noticed")}; of
{told["answerable"]:,} asked of their own passage, wrongly, for {_share(told, "doubted")}.
"""
