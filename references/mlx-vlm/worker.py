"""mlx-vlm as a worker (see ../protocol.py): its own loading, its own `generate_step`, its own prompt cache, of text alone.

    python references/mlx-vlm/worker.py

Works with every mlx-vlm from 0.4.3 on, and watches it as ../mlx-lm/worker.py watches mlx-lm. mlx-vlm builds towers for
images and sound whatever the checkpoint holds; those that it does not hold stay as they were made, which text never sees.
"""

import importlib.metadata
import os
import pathlib
import platform
import sys
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(os.path.dirname(HERE), "mlx-lm"), os.path.dirname(HERE)]

import worker as mlx_lm  # noqa: E402, the one of mlx-lm
from protocol import ProtocolError, serve  # noqa: E402

TOWERS = ("vision_tower.", "embed_vision.", "audio_tower.", "embed_audio.")


class MlxVlm(mlx_lm.MlxLm):
    source = "mlx-vlm"

    def hello(self):
        import mlx.core as mx

        version = importlib.metadata.version("mlx-vlm")
        versions = {"python": platform.python_version(), "platform": platform.platform()}
        versions |= {"mlx": mx.__version__, "mlx-vlm": version}
        versions["transformers"] = importlib.metadata.version("transformers")
        can = {"devices": mlx_lm.devices(), "dtypes": mlx_lm.DTYPES, "gives": mlx_lm.GIVES}
        return {"version": version, **can, "versions": versions}

    def load(self, folder, dtype):
        import mlx.core as mx
        from mlx_vlm import utils

        keep_absent_towers(utils)
        self.whole = utils.load_model(pathlib.Path(folder), lazy=True)
        text = self.whole.language_model
        text.set_dtype(dtype)
        mx.eval(text.parameters())
        return text, text.model.embed_tokens.weight.shape[0]

    def watch(self, layers, first):
        return mlx_lm.watched(self.model, layers, first, WatchedText)

    def run(self, prompt, rest, request, seen, progress):
        """As mlx-lm's, but that `generate_step` takes the model with its towers, and logits come in a record."""
        import mlx.core as mx
        from mlx_vlm.generate import generate_step
        from mlx_vlm.models.cache import make_prompt_cache

        if request["generate"]:
            tokens, options = [], {"max_tokens": request["generate"], "temperature": 0.0}
            if request["chunk"]:
                options["prefill_step_size"] = request["chunk"]
            whole = WatchedWhole(self.whole, seen.model)
            for token, _logprobs in generate_step(mx.array([prompt]), whole, None, None, **options):
                tokens.append(int(token))
                progress(len(prompt) + len(tokens) - 1)
                if len(tokens) == request["generate"]:  # some versions go one further
                    break
            return tokens
        size = request["chunk"] or len(prompt)
        passes = [prompt[i : i + size] for i in range(0, len(prompt), size)] + [[token] for token in rest]
        cache = make_prompt_cache(self.model) if request["cache"] else None
        for ids in passes if request["cache"] else [prompt + rest]:
            mx.eval(seen.model(mx.array([ids]), cache=cache).logits)
            progress(seen.positions)
        return []


class WatchedText(mlx_lm.WatchedModel):
    """Stands for the text model: wants the logits of every position."""

    supports_logits_to_keep = False

    def __call__(self, inputs, *rest, **options):
        output = self._model(inputs, *rest, **options)
        self.keep(output.logits, inputs.shape[1])
        return output


class WatchedWhole:
    """Stands for the model with its towers: passes everything on, with the watched text model in its place."""

    def __init__(self, whole, text):
        self._whole, self.language_model = whole, text

    def __getattr__(self, name):
        return getattr(self._whole, name)


def keep_absent_towers(utils):
    """Lets a strict load pass over towers that the checkpoint lacks, and over nothing else; once for all checkpoints."""
    import mlx.nn as nn
    from mlx.utils import tree_flatten

    if hasattr(nn.Module, "load_all_weights"):
        return
    nn.Module.load_all_weights, load_config = nn.Module.load_weights, utils.load_config

    def with_towers(*inputs, **options):
        config = load_config(*inputs, **options)
        if config.get("vision_config", {}) is None:  # as transformers writes it where there is no tower
            del config["vision_config"]
        return config

    def load_weights(self, weights, strict=True):
        if isinstance(weights, list):
            held = {name for name, _ in weights}
            own = [(name, value) for name, value in tree_flatten(self.parameters()) if name.startswith(TOWERS)]
            weights = weights + [(name, value) for name, value in own if name not in held]
        return self.load_all_weights(weights, strict)

    utils.load_config, nn.Module.load_weights = with_towers, load_weights


if __name__ == "__main__":
    serve(MlxVlm())
