"""The rows: CLAIMS is the comparison table, PUBLISHED are the papers' own figures."""

from model_zoo.comparison.cost import memory, processing, speed
from model_zoo.comparison.example import example
from model_zoo.comparison.papers import paper_quality, paper_size, paper_speed
from model_zoo.comparison.sight import context, directionality
from model_zoo.comparison.structure import architecture, layers, size
from model_zoo.comparison.training import quality, training
from model_zoo.comparison.verdict import Claim

CLAIMS = (
    Claim(
        "directionality",
        "Directionality",
        {
            "lstm": "left to right",
            "bilstm": "both ways",
            "bert": "both, all at once",
            "distilbert": "both, all at once",
        },
        directionality,
        ("sights",),
    ),
    Claim(
        "architecture",
        "Architecture",
        {
            "lstm": "recurrent, gated cells (input, forget, output)",
            "bilstm": "recurrent",
            "bert": "Transformer",
            "distilbert": "Transformer",
        },
        architecture,
    ),
    Claim(
        "context",
        "Context a position can see",
        {
            "lstm": "past only",
            "bilstm": "past and future",
            "bert": "all, by self-attention",
            "distilbert": "all, by self-attention",
        },
        context,
        ("sights",),
    ),
    Claim(
        "processing",
        "Processing",
        {
            "lstm": "word by word",
            "bilstm": "two passes",
            "bert": "parallel",
            "distilbert": "parallel",
        },
        processing,
        ("sweep",),
    ),
    Claim(
        "size",
        "Size",
        {"lstm": "few million", "bilstm": "2× LSTM", "bert": "110M–340M", "distilbert": "66M"},
        size,
        ("twins",),
    ),
    Claim(
        "training",
        "Trained by",
        {
            "lstm": "supervision",
            "bilstm": "supervision",
            "bert": "pre-training + fine-tuning",
            "distilbert": "distillation from BERT",
        },
        training,
    ),
    Claim(
        "memory",
        "Memory",
        {"lstm": "low", "bilstm": "moderate", "bert": "high", "distilbert": "moderate"},
        memory,
        ("memory",),
    ),
    Claim(
        "speed",
        "Speed",
        {"lstm": "fast", "bilstm": "moderate", "bert": "slow", "distilbert": "faster than BERT"},
        speed,
        ("sweep",),
    ),
    Claim(
        "quality",
        "Quality",
        {
            "lstm": "baseline",
            "bilstm": "better than LSTM",
            "bert": "best",
            "distilbert": "97 % of BERT",
        },
        quality,
    ),
    Claim(
        "layers",
        "Layers",
        {
            "lstm": "one or several cells",
            "bilstm": "several, both ways",
            "bert": "12–24",
            "distilbert": "6 (BERT has 12)",
        },
        layers,
    ),
    Claim(
        "example",
        "Example task",
        {
            "lstm": "next word",
            "bilstm": "missing word from both sides",
            "bert": "translation, question answering (fine-tuned)",
            "distilbert": "as BERT, cheaper to deploy",
        },
        example,
        ("sweep",),
    ),
)

PUBLISHED = (
    Claim(
        "paper-size",
        "Size at the papers’ size",
        {"bert": "110M (base), 340M (large)", "distilbert": "66M, 40 % fewer than BERT-base"},
        paper_size,
        ("twins",),
        "Devlin et al. 2019, arXiv:1810.04805; Sanh et al. 2019, arXiv:1910.01108",
    ),
    Claim(
        "paper-speed",
        "Speed at the papers’ size",
        {"distilbert": "60 % faster than BERT-base"},
        paper_speed,
        ("twins",),
        "Sanh et al. 2019, table 3: 668 s for BERT-base and 410 s for DistilBERT on the STS-B "
        "development set, one Xeon E5-2690 v3, batch 1 (1.63×)",
    ),
    Claim(
        "paper-quality",
        "Quality kept",
        {"distilbert": "97 % of BERT’s score on GLUE"},
        paper_quality,
        (),
        "Sanh et al. 2019, table 1: GLUE score 77.0 for DistilBERT, 79.5 for BERT-base",
    ),
)
