"""Millions of rows on Ray: cut into blocks, scored anywhere, each written once."""
