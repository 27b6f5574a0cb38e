"""The words that the templates of the behaviour checks are filled with.

Where an entry of a list reads "one|other", the first text of a case gets the one and the second
text the other. Lists hold only words that go with every template they are used in.
"""

_STORY = ("film", "story", "plot", "script", "ending")
_BOUGHT = ("phone", "hotel", "meal", "service", "restaurant", "concert", "laptop", "coffee")
_GOOD = ("great", "excellent", "wonderful", "fantastic", "superb", "brilliant")
_BAD = ("terrible", "awful", "horrible", "dreadful", "lousy", "appalling")

WORDS: dict[str, tuple[str, ...]] = {
    # what is judged
    "story": _STORY,
    "item": _BOUGHT,
    "thing": _STORY + _BOUGHT,
    "object": ("film", "phone", "hotel", "restaurant", "laptop", "book"),
    "gadget": ("phone", "laptop", "camera", "printer", "radio"),
    "work": ("film", "play", "concert", "show", "documentary"),
    "meal": ("meal", "coffee", "breakfast", "holiday", "pizza"),
    "part": ("acting", "soundtrack", "dialogue", "editing", "lighting", "first half"),
    "feature": ("script", "plot", "ending", "cast", "director"),
    "stay": ("room", "breakfast", "view", "pool", "location", "garden"),
    # strong opinions, which go with anything
    "good": _GOOD,
    "bad": _BAD,
    # plainer ones, some of them negated: sides are easily changed where they should not be
    "opinion": (
        "great", "good", "nice", "not bad at all", "terrible", "bad", "poor", "not good",
    ),
    "a_good": ("a great", "an excellent", "a wonderful", "a fantastic", "a superb", "a brilliant"),
    "a_bad": ("a terrible", "an awful", "a horrible", "a dreadful", "a lousy", "an appalling"),
    # milder ones, to be negated or graded: of stories, and of anything
    "gripping": ("good", "convincing", "interesting", "exciting", "entertaining", "believable"),
    "dull": ("boring", "dull", "predictable", "tedious", "silly", "confusing"),
    "fine": ("good", "great", "impressive", "nice"),
    "gradable": ("good", "nice", "impressive"),
    "weak": ("bad", "poor", "disappointing"),
    # verbs
    "liked": ("liked", "enjoyed"),
    "loved": ("loved", "adored", "really liked"),
    "hated": ("hated", "disliked", "loathed"),
    "enjoy": ("enjoy", "like"),
    "love": ("love", "like", "enjoy"),
    "hate": ("hate", "dislike", "loathe"),
    "loving": ("loving", "liking", "enjoying"),
    "hating": ("hating", "disliking", "loathing"),
    # degrees
    "very": ("very", "really", "extremely", "truly", "incredibly"),
    "really": ("really", "truly", "certainly"),
    "somewhat": ("somewhat", "moderately", "more or less", "only moderately"),
    "slightly": ("slightly", "a bit", "a little", "somewhat"),
    # what should not matter
    "minutes": ("ten", "twenty", "thirty", "forty"),
    "days": ("two", "three", "four", "five"),
    "relative": ("brother", "sister", "mother", "uncle"),
    "person": (
        "Emily", "Mohammed", "Anna", "Wei", "Fatima", "Carlos", "James", "Priya", "Olga", "Kofi",
    ),
    "city": ("Paris", "Lagos", "Berlin", "Mumbai", "Toronto", "Cairo", "Lima", "Seoul", "Boston"),
    "title": ("Casablanca", "Vertigo", "Fargo", "Amadeus", "Chinatown", "Roma", "Zodiac", "Argo"),
    "length": ("88", "95", "104", "112", "127", "136"),
    "room": ("114", "207", "312", "408", "523"),
    "day": ("3", "6", "9", "14", "20", "27"),
    "people": ("3", "5", "6", "8", "11"),
    # pairs: two neighbouring letters swapped
    "yesterday": ("yesterday|yesetrday", "yesterday|yestreday", "yesterday|yetserday"),
    "restaurant": ("restaurant|restuarant", "restaurant|resaturant", "restaurant|restaruant"),
    "friends": ("friends|freinds", "friends|firends", "friends|frineds"),
    "cinema": ("cinema|cniema", "cinema|cinmea", "cinema|cienma"),
    "together": ("together|togehter", "together|toegther", "together|tgoether"),
    "apartment": ("apartment|apratment", "apartment|aparmtent", "apartment|apartemnt"),
    # pairs: other words for the same
    "was_not": ("was not|wasn't",),
    "did_not": ("did not|didn't",),
    "it_is": ("It is|It's",),
    "movie": ("film|movie",),
    "children": ("children|kids",),
    "flat": ("flat|apartment",),
    "picture": ("pictures|photos",),
}  # fmt: skip
