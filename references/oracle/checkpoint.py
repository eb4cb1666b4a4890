"""A Gemma 4 checkpoint in Hugging Face layout: config.json with its defaults, and tensors read when asked for."""

import json
import math
import os
import struct
from array import array

from arithmetic import split

# What transformers assumes where config.json says nothing (configuration_gemma4.py, 5.23)
DEFAULTS = {
    "vocab_size": 262144, "hidden_size": 2304, "intermediate_size": 9216, "num_hidden_layers": 30, "layer_types": None,
    "num_attention_heads": 8, "num_key_value_heads": 4, "num_global_key_value_heads": None, "head_dim": 256,
    "global_head_dim": 512, "sliding_window": 512, "rope_parameters": None, "attention_bias": False,
    "attention_k_eq_v": False, "num_kv_shared_layers": 0, "use_double_wide_mlp": False, "rms_norm_eps": 1e-6,
    "enable_moe_block": False, "num_experts": None, "top_k_experts": None, "moe_intermediate_size": None,
    "hidden_size_per_layer_input": 256, "vocab_size_per_layer_input": 262144, "final_logit_softcapping": None,
    "hidden_activation": "gelu_pytorch_tanh", "use_bidirectional_attention": None,
}  # fmt: skip
ROPE_DEFAULTS = {
    "sliding_attention": {"rope_type": "default", "rope_theta": 10_000.0},
    "full_attention": {"rope_type": "proportional", "partial_rotary_factor": 0.25, "rope_theta": 1_000_000.0},
}
ITEM_BYTES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2}


class Unusable(Exception):
    """The checkpoint cannot be run. Says what is wrong, where, and what to do."""


class Config:
    """The text model's settings, named as in config.json; each layer's `geometry`: (head size, key/value heads)."""

    def __init__(self, config):
        text = config.get("text_config") or config
        vars(self).update(DEFAULTS | {name: value for name, value in text.items() if name in DEFAULTS})
        self.tie_word_embeddings = config.get("tie_word_embeddings", True)
        layers = range(self.num_hidden_layers)
        kinds = self.layer_types or ["full_attention" if i % 6 == 5 else "sliding_attention" for i in layers]
        self.layer_types = [*kinds[:-1], "full_attention"]  # transformers forces the last one
        self.rope_parameters = self.rope_parameters or ROPE_DEFAULTS
        _require(
            len(kinds) == len(layers) and set(kinds) <= set(ROPE_DEFAULTS),
            f"layer_types must name one of {', '.join(ROPE_DEFAULTS)} for each of {len(layers)} layers",
        )
        _require(
            all(self.rope(kind)["rope_type"] in ("default", "proportional") for kind in set(self.layer_types)),
            'rope_parameters must have the rope_type "default" or "proportional": Gemma 4 has no other',
        )
        _require(
            self.hidden_activation == "gelu_pytorch_tanh" and self.use_bidirectional_attention != "all",
            "only gelu_pytorch_tanh and causal attention make a Gemma 4 language model",
        )

        default = {"head_dim": self.head_dim, "num_key_value_heads": self.num_key_value_heads}
        if "per_layer_config" in text:  # the newer spelling; its keys may be padded ("05")
            own = {int(index): settings for index, settings in (text["per_layer_config"] or {}).items()}
        else:
            full = {"head_dim": self.global_head_dim}
            if self.attention_k_eq_v and self.num_global_key_value_heads:
                full["num_key_value_heads"] = self.num_global_key_value_heads
            own = {i: full for i in layers if self.layer_types[i] == "full_attention"}
        foreign = {name for settings in own.values() for name in settings} - set(default)
        _require(not foreign, f"per_layer_config sets {', '.join(sorted(foreign))}, which the oracle does not know")
        self.geometry = [tuple((default | own.get(i, {})).values()) for i in layers]

    def rope(self, kind):
        """The rotary parameters of a type of layer, complete."""
        given = self.rope_parameters.get(kind)
        _require(given and "rope_theta" in given, f"rope_parameters must give {kind} a rope_theta")
        return {"rope_type": "default", "partial_rotary_factor": 1.0, "factor": 1.0} | given

    def donor(self, index):
        """The layer whose keys and values this one uses: itself or, if it shares, the last own one of the same type."""
        own = self.layer_types[: self.num_hidden_layers - self.num_kv_shared_layers]
        if index < len(own):
            return index
        _require(
            self.layer_types[index] in own,
            f"layer {index} shares keys and values, but no {self.layer_types[index]} layer before {len(own)} has any",
        )
        return max(i for i, kind in enumerate(own) if kind == self.layer_types[index])


class Checkpoint:
    """The `config` and the tensors of a folder, each rounded to the arithmetic's dtype as it is read.

    `tensors` is {name: (file, dtype, shape, offset)} over all shards (https://github.com/huggingface/safetensors).
    `weights` are those of the text model: under `model.`, in a multimodal checkpoint under `model.language_model.`
    """

    def __init__(self, folder, arithmetic):
        self.folder, self.arithmetic, self.tensors = os.path.realpath(folder), arithmetic, {}
        self.config = Config(self._read_json("config.json"))
        shards, index = ["model.safetensors"], "model.safetensors.index.json"
        if not self._has(shards[0]) and self._has(index):
            shards = sorted(set(self._read_json(index)["weight_map"].values()))
        for shard in shards:
            self._read_header(shard)
        table = "embed_tokens.weight"
        self.weights = Weights(self, next((n.removesuffix(table) for n in self.tensors if n.endswith(table)), "model."))

    def count(self):
        """The number of weights that a run holds: those of the text model, but for the table of per-layer inputs."""
        held = (name for name in self.tensors if name.startswith((self.weights.prefix, "lm_head.")))
        return sum(math.prod(self.tensors[name][2]) for name in held if "embed_tokens_per_layer" not in name)

    def head(self):
        """The output matrix [vocabulary, hidden]: lm_head.weight or, without it, the embeddings if they are tied."""
        tied = self.config.tie_word_embeddings and "lm_head.weight" not in self.tensors
        weights = self.weights / "embed_tokens" if tied else Weights(self, "lm_head.")
        return weights.matrix("weight", self.config.vocab_size, self.config.hidden_size)

    def read(self, name, shape, first=0, count=None):
        """`count` rows from row `first` on (default: all) of a tensor that must have this shape, as one flat list."""
        if name not in self.tensors:
            raise Unusable(f"no tensor {name}, which config.json asks for: the checkpoint is incomplete or not Gemma 4")
        path, dtype, found, offset = self.tensors[name]
        if found != list(shape) or dtype not in ITEM_BYTES:
            raise Unusable(f"{name} is {dtype} {found}; config.json asks for {list(shape)}, in {', '.join(ITEM_BYTES)}")
        row = math.prod(shape[1:]) * ITEM_BYTES[dtype]
        with open(path, "rb") as file:
            file.seek(offset + first * row)
            data = file.read((shape[0] if count is None else count) * row)
        if dtype == "F16":
            return self.arithmetic.round(list(struct.unpack(f"<{len(data) // 2}e", data)))
        if dtype == "BF16":  # the upper half of a float32
            upper, data = data, bytearray(2 * len(data))
            data[2::4], data[3::4] = upper[0::2], upper[1::2]
        return self.arithmetic.round(array("d" if dtype == "F64" else "f", bytes(data)).tolist())

    def _has(self, name):
        return os.path.exists(os.path.join(self.folder, name))

    def _read_header(self, shard):
        path = self._locate(shard)
        total = os.path.getsize(path)
        with open(path, "rb") as file:
            start = 8 + int.from_bytes(file.read(8), "little")
            header = json.loads(file.read(start - 8)) if start <= total else {}
        header.pop("__metadata__", None)
        if start + max((entry["data_offsets"][1] for entry in header.values()), default=0) > total:
            raise Unusable(f"{shard} is cut short at {total} bytes, or no safetensors file: copy or download it again")
        for name, entry in header.items():
            self.tensors[name] = (path, entry["dtype"], entry["shape"], start + entry["data_offsets"][0])

    def _read_json(self, name):
        with open(self._locate(name), encoding="utf-8") as file:
            try:
                return json.load(file)
            except ValueError as error:
                raise Unusable(f"{name} is not JSON: {error}") from None

    def _locate(self, name):
        """The path of a file of the checkpoint: inside its folder or, from a Hugging Face cache, among its blobs."""
        path, parent = os.path.realpath(os.path.join(self.folder, name)), os.path.dirname(self.folder)
        blobs = [os.path.join(os.path.dirname(parent), "blobs")] if os.path.basename(parent) == "snapshots" else []
        if not any(path.startswith(os.path.join(root, "")) for root in [self.folder, *blobs]):
            raise Unusable(f"{name} leads out of {self.folder}: copy the file into the folder")
        if not os.path.isfile(path):
            raise Unusable(f"no {name} in {self.folder}: a checkpoint is a config.json and *.safetensors files")
        return path


class Weights:
    """The tensors whose names start with `prefix`; `weights / "mlp"` are those of a part."""

    def __init__(self, checkpoint, prefix):
        self.checkpoint, self.arithmetic, self.prefix = checkpoint, checkpoint.arithmetic, prefix

    def __truediv__(self, part):
        return Weights(self.checkpoint, f"{self.prefix}{part}.")

    def vector(self, name, size):
        return self.checkpoint.read(self.prefix + name, [size])

    def matrix(self, name, *shape):
        """[…, rows, columns], as one list of rows"""
        return split(self.checkpoint.read(self.prefix + name, shape), shape[-1])

    def row(self, name, rows, columns, index):
        """One row of a table that may be too large to hold."""
        return self.checkpoint.read(self.prefix + name, [rows, columns], index, 1)


def _require(condition, message):
    if not condition:
        raise Unusable(f"config.json: {message}")
