"""The way each token's representation takes through a model, seen in two dimensions."""

import numpy as np

from model_zoo.registry import Model
from model_zoo.results import Route, read_only


def path(model: Model, text: str) -> Route:
    """Where each token of `text`, [CLS] and [SEP] included, lies after every step of the model.

    Transformers: the embeddings and every layer, all seen along the same two axes. Recurrent
    models: the word embeddings, then the hidden states (both directions joined); these are
    different spaces of different size, so each has axes of its own.

    Raises TextError where there is nothing to read.
    """
    encoded = model.read(text)
    steps, spaces = _walk(model.network, encoded.ids)
    points, explained, bases = [], [], []
    for number, space in enumerate(spaces):  # (S, T, E)
        seen, shares = principal(space)
        points.append(seen)
        explained += [shares] * len(space)
        bases += [number] * len(space)
    return Route(
        model.name,
        encoded.tokens,
        tuple(steps),
        tuple(bases),
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


def _walk(network, ids: tuple[int, ...]) -> tuple[list[str], list[np.ndarray]]:
    """The steps' names, and the spaces they lie in: arrays (S, T, E) in the order of the steps."""
    import torch

    with torch.inference_mode():
        if hasattr(network, "lstm"):
            embedded = network.embeddings(torch.tensor([ids]))  # (1, T, E)
            hidden = network.lstm(embedded)[0]  # (1, T, D * H)
            return ["embeddings", "hidden states"], [embedded.numpy(), hidden.numpy()]
        from model_zoo.transformer import parts

        pieces = parts(network)
        found = [pieces.embed(torch.tensor([ids]))]  # each (1, T, E)
        for layer in pieces.layers:
            found.append(layer(found[-1], None))
    steps = ["embeddings", *(f"layer {i}" for i in range(1, len(found)))]
    return steps, [torch.cat(found).numpy()]
