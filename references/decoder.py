"""A worker around two functions of an engine: `load` and `forward`. Standard library only, as ./protocol.py.

The rest of what the protocol asks is made of them: greedy generation, given tokens, prefill in pieces, an uncached pass.
"""

from array import array

from protocol import ProtocolError, Worker, serve
from rows import argmax, logsumexp, top_k

GIVES = ("logits", "forced", "chunks")


class Decoder(Worker):
    """An engine whose own greedy loop is more than one around `forward` (speculation, a batch) overrides `generate`."""

    def __init__(self, source, version, load, forward, *, devices=("cpu",), dtypes=("float32",), gives=GIVES):
        """For the parameters see `serve_decoder`."""
        self.source, self.load, self.forward = source, load, forward
        self.said = {"version": version, "devices": list(devices), "dtypes": list(dtypes), "gives": list(gives)}

    def hello(self):
        return self.said

    def open(self, request):
        for field, known in (("device", self.said["devices"]), ("dtype", self.said["dtypes"])):
            if request[field] not in known:
                message = f'{field} "{request[field]}": {self.source} has {", ".join(known)}'
                raise ProtocolError("load-failed", message)
        self.model = self.load(**{key: request[key] for key in ("checkpoint", "device", "dtype", "options")})
        return {"device": request["device"], "software": False}

    def close(self):
        self.model = None

    def observe(self, request, progress):
        prompts, rests = request["prompts"], request["continuation"] or [[] for _ in request["prompts"]]
        follows = request["generate"] > 0 or request["continuation"] is not None
        total = sum(len(prompt) + len(rest) + max(request["generate"] - 1, 0) for prompt, rest in zip(prompts, rests))
        self.tell = Count(progress, total)
        generated, tensors = [], {}
        for k, (prompt, rest) in enumerate(zip(prompts, rests)):
            tokens, rows, steps = self.run(prompt, rest, request)
            generated.append(tokens)
            tensors |= name_logits(f"{k}.", rows if request["logits"] == "all" else rows[-1:], request["topK"])
            if follows:
                tensors |= name_logits(f"{k}.decode.", steps, request["topK"])
        return generated, tensors

    def run(self, prompt, rest, request):
        """→ chosen tokens, the logits behind each token of the prompt, those behind each token fed after it"""
        if not request["cache"]:
            rows = self.feed(prompt + rest, {})
            return [], rows[: len(prompt)], rows[len(prompt) :]
        if request["generate"]:
            return self.generate(prompt, request["generate"], request["chunk"])
        cache = {}
        rows = self.prefill(prompt, request["chunk"], cache)
        return [], rows, [self.feed([token], cache)[0] for token in rest]

    def generate(self, prompt, count, chunk):
        """Greedily, `count` tokens, past any end of sequence. Returns what `run` returns."""
        cache, steps = {}, []
        rows = self.prefill(prompt, chunk, cache)
        tokens = [argmax(rows[-1])]
        while len(tokens) < count:
            steps += self.feed(tokens[-1:], cache)
            tokens.append(argmax(steps[-1]))
        return tokens, rows, steps

    def prefill(self, prompt, chunk, cache):
        size = chunk or len(prompt)
        return [row for start in range(0, len(prompt), size) for row in self.feed(prompt[start : start + size], cache)]

    def feed(self, tokens, cache):
        """`forward` of this model, checked: a row for each token, all of one length."""
        rows = [as_floats(row) for row in self.forward(self.model, tokens, cache)]
        if len(rows) != len(tokens) or len({len(row) for row in rows}) > 1:
            lengths = sorted({len(row) for row in rows})
            raise ProtocolError("failed", f"forward gave {len(rows)} rows of {lengths} logits for {len(tokens)} tokens")
        self.tell.add(len(tokens))
        return rows


class Count:
    """Positions that are done, of all."""

    def __init__(self, progress, total):
        self.progress, self.done, self.total = progress, 0, total

    def add(self, count):
        self.done += count
        self.progress(min(self.done, self.total), self.total)


def serve_decoder(source, version, load, forward, **says) -> None:
    """Serves an engine until stdin ends.

    `load(checkpoint, device, dtype, options)` returns its model; what it raises is the answer to `open`.
    `forward(model, tokens, cache)` returns a row of logits behind each of `tokens`, which follow those in `cache`: a dict
    that starts empty, for `forward` to keep in it what it likes. A row is a list, an array of NumPy, a tensor on the CPU.
    `says` are `devices` and `dtypes`, the preferred one first, and `gives`, less than `GIVES` where it cannot do all.
    """
    serve(Decoder(source, version, load, forward, **says))


def as_floats(row):
    """A row of logits as an array: float32 stays float32, all else becomes float64."""
    try:
        view = memoryview(row)
    except TypeError:  # no buffer: a list, a tensor
        return array("d", row.tolist() if hasattr(row, "tolist") else row)
    try:
        return array("f" if view.format == "f" else "d", view)
    except NotImplementedError:  # float16, which no memoryview reads before Python 3.12
        return array("d", row.tolist())


def name_logits(prefix, rows, k):
    """Rows of logits as tensors: whole, or the `k` largest of each and the logarithm of the sum of all."""
    if k is None:
        return {f"{prefix}logits": as_tensor(rows)}
    ids = [top_k(row, k) for row in rows]
    return {
        f"{prefix}top-k.ids": ("I64", [len(ids), len(ids[0]) if ids else 0], array("q", [i for best in ids for i in best])),
        f"{prefix}top-k.values": as_tensor([array(row.typecode, [row[i] for i in best]) for row, best in zip(rows, ids)]),
        f"{prefix}logsumexp": as_tensor([array("d", [logsumexp(row)]) for row in rows]),
    }


def as_tensor(rows):
    """Rows of one length as a tensor: F32 where they are float32, else F64."""
    dtype = "F32" if rows and rows[0].typecode == "f" else "F64"
    return dtype, [len(rows), len(rows[0]) if rows else 0], b"".join(row.tobytes() for row in rows)
