"""The page on the four models."""
