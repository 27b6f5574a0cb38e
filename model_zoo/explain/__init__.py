"""Which words made an answer, how far to trust that, and what would turn it."""
