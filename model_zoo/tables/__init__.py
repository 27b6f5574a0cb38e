"""Tables of texts from anybody, read and written a chunk at a time."""
