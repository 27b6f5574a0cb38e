"""The behaviour checks of the page Your data."""
