"""The way each token's representation takes through a model, seen in two dimensions."""

from dataclasses import dataclass
from itertools import groupby

import numpy as np

from model_zoo.internals.arrays import read_only
from model_zoo.models.loading import Model


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """Where each of T tokens lies after each of S steps, seen along two axes.

    `points` is (S, T, 2), `steps` names the steps. `explained[s]` is what share of the variance
    the two axes of step s hold. Steps with the same number in `bases` share their axes, so
    their points can be compared; others cannot.
    """

    model: str
    tokens: tuple[str, ...]
    steps: tuple[str, ...]
    bases: tuple[int, ...]
    points: np.ndarray
    explained: tuple[tuple[float, float], ...]


def path(model: Model, text: str) -> Route:
    """Where each token of `text`, [CLS] and [SEP] included, lies after every step of the model.

    Transformers: the embeddings and every layer, all seen along the same two axes. Recurrent
    models: the word embeddings, then the hidden states (both directions joined); these are
    different spaces of different size, so each has axes of its own.

    Raises TextError where there is nothing to read, CapabilityError for a model that does not show
    its hidden states.
    """
    encoded = model.read(text)
    import torch

    with torch.inference_mode():
        layers = list(model.network.layers(torch.tensor([encoded.ids])))
    points, explained = [], []
    for _, together in groupby(layers, key=lambda layer: layer.space):
        space = torch.cat([layer.states for layer in together]).numpy()  # (S, T, E)
        seen, shares = principal(space)
        points.append(seen)
        explained += [shares] * len(space)
    return Route(
        model.id,
        encoded.tokens,
        tuple(layer.name for layer in layers),
        tuple(layer.space for layer in layers),
        read_only(np.concatenate(points)),
        tuple(explained),
    )


def principal(space: np.ndarray) -> tuple[np.ndarray, tuple[float, float]]:
    """(S, T, E) -> (S, T, 2) along the two axes of most variance, and the share each one holds.

    Principal component analysis of all S x T rows together. Axes have no direction of their own:
    each is turned so that its largest entry is positive, for the same text to look the same.
    """
    rows = space.reshape(-1, space.shape[-1]).astype(np.float64)
    rows = rows - rows.mean(axis=0)
    _, lengths, axes = np.linalg.svd(rows, full_matrices=False)
    axes = axes[:2]
    axes = axes * np.sign(axes[range(2), np.abs(axes).argmax(axis=1)])[:, None]
    variance = lengths**2
    first, second = variance[:2] / max(variance.sum(), 1e-12)
    return (rows @ axes.T).reshape(*space.shape[:-1], 2), (float(first), float(second))
