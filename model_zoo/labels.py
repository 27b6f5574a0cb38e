"""The labels of sentiment, for what is about sentiment by its nature: checks, and our training."""

SENTIMENT = ("negative", "positive")  # index in this tuple = class index in the bundled models
