"""What the bundled models answer."""

LABELS = ("negative", "positive")  # index in this tuple = class index in every model
