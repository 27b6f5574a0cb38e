"""What each position of a text can see: which tokens its representation depends on."""

from collections.abc import Callable

from model_zoo.registry import Model
from model_zoo.results import Influence, read_only
from model_zoo.tokens import tokenizer

MOST_TOKENS = 64  # that are masked in turn; of a longer text, a window of it
BATCH_TOKENS = 4096  # rows x tokens that are computed together
WORK_TOKENS = 8192  # rows x tokens in all: the window gets smaller as the text gets longer
LEAST_TOKENS = 16


def window(total: int) -> int:
    """How many of a text's `total` tokens are masked, one after the other."""
    if total <= MOST_TOKENS:
        return total
    return min(MOST_TOKENS, max(LEAST_TOKENS, WORK_TOKENS // total))


def influence(
    model: Model,
    text: str,
    start: int = 0,
    *,
    batch_tokens: int = BATCH_TOKENS,
    states: Callable | None = None,
) -> Influence:
    """How much the representation at each token changes when each other token becomes [MASK].

    The representation is the hidden state of LSTM and BiLSTM (both directions joined), or the
    last layer's output of a Transformer; or what `states` makes of ids (B, T): (B, T, E). All
    models read the whole text, as they do to answer; of more than MOST_TOKENS tokens only `window`
    ones from token `start` on are looked at. Every
    masked text is a row of one batch, worked through in chunks of up to `batch_tokens` tokens with
    the unchanged text as first row of each: equal inputs are then computed alike to the last bit,
    and what a position cannot see changes it by exactly 0. So does a [MASK] that was typed.

    Raises TextError where there is nothing to read.
    """
    encoded = model.read(text)
    import torch

    total = len(encoded.ids) - 2  # without [CLS] and [SEP]
    size = window(total)
    start = max(0, min(start, total - size))
    at = torch.arange(start + 1, start + 1 + size)  # positions in `ids`
    ids = torch.tensor(encoded.ids)
    mask = _mask_id(model)
    rows = max(1, batch_tokens // len(ids) - 1)
    change = torch.empty(size, size)
    with torch.inference_mode():
        for chunk in torch.arange(size).split(rows):
            batch = ids.repeat(len(chunk) + 1, 1)  # (1 + C, T)
            batch[range(1, len(batch)), at[chunk]] = mask
            found = states(batch) if states else _representations(model.network, batch)
            found = found[:, at]  # (1 + C, N, E)
            moved = (found[1:] - found[0]).norm(dim=-1)  # (C, N)
            change[:, chunk] = (moved / found[0].norm(dim=-1)).T
    tokens = encoded.tokens[start + 1 : start + 1 + size]
    return Influence(model.name, tokens, start, total, read_only(change.numpy()))


def _mask_id(model: Model) -> int:
    found = tokenizer(model.tokenizer_file).token_to_id("[MASK]")
    assert found is not None, "BERT's vocabulary has [MASK]"
    return found


def _representations(network, ids):
    """(B, T) -> (B, T, E)."""
    if hasattr(network, "lstm"):
        return network.lstm(network.embeddings(ids))[0]
    from model_zoo.transformer import parts

    pieces = parts(network)
    hidden = pieces.embed(ids)
    for layer in pieces.layers:
        hidden = layer(hidden, None)
    return hidden
