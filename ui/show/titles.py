"""What models are called side by side, where no two may have the same name. Pure."""

from collections.abc import Iterable

from model_zoo.models.registry import title


def named_apart(models: Iterable[str], *taken: str) -> dict[str, str]:
    """Model -> its title, with a number where another has the same one, or it is `taken`.

    >>> named_apart(["bert", "lstm"]), named_apart(["bert"], "BERT")
    ({'bert': 'BERT', 'lstm': 'LSTM'}, {'bert': 'BERT (2)'})
    """
    titles: dict[str, str] = {}
    for model in models:
        base = name = title(model)
        number = 2
        while name in titles.values() or name in taken:
            name, number = f"{base} ({number})", number + 1
        titles[model] = name
    return titles
