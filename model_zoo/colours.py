"""The colours of the four, the same in every figure, on the page and in reports.

Okabe and Ito's (2008), told apart by the common kinds of colour blindness: warm for the recurrent
pair, cool for the Transformers.
"""

OF_THE_FOUR = {
    "lstm": "#E69F00",
    "bilstm": "#D55E00",
    "bert": "#0072B2",
    "distilbert": "#56B4E9",
}
