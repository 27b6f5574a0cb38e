"""What the slides of Compare's result have in common: 1600 by 900, margins, sizes of letters."""

from ui.show import svg

WIDTH, HEIGHT = 1600, 900
LEFT, TOP, BOTTOM = 80, 70, 815  # between which a slide's content lies
WIDE = WIDTH - 2 * LEFT
LARGE, MIDDLE, SMALL = 46, 32, 25  # sizes of letters
NAME = 290  # width of a model's name, where there is a row for each


def heading(text: str) -> str:
    """What a slide is about."""
    return svg.write(LEFT, TOP + 40, svg.cut(text, WIDE, LARGE, 700), LARGE, weight=700)


def row_name(x: float, middle: float, title: str) -> str:
    """What a model is called, at the left of its row."""
    return svg.write_within(x, middle + 10, title, NAME, 28, least=20, weight=600)
