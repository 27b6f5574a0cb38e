"""Quartet's library: LSTM, BiLSTM, BERT and DistilBERT that read the same sentence."""

import os
import tempfile

try:
    tempfile.gettempdir()
except FileNotFoundError:
    # Nothing can be written here, but torch looks at its import for a place to write to later. Any
    # folder will do: nothing of ours is compiled.
    tempfile.tempdir = os.sep
    os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", os.sep)
