"""Training the four on a labelled file: the file, the plan, what is under way, what came of it."""
