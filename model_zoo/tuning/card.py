"""The model card of a model that was trained on somebody's own file."""

from model_zoo.labels import without_rows
from model_zoo.tuning.comparison import Standing
from model_zoo.tuning.split import Inspection
from model_zoo.tuning.work import Result, Work

_RECIPES = {
    "lstm": "One LSTM layer of 384 units over word vectors of size 128, which start as the base "
    "encoder's word embeddings reduced by PCA; everything was then trained on the labels.",
    "bilstm": "One LSTM layer of 384 units in each direction over word vectors of size 128, which "
    "start as the base encoder's word embeddings reduced by PCA; everything was then trained on "
    "the labels.",
    "bert": "A BERT of 12 layers of 384, from the base encoder, tuned on the labels; word "
    "embeddings were kept as they were.",
    "distilbert": "Six layers, initialised from every second layer of the BERT that was trained on "
    "the same rows, then taught by its softened answers and the labels.",
}


def model_card(
    set_name: str, standing: Standing, result: Result, inspection: Inspection, work: Work
) -> str:
    """The card in the Hub's format (YAML front matter, then Markdown); it holds no row."""
    low, high = standing.accuracy_ci95
    f1_low, f1_high = standing.macro_f1_ci95
    recipe = result.recipe
    accuracy = f"{standing.accuracy:.1%} | {low:.1%} to {high:.1%}"
    macro = f"{standing.macro_f1:.3f} | {f1_low:.3f} to {f1_high:.3f}"
    passes = f"{recipe.epochs} epochs of batches of {recipe.batch_size}"
    absent = without_rows(work.labels, [sum(counts) for counts in standing.confusion])
    absent += "\n\n" if absent else ""
    how = _RECIPES[standing.name]
    if recipe.frozen:
        how += f" The lowest {recipe.frozen} layers were left as they were."
    needed = "import model_zoo.recurrent  # registers the architecture\n"
    return f"""---
license: other
library_name: transformers
pipeline_tag: text-classification
base_model: sentence-transformers/all-MiniLM-L6-v2
metrics:
- accuracy
- f1
---

# {standing.title} · {set_name}

Says which of {len(work.labels)} labels a text has. {standing.parameters:,} parameters, stored as
float16 ({standing.size_bytes / 1e6:.1f} MB), computed in float32.

## How good it is

| held-out rows | accuracy | 95 % interval | macro-F1 | 95 % interval | calibration error |
|---|---|---|---|---|---|
| {inspection.test:,} | {accuracy} | {macro} | {standing.ece:.3f} |

{absent}Measured with these float16 weights on rows that were neither learnt from nor chosen by.
When to stop was chosen on {len(work.validation):,} other rows ({result.accuracy:.1%} there).
`report.html` beside this folder compares it with the other models.

## How it was made

{how}

- Rows learnt from: {result.rows:,}; sha256 of the file: `{inspection.sha256}`
- Recipe: peak learning rate {recipe.lr:g}, {passes}; seed {result.run.seed}
- Weights of step {result.step:,}, which did best on the rows to choose by
- Base: {work.origin.title}
- Time: {result.seconds / 60:.1f} minutes; memory at most {standing.peak_bytes / 1e6:,.0f} MB
- Texts are cut at 512 tokens ({work.cut:.1%} of the rows were), and lower-cased.

## Limits

It knows the labels it was trained on, and answers with one of them whatever it reads. Whatever is
lopsided or wrong in the rows it learnt from is in it. A high probability is no guarantee. The base
encoder was trained on English. Do not use it to judge people.

## Use

```python
{needed if "lstm" in standing.name else ""}from transformers import pipeline

pipeline("text-classification", model="{standing.name}")("…")
```
"""
