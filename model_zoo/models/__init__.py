"""The models there are, what they can be asked, and how they are built and loaded."""
