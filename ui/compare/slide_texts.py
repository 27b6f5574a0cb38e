"""The slides of Compare's result that are text: answers, changes, words, origin. Pure SVG."""

from collections.abc import Mapping

from model_zoo.explain.records import Attribution
from model_zoo.host import Host
from model_zoo.inference.predict import Prediction
from model_zoo.models.engines import ENGINES
from model_zoo.models.files import ModelCard
from model_zoo.models.network import ModelId
from model_zoo.models.sets import ModelSet
from ui.compare.answers import Answers, is_split, minority
from ui.compare.slide_frame import (
    BOTTOM,
    LARGE,
    LEFT,
    MIDDLE,
    NAME,
    SMALL,
    TOP,
    WIDE,
    heading,
    row_name,
)
from ui.show import svg
from ui.show.attribution import colours, meaning, pole, toward
from ui.show.difference import marked_words
from ui.show.svg import FAINT, Box, Word
from ui.show.theme import label_colour, label_sign, model_colour, set_colours
from ui.show.wording import agreement, change, confidence, counted, made_of, notices, percent

COLUMNS = 4  # cards in a row
MOST_WORDS = 120  # of a text that are coloured
CUT = "Shortened here."


def answers_slide(answers: Answers, titles: Mapping[str, str]) -> str:
    """The text, whether the models agree, and each one's answer."""
    words = [Word(word) for word in f"“{answers.text}”".split()]
    room = Box(LEFT, TOP - 10, WIDE, 200)
    drawn, y, was_cut = svg.largest(room, words, (64, 54, LARGE, 36), most=3, weight=600)
    remarks = notices(max(answers.now.values(), key=lambda read: read.dropped))
    if was_cut:
        remarks.insert(0, f"{CUT} The text has {len(answers.text):,} characters.")
    verdict = agreement(list(answers.now.values()), titles)
    split = is_split(answers.now)
    room = Box(LEFT + 30 * split, y + 22, WIDE - 60 * split, 100)
    verdict_words = [Word(word) for word in verdict.split()]
    body, end, _ = svg.largest(room, verdict_words, (38, MIDDLE), most=3, weight=600)
    if split:
        box = Box(LEFT, y + 16, WIDE, end - y + 6)
        drawn += svg.rectangle(box, svg.tinted("#d99a00", 0.16), round_by=8)
        drawn += svg.rectangle(Box(LEFT, box.y, 12, box.height), "#d99a00", round_by=4)
    drawn, y = drawn + body, end + 16
    if remarks:
        room = Box(LEFT, y, WIDE, 70)
        body, y, _ = svg.paragraph(room, " ".join(remarks), SMALL, most=2, fill=FAINT)
        drawn += body
    return drawn + _cards(Box(LEFT, y + 22, WIDE, BOTTOM - y - 22), answers, titles)


def _cards(box: Box, answers: Answers, titles: Mapping[str, str]) -> str:
    outvoted, gap = minority(answers.now), 24
    columns = min(COLUMNS, max(2, len(answers.now)))
    rows = -(-len(answers.now) // COLUMNS)
    wide = (box.width - gap * (columns - 1)) / columns
    high = min(320, (box.height - gap * (rows - 1)) / rows)
    drawn = ""
    for at, (name, prediction) in enumerate(answers.now.items()):
        row, column = divmod(at, COLUMNS)
        place = Box(box.x + column * (wide + gap), box.y + row * (high + gap), wide, high)
        drawn += _card(place, prediction, titles[name], name in outvoted)
    return drawn


def _card(box: Box, prediction: Prediction, title: str, dissents: bool) -> str:
    """Title, label with its probability, a bar of that, and below what there is room for."""
    colour = label_colour(prediction.label, prediction.labels, set_colours(prediction.model))
    edge, dash = (colour, "10 7") if dissents else (svg.RULE, "")
    x, room, tall = box.x + 22, box.width - 44, box.height > 250
    drawn = svg.rectangle(box, svg.PAPER, round_by=12, edge=edge, dash=dash)
    drawn += svg.rectangle(Box(box.x, box.y, box.width, 10), model_colour(prediction.model))
    y = box.y + (52 if tall else 42)
    drawn += svg.write_within(x, y, title, room, MIDDLE if tall else 28, least=20, weight=600)
    share, sign = percent(prediction.confidence), label_sign(prediction.label, prediction.labels)
    label = f"{sign} {prediction.label}" if sign else prediction.label
    if tall:
        y += 62
        drawn += svg.write_within(x, y, label, room, LARGE + 4, least=SMALL, weight=700)
        y += 58
        drawn += svg.write(x + room, y, share, LARGE + 4, weight=700, anchor="end")
        drawn += svg.write(x, y, confidence(prediction), SMALL, fill=FAINT)
        says = ["against the majority"] * dissents
    else:
        y += 44
        taken = svg.text_width(f"  {share}", MIDDLE, 700)
        drawn += svg.write_within(x, y, label, room - taken, MIDDLE, least=22, weight=700)
        drawn += svg.write(x + room, y, share, MIDDLE, weight=700, anchor="end")
        says = ["against the majority" if dissents else confidence(prediction)]
    y += 18
    drawn += svg.rectangle(Box(x, y, room, 20), svg.RULE, round_by=10)
    wide = room * prediction.confidence
    right = len(prediction.labels) == 2 and prediction.label == prediction.labels[1]
    drawn += svg.rectangle(Box(x + (room - wide) * right, y, wide, 20), colour, round_by=10)
    y += 24
    if len(prediction.labels) > 2:
        says += [f"then {label}, {percent(p)}" for label, p in prediction.top(3)[1:]]
    for line in says:
        y += 1.35 * SMALL
        if y < box.bottom - 6:
            drawn += svg.write(x, y, svg.cut(line, room, SMALL), SMALL, fill=FAINT)
    return drawn


def changes_slide(answers: Answers, called: tuple[str, str], titles: Mapping[str, str]) -> str:
    """Both texts with what was taken out and put in, and what that did to each answer."""
    before, after = (next(iter(part.values())).text for part in (answers.before, answers.now))
    labels = {now.labels for now in answers.now.values()}
    alike = len(labels) == 1 and len(next(iter(labels))) == 2
    about = f": probability of {next(iter(labels))[1]}" if alike else ""
    drawn, y, was_cut = heading(f"What the change did{about}"), 150.0, False
    for name, words in zip(called, marked_words(before, after), strict=True):
        drawn += svg.write(LEFT, y + 36, f"{name}:", 28, weight=700)
        some = [
            Word(word, struck=differs and name == called[0], marked=differs and name != called[0])
            for word, differs in words
        ]
        room = Box(LEFT + 190, y, WIDE - 190, 100)
        body, y, part_cut = svg.largest(room, some, (38, 30), most=2)
        drawn, was_cut, y = drawn + body, was_cut or part_cut, y + 14
    if was_cut:
        drawn += svg.write(LEFT, y + SMALL, CUT, SMALL, fill=FAINT)
        y += 1.4 * SMALL
    step = min(100, (BOTTOM - y - 20) / len(answers.now))
    for at, (name, now) in enumerate(answers.now.items()):
        if name in answers.before:
            box = Box(LEFT, y + 20 + at * step, WIDE, step)
            drawn += _moved(box, titles[name], answers.before[name], now, named=not alike)
    return drawn


def _moved(box: Box, title: str, before: Prediction, now: Prediction, *, named: bool) -> str:
    """From where to where one model's probability went, on a scale from 0 to 1."""
    middle = box.y + box.height / 2
    about = now.labels[1] if len(now.labels) == 2 else now.label
    scale = Box(box.x + NAME + 20, middle, 500, 0)
    start, end = (scale.x + scale.width * p.of(about) for p in (before, now))
    colour = model_colour(now.model)
    says = f"{percent(before.of(about))} → {percent(now.of(about))}; "
    says += change(before, now, named=named)
    return (
        row_name(box.x, middle, title)
        + svg.stroke([(scale.x, middle), (scale.right, middle)], svg.RULE, 3)
        + svg.stroke([(start, middle), (end, middle)], colour, 8)
        + svg.dot(start, middle, 11, colour, filled=False)
        + svg.dot(end, middle, 13, colour)
        + svg.write(scale.right + 30, middle + 9, svg.cut(says, 590, SMALL), SMALL)
    )


def words_slide(
    attributions: Mapping[str, Attribution],
    of: ModelSet,
    titles: Mapping[str, str],
    methods: Mapping[str, str],
) -> str:
    """Each model's words coloured by what they did for its answer; `methods` are titles."""
    drawn, y, was_cut = heading("Which words made the answer"), 150.0, False
    largest: dict[str, float] = {}  # each method has a scale of its own
    for each in attributions.values():
        most = max(map(abs, each.word_scores), default=0.0)
        largest[each.method] = max(largest.get(each.method, 0.0), most)
    sizes, lines = ((38, 32, 28), 2) if len(attributions) <= COLUMNS else ((SMALL,), 1)
    step = min(140, (BOTTOM - 110 - y) / len(attributions))
    for name, each in attributions.items():
        below, above = colours([name], of)
        scores = toward(each, each.word_scores, True, pole(name, of))
        pairs = zip(each.words[:MOST_WORDS], scores, strict=False)
        words = [
            Word(
                word,
                svg.tinted(
                    above if score > 0 else below,
                    0.6 * min(1.0, abs(score) / (largest[each.method] or 1.0)),
                ),
            )
            for word, score in pairs
        ]
        drawn += svg.rectangle(Box(LEFT, y + 8, 8, step - 24), model_colour(name))
        drawn += row_name(LEFT + 24, y + 28, titles[name])
        room = Box(LEFT + NAME + 40, y, WIDE - NAME - 50, step)
        body, _, part_cut = svg.largest(room, words, sizes, most=lines)
        drawn, y = drawn + body, y + step
        was_cut = was_cut or part_cut or len(each.words) > MOST_WORDS
    used = ", ".join(dict.fromkeys(methods[each.method] for each in attributions.values()))
    says = f"{meaning(attributions.values(), of, titles, numbers=False)}. {used}. "
    says = says[0].upper() + says[1:] + f"{CUT} " * was_cut
    says += "How far to trust a picture is another question: the page Attributions measures it."
    room = Box(LEFT, BOTTOM - 105, WIDE, 100)
    return drawn + svg.paragraph(room, says, SMALL, most=3, fill=FAINT)[0]


def origin_slide(
    of: ModelSet,
    cards: Mapping[str, ModelCard],
    titles: Mapping[str, str],
    weights: Mapping[str, str],
    machine: Host,
    when: str,
    link: str | None,
) -> str:
    """The models and their weights, the machine, the date, and where this can be seen again."""
    drawn, y = heading("How it was made"), 130.0
    step = min(52, 360 / len(cards))
    columns = ((LEFT, 320), (LEFT + 340, 550), (LEFT + 910, 220), (LEFT + 1140, 310))
    for name, card in cards.items():
        y += step
        engine = f"{ENGINES[ModelId(name).engine].title} engine"
        kind = card.architecture + (f", {counted(card.layers, 'layer')}" if card.layers else "")
        checksum = f"weights {weights[name][:12]}" if weights.get(name) else "somebody's own"
        cells = (titles[name], kind, engine, checksum)
        for at, ((x, wide), cell) in enumerate(zip(columns, cells, strict=True)):
            weight = 400 if at else 600
            drawn += svg.write(x, y, svg.cut(cell, wide, SMALL, weight), SMALL, weight=weight)
        drawn += svg.stroke([(LEFT, y + step / 3), (LEFT + WIDE, y + step / 3)], svg.RULE, 1.5)
    says = (
        f"{made_of(of)} Computed on {machine.processor}, {machine.cores} cores, Python "
        f"{machine.python}, torch {machine.torch}, {when}. Weights are named by the first digits "
        "of their SHA-256."
    )
    body, y, _ = svg.paragraph(Box(LEFT, y + 34, WIDE, 200), says, SMALL, most=5, fill=FAINT)
    drawn += body
    if link is None:
        says = "The text is too long for a link that reproduces this view."
        return drawn + svg.write(LEFT, y + 50, says, SMALL)
    drawn += svg.write(LEFT, y + 50, "See it live:", SMALL, weight=600)
    shown = svg.write(LEFT + 190, y + 50, svg.cut(link, WIDE - 200, SMALL), SMALL, fill="#2456a6")
    is_web = link.startswith(("http://", "https://"))
    return drawn + (f'<a href="{svg.clean(link)}">{shown}</a>' if is_web else shown)
