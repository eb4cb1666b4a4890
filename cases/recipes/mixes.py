"""Builds random small checkpoints, each another mix of what Gemma 4 checkpoints differ in, for the property suite.

    python cases/recipes/mixes.py OUT [--count 12] [--seed 1]

Prints one line of JSON a checkpoint: `{"dir", "features"}`. Needs references/transformers/requirements-5.23.0.txt. The first
four hold every feature below at least once; the rest draw theirs.
"""

import argparse
import json
import pathlib
import random

import torch
import transformers
from huggingface_hub.errors import StrictDataclassError
from tiny import fill, save, shared_kv_tensors, text_config
from transformers import Gemma4Config, Gemma4TextConfig

# One choice of each row. Experts meet per-layer inputs, shared K/V and a mixed layout in the very first checkpoint.
AXES = {
    "dtype": ["bfloat16", "float16", "float32"],
    "files": ["shards", "one-file"],
    "kv": ["kv-mixed", "kv-redundant", "kv-pruned", "kv-unshared"],
    "mlp": ["experts", "dense", "double-wide"],
    "inputs": ["per-layer-inputs", "no-per-layer-inputs"],
    "wrapper": ["text", "multimodal", "multimodal-vision", "multimodal-vision-audio"],
    "spelling": ["per-layer-config", "global-fields", "one-head-size"],
    "config": ["complete-config", "defaults-absent"],
    "head": ["tied", "untied"],
    "cap": ["softcap", "no-softcap"],
    "window": ["window-9", "window-3"],
    "pattern": ["ssfssf", "ffffff", "sfsfsf", "sssssf"],
    "rotary": ["rotary-0.5", "rotary-1.0", "rotary-0.25"],
    "heads": ["three-groups", "one-kv-head", "key-equals-value", "multi-head"],
    "sizes": ["even-sizes", "odd-sizes"],
    "bias": ["no-bias", "attention-bias"],
}
HEADS = {  # query heads, K/V heads, those of full layers
    "three-groups": (6, 2, None), "one-kv-head": (4, 1, None), "multi-head": (2, 2, None),
    "key-equals-value": (4, 2, 1),
}  # fmt: skip
VISION = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 1, "num_attention_heads": 2,
          "num_key_value_heads": 2, "head_dim": 16, "position_embedding_size": 64, "patch_size": 4}  # fmt: skip
AUDIO = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "subsampling_conv_channels": [8, 4],
         "output_proj_dims": 24}  # fmt: skip


def draw_mix(index, stream):
    """One choice for every axis: in turn for the first checkpoints, drawn for the others."""
    turns = max(map(len, AXES.values()))
    mix = {axis: names[index % len(names)] if index < turns else stream.choice(names) for axis, names in AXES.items()}
    if mix["pattern"] == "sssssf" and mix["kv"] != "kv-unshared":
        mix["pattern"] = "ssfssf"  # sharing takes a donor of each type
    if mix["kv"] != "kv-unshared":
        mix["inputs"] = "per-layer-inputs"  # transformers 5.23 slices them unseen wherever K/V is shared: TypeError
    if mix["dtype"] == "float32" and (mix["mlp"] == "experts" or mix["heads"] == "three-groups"):
        mix["dtype"] = "float16"  # or it would be larger than 3 MB
    if mix["kv"] == "kv-unshared" and mix["mlp"] == "double-wide":
        mix["mlp"] = "dense"  # only layers that share K/V are ever wider
    return mix


def config_of(mix, stream):
    """The configuration of the text model."""
    odd = mix["sizes"] == "odd-sizes"
    heads, kv_heads, full_kv_heads = HEADS[mix["heads"]]
    experts = {"enable_moe_block": True, "num_experts": 6, "top_k_experts": 3, "moe_intermediate_size": 24}
    rotary = {"rope_type": "proportional", "rope_theta": 1e6, "partial_rotary_factor": float(mix["rotary"][7:])}
    return text_config(
        layers=mix["pattern"],
        vocab_size=389 if odd else 512,
        vocab_size_per_layer_input=389 if odd else 512,
        hidden_size=80 if odd else 96,
        intermediate_size=100 if odd else 64,
        num_attention_heads=heads,
        num_key_value_heads=kv_heads,
        num_global_key_value_heads=full_kv_heads,
        global_head_dim=32 if mix["spelling"] == "one-head-size" else 64,
        attention_k_eq_v=full_kv_heads is not None,
        attention_bias=mix["bias"] == "attention-bias",
        hidden_size_per_layer_input=0 if mix["inputs"] != "per-layer-inputs" else 20 if odd else 24,
        num_kv_shared_layers=0 if mix["kv"] == "kv-unshared" else stream.choice([2, 3]),
        use_double_wide_mlp=mix["mlp"] == "double-wide",
        sliding_window=int(mix["window"][7:]),
        final_logit_softcapping=30.0 if mix["cap"] == "softcap" else None,
        tie_word_embeddings=mix["head"] == "tied",
        rope_parameters={"sliding_attention": {"rope_type": "default", "rope_theta": 1e4}, "full_attention": rotary},
        **(experts if mix["mlp"] == "experts" else {}),
    )


def model_of(mix, text):
    """An empty model around a text configuration, and the prefix of its text weights."""
    if mix["wrapper"] == "text":
        return transformers.Gemma4ForCausalLM(text), "model."
    config = Gemma4Config(
        text_config=text,
        vision_config=transformers.Gemma4VisionConfig(**VISION) if "vision" in mix["wrapper"] else None,
        audio_config=transformers.Gemma4AudioConfig(**AUDIO) if "audio" in mix["wrapper"] else None,
        tie_word_embeddings=text.tie_word_embeddings,
    )
    return transformers.Gemma4ForConditionalGeneration(config), "model.language_model."


def build(folder, mix, seed, stream):
    text = config_of(mix, stream)
    torch.manual_seed(seed)  # for the towers
    model, prefix = model_of(mix, text)
    model = fill(model.to(getattr(torch, mix["dtype"])), seed)
    extra = {} if mix["kv"] == "kv-pruned" else dict(shared_kv_tensors(text, seed, prefix))
    if mix["kv"] == "kv-mixed":
        spared = text.num_hidden_layers - stream.randint(1, text.num_kv_shared_layers)
        extra = {name: value for name, value in extra.items() if f".layers.{spared}." not in name}
    save(folder, model, extra.items(), max_shard_size="300KB" if mix["files"] == "shards" else "1GB")
    respell(folder / "config.json", mix)


def respell(file, mix):
    """Rewrites config.json as other programs write it; it still means the same."""
    document = json.loads(file.read_text())
    meaning = meaning_of(document)
    text = document.get("text_config", document)
    if mix["spelling"] == "global-fields":
        full = next(iter(text.pop("per_layer_config").values()))
        text["global_head_dim"] = full["head_dim"]
        text["num_global_key_value_heads"] = full.get("num_key_value_heads")
    if mix["config"] == "defaults-absent":
        for part in (document, text):
            for key in sorted(part.keys() - {"architectures", "model_type", "transformers_version"}):
                value = part.pop(key)
                if meaning_of(document) != meaning:
                    part[key] = value
    if meaning_of(document) != meaning:
        raise AssertionError(f"{file}: not the same configuration any more")
    file.write_text(json.dumps(document, indent=2, sort_keys=True) + "\n")


def meaning_of(document):
    """What transformers makes of a configuration: every field of it, or None if it refuses."""
    kind = Gemma4Config if document["model_type"] == "gemma4" else Gemma4TextConfig
    try:
        return kind.from_dict(json.loads(json.dumps(document))).to_dict()
    except (ValueError, KeyError, StrictDataclassError):
        return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    transformers.logging.disable_progress_bar()
    for index in range(arguments.count):
        stream = random.Random(f"{arguments.seed}/{index}")
        mix = draw_mix(index, stream)
        folder = arguments.out / f"mix-{index:02}"
        build(folder, mix, arguments.seed * 1000 + index, stream)
        print(json.dumps({"dir": str(folder), "features": list(mix.values())}), flush=True)


if __name__ == "__main__":
    main()
