"""An engine as a worker, to copy: replace `load`, `forward` and what `hello` says.

Here the engine is the package's own oracle, Gemma 4 in plain Python. `npx parity check-worker python worker.py` checks it.
"""

import sys
from array import array
from pathlib import Path

home = Path(__file__).resolve().parent
roots = [root for folder in [home, *home.parents] for root in (folder / "node_modules/transformers-parity", folder)]
references = next(root / "references" for root in roots if (root / "references/protocol.py").exists())
sys.path[:0] = [str(references), str(references / "oracle")]

from gemma4 import Gemma4  # noqa: E402
from protocol import ProtocolError, Worker, argmax, logsumexp, serve, top_k  # noqa: E402


def load(folder, dtype):
    """The model of a checkpoint; whatever it raises is the answer to `open`."""
    return Gemma4(folder, dtype)


def forward(model, tokens, cache):
    """The logits behind each of `tokens`, which follow those in `cache`, a dict that starts empty and is added to."""
    return model.forward(tokens, cache)


class MyEngine(Worker):
    source = "my-engine"

    def hello(self):
        gives = ["logits", "forced", "chunks"]
        return {"version": "1.0.0", "devices": ["cpu"], "dtypes": ["float32", "float64"], "gives": gives}

    def open(self, request):
        if request["dtype"] not in self.hello()["dtypes"]:
            raise ProtocolError("load-failed", f"there is no dtype {request['dtype']}")
        self.model = load(request["checkpoint"], request["dtype"])
        return {"device": "cpu", "software": False}

    def observe(self, request, progress):
        generated, tensors, prompts = [], {}, request["prompts"]
        for k, (prompt, rest) in enumerate(zip(prompts, request["continuation"] or [[]] * len(prompts))):
            cache, rows, tokens = {}, [], []
            if request["cache"]:
                size = request["chunk"] or len(prompt)
                for start in range(0, len(prompt), size):
                    rows += forward(self.model, prompt[start : start + size], cache)
                steps = [forward(self.model, [token], cache)[0] for token in rest]
            else:
                rows = forward(self.model, prompt + rest, cache)
                rows, steps = rows[: len(prompt)], rows[len(prompt) :]
            while len(tokens) < request["generate"]:
                if tokens:
                    steps += forward(self.model, tokens[-1:], cache)
                tokens.append(argmax(steps[-1] if steps else rows[-1]))
                progress(len(tokens) + k * request["generate"], len(prompts) * request["generate"])
            generated.append(tokens)
            tensors |= name_logits(f"{k}.", rows if request["logits"] == "all" else rows[-1:], request["topK"])
            if request["generate"] or request["continuation"] is not None:
                tensors |= name_logits(f"{k}.decode.", steps, request["topK"])
        return generated, tensors


def name_logits(prefix, rows, k):
    """Rows of logits as tensors: whole, or the `k` largest of each and the logarithm of the sum of all."""
    if k is None:
        return {f"{prefix}logits": floats(rows)}
    ids = [top_k(row, k) for row in rows]
    return {
        f"{prefix}top-k.ids": ("I64", [len(rows), k], array("q", [i for best in ids for i in best])),
        f"{prefix}top-k.values": floats([[row[i] for i in best] for row, best in zip(rows, ids)]),
        f"{prefix}logsumexp": floats([[logsumexp(row)] for row in rows]),
    }


def floats(rows):
    return "F64", [len(rows), len(rows[0]) if rows else 0], array("d", [value for row in rows for value in row])


serve(MyEngine())
