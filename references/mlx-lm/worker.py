"""mlx-lm as a worker (see ../protocol.py): its own loading, its own `generate_step`, its own prompt cache.

    python references/mlx-lm/worker.py

Works with every mlx-lm from 0.31.2 on. Nothing of its model is replaced: logits are seen as `generate_step` gets them,
hidden states as one decoder layer hands them to the next.
"""

import contextlib
import importlib.metadata
import importlib.util
import json
import os
import pathlib
import platform
import runpy
import sys
import traceback
import types

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # threads that spin make a shared machine up to ten times slower

from protocol import ProtocolError, Worker, in_one_line, require, require_known, serve  # noqa: E402

DTYPES = ["float32", "float16", "bfloat16"]
GIVES = ["logits", "layers", "forced", "chunks"]


class MlxLm(Worker):
    source = "mlx-lm"
    device = None  # of the first checkpoint

    def hello(self):
        import mlx.core as mx

        version = read_version()
        versions = {"python": platform.python_version(), "platform": platform.platform()}
        versions |= {"mlx": mx.__version__, "mlx-lm": version}
        versions["transformers"] = importlib.metadata.version("transformers")
        return {"version": version, "devices": devices(), "dtypes": DTYPES, "gives": GIVES, "versions": versions}

    def open(self, request):
        import mlx.core as mx

        folder, device, dtype = request["checkpoint"], request["device"], request["dtype"]
        require(os.path.isdir(folder), f"no such folder: {folder}")
        require(device in devices(), f'device "{device}": this mlx runs on {" and ".join(devices())}')
        require(dtype in DTYPES, f'dtype "{dtype}" is not one of {", ".join(DTYPES)}')
        require(self.device in (None, device), f"{self.source} stays where it was imported, on {self.device}")
        refuse_code(folder)
        self.device = device
        mx.set_default_device(getattr(mx, device))  # before mlx-lm is imported, which makes its stream there
        mx.random.seed(0)
        try:
            self.model, self.vocabulary = self.load(folder, getattr(mx, dtype))
        except Exception as error:
            traceback.print_exc()
            raise ProtocolError("load-failed", in_one_line(error)) from error
        adapter = mx.device_info().get("device_name") if device == "gpu" else None
        return {"device": device, "software": False, "adapter": adapter}

    def load(self, folder, dtype):
        """The model, strictly loaded, and the size of its vocabulary."""
        import mlx.core as mx
        from mlx_lm.utils import load_model

        model, config = load_model(pathlib.Path(folder), lazy=True)
        model.set_dtype(dtype)
        mx.eval(model.parameters())
        return model, config.get("text_config", config)["vocab_size"]

    def close(self):
        self.model = None

    def observe(self, request, progress):
        from numpy_tensors import as_tensors

        prompts = request["prompts"]
        layers, rests = require_known(request, len(self.model.layers), self.vocabulary)
        total = sum(len(ids) + len(rest) + max(request["generate"] - 1, 0) for ids, rest in zip(prompts, rests))

        generated, tensors, done = [], {}, 0
        for k, (prompt, rest) in enumerate(zip(prompts, rests)):
            fed = len(prompt) + len(rest) + max(request["generate"] - 1, 0)
            first = 0 if request["logits"] == "all" else len(prompt) - 1
            with self.watch(layers, first) as seen:
                generated.append(self.run(prompt, rest, request, seen, lambda n, before=done: progress(before + n, total)))
            done += fed
            for name, rows in split(prompt, request, seen, fed - first):
                tensors.update(as_tensors(f"{k}.{name}", as_floats(rows), request["topK"]))
        return generated, tensors

    def watch(self, layers, first):
        return watched(self.model, layers, first, WatchedModel)

    def run(self, prompt, rest, request, seen, progress):
        """Feeds a prompt and what follows it through a watched model. Returns the tokens that mlx-lm chose."""
        import mlx.core as mx
        from mlx_lm.generate import generate_step
        from mlx_lm.models.cache import make_prompt_cache

        if request["generate"]:
            tokens = []
            options = {"max_tokens": request["generate"], "prompt_progress_callback": lambda done, _total: progress(done)}
            if request["chunk"]:
                options["prefill_step_size"] = request["chunk"]
            for token, _logprobs in generate_step(mx.array(prompt), seen.model, **options):
                tokens.append(int(token))
                progress(len(prompt) + len(tokens) - 1)
            return tokens
        size = request["chunk"] or len(prompt)
        passes = [prompt[i : i + size] for i in range(0, len(prompt), size)] + [[token] for token in rest]
        cache = make_prompt_cache(self.model) if request["cache"] else None
        for ids in passes if request["cache"] else [prompt + rest]:
            mx.eval(seen.model(mx.array([ids]), cache=cache))
            progress(seen.positions)
        return []


class WatchedModel:
    """Stands for a model before `generate_step`: passes calls on and keeps the logits of the positions from `first` on."""

    def __init__(self, model, seen, first):
        self._model, self._seen, self._first = model, seen, first

    def __getattr__(self, name):
        return getattr(self._model, name)

    def __call__(self, inputs, **options):
        logits = self._model(inputs, **options)
        self.keep(logits, inputs.shape[1])
        return logits

    def keep(self, logits, fed):
        seen = self._seen
        kept = logits[0, max(0, self._first - seen.positions) :]
        seen.positions += fed
        if kept.shape[0] > 0:
            seen.logits.append(kept)


class WatchedLayer:
    """Stands for a decoder layer in its model: passes calls on and keeps the hidden states that come out."""

    def __init__(self, layer, outputs):
        self._layer, self._outputs = layer, outputs

    def __getattr__(self, name):
        return getattr(self._layer, name)

    def __call__(self, *inputs, **options):
        output = self._layer(*inputs, **options)
        hidden = output[0] if isinstance(output, tuple) else output
        self._outputs.append(hidden[0])
        return output


@contextlib.contextmanager
def watched(model, layers, first, stand_in):
    """Collects, from every pass: logits of the positions from `first` on, and the outputs of decoder layers."""
    seen = types.SimpleNamespace(logits=[], layers={index: [] for index in layers}, positions=0)
    seen.model, own = stand_in(model, seen, first), list(model.layers)
    try:
        for index, outputs in seen.layers.items():
            model.layers[index] = WatchedLayer(own[index], outputs)
        yield seen
    finally:
        model.layers[:] = own


def split(prompt, request, seen, rows):
    """What was seen, by name: the logits of the prompt, those of the steps after it, the layers' outputs.

    `generate_step` also feeds its last token, so only the first `rows` of the logits count.
    """
    import mlx.core as mx

    logits = mx.concatenate(seen.logits)[:rows]
    end = len(prompt) if request["logits"] == "all" else 1  # where the prompt's rows end and the steps' begin
    yield "logits", logits[:end]
    if request["generate"] or request["continuation"] is not None:
        yield "decode.logits", logits[end:]
    for index, outputs in seen.layers.items():
        yield f"layers.{index}", mx.concatenate(outputs)[: len(prompt)]


def as_floats(rows):
    import mlx.core as mx
    import numpy

    return numpy.array(rows.astype(mx.float32))


def devices():
    import mlx.core as mx

    return ["gpu", "cpu"] if mx.is_available(mx.gpu) else ["cpu"]


def read_version():
    """The version from the file that holds it: a working tree has no metadata, and importing mlx-lm is too early yet."""
    (folder,) = importlib.util.find_spec("mlx_lm").submodule_search_locations
    return runpy.run_path(os.path.join(folder, "_version.py"))["__version__"]


def refuse_code(folder):
    """Old versions of mlx-lm run the Python file that a config names, and know no way to forbid it."""
    with contextlib.suppress(OSError, ValueError), open(os.path.join(folder, "config.json"), encoding="utf-8") as file:
        config = json.load(file)  # what is wrong with the file, mlx-lm says itself
        names_code = isinstance(config, dict) and config.get("model_file") is not None
        require(not names_code, "config.json names a model_file: code from a checkpoint is not run")


if __name__ == "__main__":
    serve(MlxLm())
