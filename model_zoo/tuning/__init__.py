"""Training the four on somebody's own labelled file, and comparing what came of it."""
