"""The page Inside."""
