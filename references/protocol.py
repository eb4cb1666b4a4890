"""The Python half of the worker protocol: one JSON object a line on stdin and stdout, tensors in `.safetensors` files.

A worker is a subclass of `Worker` and one call of `serve`. Standard library only (CPython ≥ 3.10 and Pyodide), so that
every engine's environment, however small, can hold it. In Pyodide, without pipes, `answer` is called directly.
"""

import json
import math
import os
import sys
import time
import traceback

from tensor_file import write_safetensors

PROTOCOL = 1
LONGEST_MESSAGE = 400  # characters; an engine that refuses a checkpoint may name every parameter
OBSERVE_DEFAULTS = {
    "generate": 0, "continuation": None, "cache": True, "chunk": None, "logits": "last", "topK": None, "layers": False,
    "parts": False,
}  # fmt: skip


class ProtocolError(Exception):
    """A failure that the worker foresaw: its `code` and message reach the host as they are."""

    def __init__(self, code, message, stage=None):
        super().__init__(message)
        self.code, self.stage = code, stage


class Worker:
    """What a source implements. `answer` checks requests and fills in defaults, so these methods need not."""

    source = "unnamed"
    opened = False  # kept by `answer`

    def hello(self) -> dict:
        """`{"version", "devices", "dtypes", "gives"}`, cheap: no weights are loaded."""
        raise NotImplementedError

    def open(self, request: dict) -> dict:
        """Loads `request["checkpoint"]`; returns at least `{"device", "software"}`."""
        raise NotImplementedError

    def observe(self, request: dict, progress) -> "tuple[list[list[int]], dict]":
        """Returns the generated token ids, one list a prompt, and tensors as `{name: (dtype, shape, bytes-like)}`.

        `progress(done, total)` may be called any number of times.
        """
        raise NotImplementedError

    def tokenize(self, request: dict) -> dict:
        """What the tokenizer of `request["checkpoint"]` makes of `texts` and `chats`; no checkpoint need be open.

        Returns `{"version", "ids", "rendered", "chatIds", "decoded"}`. Only for a source that gives `tokenize`.
        """
        raise ProtocolError("unsupported", f"{self.source} does not tokenize")

    def close(self) -> None:
        """Frees the checkpoint. The process ends when its stdin does."""


def answer(worker, request, emit) -> dict:
    """Answers one request; never raises for what a worker does. `emit` takes the progress messages."""
    ident, stage = (request.get("id"), request.get("do")) if isinstance(request, dict) else (None, None)
    try:
        if not isinstance(stage, str) or stage not in ACTIONS:
            stage = None
            raise ProtocolError("bad-request", f'expected an object whose "do" is one of {", ".join(ACTIONS)}')
        return {"id": ident, **ACTIONS[stage](worker, request, emit)}
    except (Exception, SystemExit) as error:
        if isinstance(error, ProtocolError):
            code, message, stage = error.code, str(error), error.stage or stage
        else:
            code = "load-failed" if stage == "open" else "failed"
            message = f"{type(error).__name__}: {error}"
            traceback.print_exc()
        return {"id": ident, "error": {"code": code, "message": message, "stage": stage}}


def _hello(worker, request, emit):
    return {"protocol": PROTOCOL, "source": worker.source, **worker.hello()}


def _open(worker, request, emit):
    for field in ("checkpoint", "device", "dtype"):
        _expect(isinstance(request.get(field), str), f'"{field}" must be a string')
    _expect(isinstance(request.get("options", {}), dict), '"options" must be an object')
    _close(worker, request, emit)
    started = time.perf_counter()
    opened = worker.open({"options": {}, **request})
    worker.opened = True
    return {**opened, "loadMs": _milliseconds_since(started)}


def _observe(worker, request, emit):
    if not worker.opened:
        raise ProtocolError("not-open", "observe needs an open checkpoint")
    request = check_observation(request)
    started = time.perf_counter()
    generated, tensors = worker.observe(
        request, lambda done, total: emit({"id": request.get("id"), "progress": {"done": done, "total": total}})
    )
    elapsed = _milliseconds_since(started)
    write_safetensors(request["save"], tensors)
    return {"generated": generated, "elapsedMs": elapsed, "peakBytes": peak_bytes(), "tensors": list(tensors)}


def _tokenize(worker, request, emit):
    texts, chats = request.get("texts", []), request.get("chats", [])
    _expect(isinstance(request.get("checkpoint"), str), '"checkpoint" must be a string')
    _expect(_are(str, texts), '"texts" must be a list of strings')
    _expect(_are(list, chats) and all(map(_is_chat, chats)), '"chats" must be a list of lists of messages')
    return worker.tokenize({**request, "texts": texts, "chats": chats})


def _close(worker, request, emit):
    if worker.opened:
        worker.opened = False
        worker.close()
    return {}


ACTIONS = {"hello": _hello, "open": _open, "observe": _observe, "tokenize": _tokenize, "close": _close}


def check_observation(request) -> dict:
    """Returns the request with its defaults filled in, or raises a `bad-request` that names the wrong field."""
    request = {**OBSERVE_DEFAULTS, **request}
    prompts, continuation = request.get("prompts"), request["continuation"]
    chunk, layers, top = request["chunk"], request["layers"], request["topK"]
    _expect(isinstance(prompts, list) and len(prompts) > 0, '"prompts" must be a list of lists of token ids')
    _expect(all(_are_ids(ids) and ids for ids in prompts), "every prompt must be a non-empty list of token ids")
    _expect(_is_count(request["generate"]), '"generate" must be an integer, 0 or more')
    if continuation is not None:
        _expect(
            isinstance(continuation, list) and len(continuation) == len(prompts) and all(map(_are_ids, continuation)),
            '"continuation" must be null or one list of token ids for every prompt',
        )
        _expect(request["generate"] == 0, '"generate" and "continuation" exclude each other')
    _expect(isinstance(request["cache"], bool), '"cache" must be true or false')
    _expect(request["cache"] or (request["generate"] == 0 and chunk is None), "no cache: no generation, no chunks")
    _expect(chunk is None or (_is_count(chunk) and chunk > 0), '"chunk" must be null or a positive integer')
    _expect(request["logits"] in ("last", "all"), '"logits" must be "last" or "all"')
    _expect(top is None or (_is_count(top) and top > 0), '"topK" must be null or a positive integer')
    allowed = layers is False or layers == "all" or _are_ids(layers)
    _expect(allowed, '"layers" must be false, "all" or a list of layer indices')
    _expect(isinstance(request["parts"], bool), '"parts" must be true or false')
    _expect(isinstance(request.get("save"), str) and request["save"], '"save" must name a file')
    return request


def require_known(request, depth, vocabulary):
    """Refuses what a model of `depth` layers and `vocabulary` tokens has not. Returns the layers asked for, and what
    follows each prompt."""
    layers = range(depth) if request["layers"] == "all" else request["layers"] or []
    rests = request["continuation"] or [[] for _ in request["prompts"]]
    require(all(index < depth for index in layers), "layers: no such layer", "bad-request")
    for token in (token for ids in request["prompts"] + rests for token in ids):
        require(token < vocabulary, f"token {token}: the vocabulary has {vocabulary}", "bad-request")
    return layers, rests


def require(condition, message, code="load-failed"):
    """Raises a `ProtocolError` unless the condition holds."""
    if not condition:
        raise ProtocolError(code, message)


def in_one_line(error) -> str:
    """An error in the engine's own words, cut where they are long; all of them are in the log."""
    message = " ".join(f"{type(error).__name__}: {error}".split())
    return message if len(message) <= LONGEST_MESSAGE else f"{message[:LONGEST_MESSAGE]}…"


def _expect(condition, message):
    require(condition, message, "bad-request")


def _is_count(value):
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _are_ids(value):
    return isinstance(value, list) and all(map(_is_count, value))


def _are(kind, values):
    return isinstance(values, list) and all(isinstance(value, kind) for value in values)


def _is_chat(chat):
    return _are(dict, chat) and all(_are(str, [turn.get("role"), turn.get("content")]) for turn in chat)


def serve(worker) -> None:
    """Answers requests from stdin until it ends.

    The pipes are moved out of the engine's reach first: file descriptor 1 then leads to stderr and 0 to nowhere, so a
    chatty library, or a process it starts, can neither break into the protocol nor eat its requests.
    """
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nowhere, 0)
    os.dup2(2, 1)
    os.close(nowhere)

    def emit(message):
        answers.write(to_json(message).encode() + b"\n")
        answers.flush()

    try:
        for line in requests:
            if not line.strip():
                continue
            try:
                request = from_json(line)
            except ValueError as error:  # JSON and UTF-8 errors alike
                emit({"id": None, "error": {"code": "bad-request", "message": f"not JSON: {error}", "stage": None}})
                continue
            emit(answer(worker, request, emit))
        answer(worker, {"do": "close"}, emit)
    except BrokenPipeError:  # the host is gone: nobody to answer
        os._exit(0)
    sys.stderr.flush()


def to_json(value) -> str:
    """One line of JSON; NaN and infinities become the strings "NaN", "Infinity" and "-Infinity"."""
    return json.dumps(_spell_non_finite(value), allow_nan=False)


def from_json(text):
    """Parses JSON and refuses the bare `NaN` and `Infinity` that Python's own parser lets through."""

    def refuse(constant):
        raise ValueError(f"bare {constant}")

    return json.loads(text, parse_constant=refuse)


def _spell_non_finite(value):
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, dict):
        return {key: _spell_non_finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_spell_non_finite(item) for item in value]
    return value


def peak_bytes():
    """This process's peak memory, or None where the platform does not tell (Pyodide, Windows)."""
    try:  # Linux: unlike ru_maxrss, not inherited from the process that started this one
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        pass
    try:
        import resource
    except ImportError:
        return None
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _milliseconds_since(started):
    return round((time.perf_counter() - started) * 1000, 3)
