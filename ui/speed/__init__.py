"""The page Speed and size."""
