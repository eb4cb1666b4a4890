"""Builds the six committed checkpoints: Gemma 4's four geometries, and what Google's originals add to two of them.

    python cases/recipes/tiny.py [--out cases/checkpoints] [--measure]

Needs references/transformers/requirements-5.23.0.txt. Run twice, it writes the same bytes, on any machine: the weights come
from integer draws and the four basic operations only, each tensor from a stream of its own, named after it.

Nothing is 1 and no size is a perfect square, so that a forgotten scale or a root rounded too early shows.
"""

import argparse
import hashlib
import json
import pathlib
import shutil
import sys
import zlib

import numpy as np
import torch
import transformers
from safetensors import safe_open

ROOT = pathlib.Path(__file__).resolve().parents[2]
SEED = 10
COMMON = {"vocab_size": 512, "vocab_size_per_layer_input": 512, "hidden_size": 96, "num_attention_heads": 4,
          "head_dim": 32, "global_head_dim": 64, "final_logit_softcapping": 30.0}  # fmt: skip
GEOMETRIES = {
    "gemma-4-e2b-tiny": ("bfloat16", {
        "layers": "sssfsssf", "num_key_value_heads": 1, "intermediate_size": 128, "use_double_wide_mlp": True,
        "num_kv_shared_layers": 4, "hidden_size_per_layer_input": 24, "sliding_window": 8}),
    "gemma-4-e4b-tiny": ("bfloat16", {
        "layers": "ssfssf", "num_key_value_heads": 2, "intermediate_size": 200,
        "num_kv_shared_layers": 3, "hidden_size_per_layer_input": 24, "sliding_window": 9}),
    "gemma-4-31b-tiny": ("float32", {
        "layers": "ssfssf", "num_key_value_heads": 2, "num_global_key_value_heads": 1, "attention_k_eq_v": True,
        "intermediate_size": 160, "hidden_size_per_layer_input": 0, "sliding_window": 12}),
    "gemma-4-26b-a4b-tiny": ("float16", {
        "layers": "ssfssf", "num_key_value_heads": 2, "num_global_key_value_heads": 1, "attention_k_eq_v": True,
        "intermediate_size": 72, "hidden_size_per_layer_input": 0, "sliding_window": 10,
        "enable_moe_block": True, "num_experts": 8, "top_k_experts": 3, "moe_intermediate_size": 40}),
}  # fmt: skip
SIZES = {"q_norm": 0.3, "layer_scalar": 0.6, "post_feedforward_layernorm_2": 0.6}  # of scales, where not about 1
LOUD = ("post_attention_layernorm", "post_feedforward_layernorm", "post_per_layer_input_norm")
LAYER_TYPES = {"s": "sliding_attention", "f": "full_attention"}


def text_config(layers, **fields):
    """A text configuration; `layers` spells the layer types: s(liding) and f(ull)."""
    types = [LAYER_TYPES[letter] for letter in layers]
    return transformers.Gemma4TextConfig(
        **{**COMMON, "num_hidden_layers": len(types), "layer_types": types, **fields}
    )


def draw(name, shape, seed):
    """Near-normal numbers (mean 0, variance 1, at most ±6: twelve uniform draws), exact on every machine."""
    stream = np.random.PCG64(np.random.SeedSequence([seed, zlib.crc32(name.encode())]))
    count = int(np.prod(shape))
    words = stream.random_raw(6 * count).view(np.uint32).astype(np.float64).reshape(count, 12)
    total = np.zeros(count)
    for column in words.T:
        total += column / 2**32
    return torch.from_numpy((total - 6).reshape(shape))


def weight(name, shape, seed):
    """The value of one tensor, in float64.

    The first two layers speak loudest, or a tied head would find the token just read in the residual stream and repeat
    it; attention is soft and the later layers quiet, or rounding errors would grow without bounds.
    """
    noise = draw(name, shape, seed)
    *path, kind = name.removesuffix(".weight").split(".")
    if kind.endswith(("norm", "norm_1", "norm_2", "scale", "layer_scalar")):
        size = 8.0 if kind in LOUD and path[-1] in ("0", "1") else SIZES.get(kind, 1.0)
        tilt = (noise * 0.12).clamp(-0.4, 0.4)
        return size * (1 + tilt) / (1 - tilt)  # about exp(noise / 4), which no two machines need round alike
    if kind in ("embed_tokens", "lm_head"):
        return noise * 0.4  # after the final norm: logits of standard deviation 0.4 · √hidden
    if kind == "embed_tokens_per_layer":
        return noise * 0.2
    if kind == "bias":
        return noise * 0.1
    return noise * (4.0 if name.endswith("router.proj.weight") else shape[-1] ** -0.5)


def fill(model, seed):
    """Gives every text weight of a model its value; towers keep what transformers gave them."""
    with torch.no_grad():
        for name, tensor in model.state_dict().items():
            tied = name == "lm_head.weight" and model.config.get_text_config().tie_word_embeddings
            if not tied and "_tower." not in name and "embed_vision." not in name and "embed_audio." not in name:
                tensor.copy_(weight(name.replace("language_model.", ""), tuple(tensor.shape), seed))
    return model


def shared_kv_tensors(config, seed, prefix="model."):
    """The K/V tensors of layers that share K/V states: never used, and random, so that using them shows."""
    for index, mode in enumerate(config.kv_sharing_modes):
        if mode == "reuse":
            layer = config.per_layer_config[index]
            rows = layer.num_key_value_heads * layer.head_dim
            parts = {"k_proj.weight": (rows, config.hidden_size), "k_norm.weight": (layer.head_dim,)}
            if not (config.attention_k_eq_v and config.layer_types[index] == "full_attention"):
                parts["v_proj.weight"] = parts["k_proj.weight"]
            if config.attention_bias:
                parts |= {part.replace("weight", "bias"): (rows,) for part in parts if "proj" in part}
            for part, shape in parts.items():
                name = f"layers.{index}.self_attn.{part}"
                yield prefix + name, weight("model." + name, shape, seed)


def save(folder, model, extra=(), **options):
    """Writes a checkpoint as transformers itself writes it, with `extra` tensors, pairs of name and value, in it."""
    shutil.rmtree(folder, ignore_errors=True)
    more = {name: value.to(model.dtype) for name, value in extra}
    model.save_pretrained(folder, state_dict=model.state_dict() | more, **options)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "cases" / "checkpoints")
    parser.add_argument("--measure", action="store_true", help="also run them: logits, errors by dtype, router margins")
    arguments = parser.parse_args()
    transformers.logging.disable_progress_bar()
    for name, (dtype, fields) in GEOMETRIES.items():
        config = text_config(**fields)
        model = fill(transformers.Gemma4ForCausalLM(config).to(getattr(torch, dtype)), SEED)
        save(arguments.out / name, model)
        if config.num_kv_shared_layers:
            save(arguments.out / f"{name}-redundant", model, shared_kv_tensors(config, SEED))
    for folder in sorted(arguments.out.glob("gemma-4-*-tiny*")):
        print(json.dumps(describe(folder) | (measure(folder) if arguments.measure else {})))


def describe(folder):
    file = folder / "model.safetensors"
    with safe_open(file, "np") as opened:
        count = sum(int(np.prod(opened.get_slice(name).get_shape())) for name in opened.keys())
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    return {"name": folder.name, "parameters": count, "bytes": file.stat().st_size, "sha256": digest}


def measure(folder, prompts=8, length=24, generate=32):
    """How well a checkpoint serves: spread logits, wide gaps, lively generation, small errors, no near-tied experts."""
    sys.path.insert(0, str(ROOT / "references" / "transformers"))
    from worker import Transformers

    ids = [np.random.Generator(np.random.PCG64(k)).integers(3, 512, length).tolist() for k in range(prompts)]
    request = {"prompts": ids, "generate": 0, "continuation": None, "cache": False, "chunk": None, "logits": "all",
               "topK": None, "layers": False}  # fmt: skip
    logits, margins, worker = {}, [], Transformers()
    for dtype in ("float64", "float32", "bfloat16"):
        worker.open({"checkpoint": str(folder), "device": "cpu", "dtype": dtype, "options": {}})
        if dtype == "float64":
            for module in worker.model.modules():
                if type(module).__name__ == "Gemma4TextRouter":
                    module.register_forward_hook(lambda m, _, out: margins.append(_margin(m.config, out[0])))
            generated, _ = worker.observe({**request, "cache": True, "generate": generate}, lambda *_: None)
        _, tensors = worker.observe(request, lambda *_: None)
        logits[dtype] = np.stack([tensors[f"{k}.logits"][2].astype(np.float64) for k in range(prompts)])
    ranked = np.sort(logits["float64"], axis=-1)
    gaps = ranked[..., -1] - ranked[..., -2]
    measured = {
        "std": _three_digits(ranked.std()),
        "largest": _three_digits(abs(ranked).max()),
        "gap": {"mean": _three_digits(gaps.mean()), "smallest": _three_digits(gaps.min())},
        "distinctTokens": [len(set(tokens)) for tokens in generated],
    }
    for dtype in ("float32", "bfloat16"):
        error = logits[dtype] - logits["float64"]
        measured[dtype] = {"rms": _three_digits(np.sqrt((error**2).mean())), "max": _three_digits(abs(error).max())}
    return measured | ({"routerMargin": _three_digits(min(margins))} if margins else {})


def _margin(config, probabilities):
    """How far, in router logits, the last chosen expert is above the first that was not."""
    ranked, k = probabilities.sort(dim=-1, descending=True).values, config.top_k_experts
    return float((ranked[:, k - 1] / ranked[:, k]).log().min())


def _three_digits(value):
    return float(f"{value:.2e}")


if __name__ == "__main__":
    main()
