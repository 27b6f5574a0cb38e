"""How good answers are: on labelled rows, in parts of them, and in behaviour checks."""
