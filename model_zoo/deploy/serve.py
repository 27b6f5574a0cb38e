"""Answers texts as JSON: `python serve.py "a text" …`, or `python serve.py --port 8000` for HTTP.

POST a JSON list of texts; back comes a list of {"label", "probabilities"}, in the same order.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
from network import logits
from tokenizers import Tokenizer

HERE, BATCH = Path(__file__).parent, 32
labels = json.loads((HERE / "labels.json").read_text("utf-8"))  # in the order of the logits
tokenizer = Tokenizer.from_file(str(HERE / "tokenizer.json"))  # it cuts to length, and pads
tokenizer.encode_special_tokens = True  # in a text "[SEP]" is text


def answer(texts: list[str]) -> list[dict]:
    """The likeliest label of each text, and the probability of every label."""
    answers = []
    for at in range(0, len(texts), BATCH):
        # what is no character is read as U+FFFD
        whole = (t.encode("utf-16", "surrogatepass") for t in texts[at : at + BATCH])
        encoded = tokenizer.encode_batch([t.decode("utf-16", "replace") for t in whole])
        rows = logits(
            np.array([e.ids for e in encoded]), np.array([e.attention_mask for e in encoded])
        )
        shares = np.exp(rows.astype(float) - rows.max(axis=1, keepdims=True))
        for row in (shares / shares.sum(axis=1, keepdims=True)).tolist():
            named = dict(zip(labels, row, strict=True))
            answers.append({"label": max(named, key=named.__getitem__), "probabilities": named})
    return answers


class Handler(BaseHTTPRequestHandler):
    """POST of a JSON list of texts; 400 for anything else."""

    def do_POST(self) -> None:
        """Answer the texts in the body."""
        try:
            texts = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
            if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
                raise ValueError
        except ValueError:
            return self.send_error(400, "Send a JSON list of texts.")
        body = json.dumps(answer(texts)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)
        return None


if __name__ == "__main__":
    if sys.argv[1:2] == ["--port"]:
        ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Handler).serve_forever()
    print(json.dumps(answer(sys.argv[1:]), indent=1))
