"""The commands of `python -m model_zoo`, one module each: `add_arguments` and `run`."""
