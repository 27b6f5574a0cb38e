"""How the parts of a network are called, for every `model_type` that a config.json may name.

This is data: what can be asked of a network of that type, and where its parts are. A type without a
row loads all the same, by transformers' own table, and can be asked for logits, attributions and
its last layer's states; what a network turns out not to have is withheld from it (`trial`).
"""

from dataclasses import dataclass
from typing import Any

from model_zoo.models.network import Capability

FIRST = "the first position"  # steps of a head that are no modules
RELU = "relu"
TANH = "tanh"
_TRANSFORMER = frozenset(Capability) - {Capability.GATES}
_ANY = frozenset({Capability.EMBEDDINGS, Capability.LAYERS, Capability.GRADIENTS})


@dataclass(frozen=True, slots=True)
class Architecture:
    """One kind of network.

    `module` is its class, `network` the Network around it, both as "module:Class" and resolved on
    loading. `core` is the prefix of the weights that make its recurrent part or its encoder, as
    opposed to word embeddings and head. The rest are paths of modules: `embeddings` and `layers` of
    an encoder, between them `widen` where embeddings are narrower than layers, and within a layer
    the projections of its attention. `head` leads from the last layer's output to logits: paths of
    modules, FIRST, RELU and TANH, one after the other.
    """

    module: str = "transformers:AutoModelForSequenceClassification"
    network: str = "model_zoo.models.classifier:Classifier"
    capabilities: frozenset[Capability] = _ANY
    core: str = ""
    embeddings: str = ""
    widen: str = ""
    layers: str = ""
    query: str = "attention.self.query"
    key: str = "attention.self.key"
    head: tuple[str, ...] = ()


def _encoder(model_type: str, module: str, **parts: Any) -> Architecture:
    """A Transformer that calls its parts as BERT does, but for `parts`."""
    return Architecture(
        **{
            "module": f"transformers:{module}",
            "network": "model_zoo.models.transformer:TransformerClassifier",
            "capabilities": _TRANSFORMER,
            "core": f"{model_type}.encoder.",
            "embeddings": f"{model_type}.embeddings",
            "layers": f"{model_type}.encoder.layer",
            "head": ("classifier",),
        }
        | parts
    )


ARCHITECTURES: dict[str, Architecture] = {
    "quartet_recurrent": Architecture(
        module="model_zoo.models.recurrent:RecurrentForSequenceClassification",
        network="model_zoo.models.recurrence:RecurrentClassifier",
        capabilities=frozenset(Capability) - {Capability.ATTENTION},
        core="lstm.",
    ),
    "bert": _encoder("bert", "BertForSequenceClassification", head=("bert.pooler", "classifier")),
    "distilbert": _encoder(
        "distilbert",
        "DistilBertForSequenceClassification",
        core="distilbert.transformer.",
        layers="distilbert.transformer.layer",
        query="attention.q_lin",
        key="attention.k_lin",
        head=(FIRST, "pre_classifier", RELU, "classifier"),
    ),
    "roberta": _encoder("roberta", "RobertaForSequenceClassification"),
    "xlm-roberta": _encoder("roberta", "XLMRobertaForSequenceClassification"),
    "camembert": _encoder("roberta", "CamembertForSequenceClassification"),
    "electra": _encoder(
        "electra", "ElectraForSequenceClassification", widen="electra.embeddings_project"
    ),
    "albert": _encoder(
        "albert",
        "AlbertForSequenceClassification",
        widen="albert.encoder.embedding_hidden_mapping_in",
        layers="albert.encoder.albert_layer_groups",
        query="albert_layers.0.attention.query",
        key="albert_layers.0.attention.key",
        head=(FIRST, "albert.pooler", TANH, "classifier"),
    ),
    "mpnet": _encoder(
        "mpnet",
        "MPNetForSequenceClassification",
        network="model_zoo.models.mpnet:MPNetClassifier",
        query="attention.attn.q",
        key="attention.attn.k",
    ),
    # its tokenizer puts both special tokens behind the text
    "xlnet": Architecture(capabilities=frozenset({Capability.EMBEDDINGS, Capability.GRADIENTS})),
    # encoder and decoder: their classifiers take no embeddings
    **dict.fromkeys(
        ("bart", "bigbird_pegasus", "led", "mbart", "mt5", "mvp", "plbart", "t5", "umt5"),
        Architecture(capabilities=frozenset()),
    ),
}
ANY_OTHER = Architecture()


def architecture(model_type: str) -> Architecture:
    """The row of a `model_type`, or that of all others.

    >>> architecture("distilbert").query
    'attention.q_lin'
    >>> architecture("some other").layers
    ''
    """
    return ARCHITECTURES.get(model_type, ANY_OTHER)
