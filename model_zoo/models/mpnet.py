"""MPNet as a Network: a Transformer encoder whose attention counts how far apart tokens are."""

from torch import Tensor, nn

from model_zoo.models.transformer import TransformerClassifier


class MPNetClassifier(TransformerClassifier):
    """Song et al. (2020): one bias by distance, learnt, is added to the scores of all layers."""

    def run(self, layer: nn.Module, hidden: Tensor) -> Tensor:
        """The layer's output over `hidden` (B, T, E)."""
        return layer(hidden, None, self.bias(hidden))[0]

    def bias(self, hidden: Tensor) -> Tensor:
        """By the distance between positions (B, H, T, T)."""
        return self.module.mpnet.encoder.compute_position_bias(hidden)
