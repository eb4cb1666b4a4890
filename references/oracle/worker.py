"""The oracle as a worker (see ../protocol.py): `python references/oracle/worker.py`, or by Pyodide inside Node.

Options: `force` lifts the limit on the number of weights. In CPython it wants 3.12, for `math.sumprod`: with less, dot
products are rounded more than once.
"""

import os
import platform
import sys
from array import array

sys.path[:0] = [os.path.dirname(os.path.abspath(__file__)), os.path.dirname(os.path.dirname(os.path.abspath(__file__)))]

from arithmetic import ROUND  # noqa: E402
from checkpoint import Unusable  # noqa: E402
from gemma4 import Gemma4  # noqa: E402
from protocol import ProtocolError, Worker, serve  # noqa: E402
from rows import argmax, logsumexp, top_k  # noqa: E402

VERSION = "1.0.0"
# A float of a list takes 32 bytes in CPython and 20 in Pyodide, whose memory ends at 4 GiB; while a tensor is read, more.
MOST_WEIGHTS = 100_000_000


class Oracle(Worker):
    source = "oracle"
    model = None

    def hello(self):
        gives = ["logits", "layers", "parts", "forced", "chunks"]
        versions = {"pyodide" if sys.platform == "emscripten" else "python": platform.python_version()}
        return {
            "version": VERSION, "devices": ["cpu"], "dtypes": list(ROUND), "gives": gives, "versions": versions,
        }  # fmt: skip

    def open(self, request):
        if request["device"] != "cpu" or request["dtype"] not in ROUND:
            raise ProtocolError("load-failed", f"the oracle runs on cpu, in {', '.join(ROUND)}")
        most = None if request["options"].get("force") else MOST_WEIGHTS
        try:
            self.model = Gemma4(request["checkpoint"], request["dtype"], most)
        except Unusable as error:
            raise ProtocolError("load-failed", str(error), "open") from None
        return {"device": "cpu", "software": False}

    def close(self):
        self.model = None

    def observe(self, request, progress):
        config, wanted = self.model.config, request["layers"]
        layers = range(config.num_hidden_layers) if wanted == "all" else wanted or []
        prompts, continuations = request["prompts"], request["continuation"]
        rests = continuations or [[]] * len(prompts)
        check_ids([token for ids in prompts + rests for token in ids], config.vocab_size, "token id")
        check_ids(layers, config.num_hidden_layers, "layer")
        steps = max(request["generate"] - 1, 0)
        self.total = sum(len(prompt) + len(rest) + steps for prompt, rest in zip(prompts, rests))
        self.done, self.progress = 0, progress

        generated, tensors = [], {}
        for k, (prompt, rest) in enumerate(zip(prompts, rests)):
            self.model.arithmetic.seen = seen = None if wanted is False else {}
            tokens, rows, decoded = self.run(prompt, rest, request)
            generated.append(tokens)
            tensors |= self.logits(f"{k}.", rows if request["logits"] == "all" else rows[-1:], request["topK"])
            if request["generate"] or continuations is not None:
                tensors |= self.logits(f"{k}.decode.", decoded, request["topK"])
            for name, vectors in (seen or {}).items():
                end = len(rows) if name == "final-norm" else len(prompt)
                if is_wanted(name, layers, request["parts"]):
                    tensors[f"{k}.{name}"] = self.tensor(vectors[:end], len(vectors[0]))
                    if request["parts"] and len(vectors) > end:
                        tensors[f"{k}.decode.{name}"] = self.tensor(vectors[end:], len(vectors[0]))
        return generated, tensors

    def run(self, prompt, rest, request):
        """→ generated tokens, logits of the prompt, logits of the steps after it"""
        if not request["cache"]:
            rows = self.forward(prompt + rest, {}, "all")
            return [], rows[: len(prompt)], rows[len(prompt) :]
        cache, rows, size = {}, [], request["chunk"] or len(prompt)
        for start in range(0, len(prompt), size):
            rows += self.forward(prompt[start : start + size], cache, request["logits"])
        if not request["generate"]:
            return [], rows, [self.forward([token], cache, "last")[0] for token in rest]
        tokens, decoded = [argmax(rows[-1])], []
        while len(tokens) < request["generate"]:
            decoded += self.forward(tokens[-1:], cache, "last")
            tokens.append(argmax(decoded[-1]))
        return tokens, rows, decoded

    def forward(self, tokens, cache, wanted):
        result = self.model.forward(tokens, cache, wanted)
        self.done += len(tokens)
        self.progress(self.done, self.total)
        return result

    def logits(self, name, rows, top):
        """The logits, or their `top` largest and the log of the sum of all, as named tensors."""
        if top is None:
            return {f"{name}logits": self.tensor(rows, self.model.config.vocab_size)}
        ids = [top_k(row, top) for row in rows]
        values = [[row[i] for i in best] for row, best in zip(rows, ids)]
        width = min(top, self.model.config.vocab_size)
        return {
            f"{name}top-k.ids": ("I64", [len(rows), width], array("q", [i for best in ids for i in best])),
            f"{name}top-k.values": self.tensor(values, width),
            f"{name}logsumexp": self.tensor([[logsumexp(row)] for row in rows], None),
        }

    def tensor(self, rows, width):
        """Rows of numbers as a tensor [rows, width], or [rows] for width None."""
        code, dtype = ("d", "F64") if self.model.dtype == "float64" else ("f", "F32")
        shape = [len(rows)] if width is None else [len(rows), width]
        return dtype, shape, array(code, [value for row in rows for value in row])


def is_wanted(name, layers, parts):
    """Of the layers asked for, their outputs; with `parts` also what is inside of them, and what is in no layer."""
    kind, _, rest = name.partition(".")
    index, _, part = rest.partition(".")
    return (int(index) in layers and (parts or not part)) if kind == "layers" else parts


def check_ids(ids, limit, what):
    if wrong := [i for i in ids if i >= limit]:
        raise ProtocolError("bad-request", f"{what} {wrong[0]} is outside 0 … {limit - 1}")


if __name__ == "__main__":
    serve(Oracle())
