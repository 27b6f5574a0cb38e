"""Texts -> predictions: a few with times, many fast, files resumably."""
