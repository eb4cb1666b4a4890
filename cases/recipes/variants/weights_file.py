"""What a checkpoint's weights file says about itself, read with the standard library alone."""

import hashlib
import json
import math


def read_header(folder):
    """The tensors of `model.safetensors`: name → {dtype, shape, …}."""
    with open(folder / "model.safetensors", "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    header.pop("__metadata__", None)
    return header


def count_parameters(folder):
    return sum(math.prod(tensor["shape"]) for tensor in read_header(folder).values())


def hash_file(file):
    return hashlib.sha256(file.read_bytes()).hexdigest()


def hash_weights(folder):
    return hash_file(folder / "model.safetensors")


def read_layout(folder):
    """`pruned`: layers that share K/V states have no K/V weights of their own; `redundant`: they carry them, unused;
    `none`: no layer shares."""
    config, names = json.loads((folder / "config.json").read_text()), read_header(folder)
    layers, shared = config["num_hidden_layers"], config["num_kv_shared_layers"]
    carried = [f"model.layers.{index}.self_attn.k_proj.weight" in names for index in range(layers - shared, layers)]
    return "none" if not carried else "redundant" if all(carried) else "mixed" if any(carried) else "pruned"
