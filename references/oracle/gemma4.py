"""Gemma 4's text model, with Python's standard library and nothing else: CPython ≥ 3.11, or Pyodide inside Node.

It exists to be believed. A vector is a list of floats, a matrix a list of rows, and every dot product is one call of
`math.sumprod`, which rounds once. It follows the model's description, shares no code with any engine, and reads from
top to bottom: the parts of a layer, the layer, the model. Attributes are named after the checkpoint's tensors.

    model, cache = Gemma4("checkpoint"), {}
    logits = model.forward([2, 17, 4], cache)  # prefill, in chunks of any size
    logits = model.forward([9], cache)  # decode

Source: https://huggingface.co/docs/transformers/model_doc/gemma4, and transformers 5.23 where that leaves a choice.
"""

import math

from arithmetic import Arithmetic, split, to_float32
from checkpoint import Checkpoint, Unusable


class Linear:
    def __init__(self, weights, outputs, inputs, bias=False):
        self.arithmetic = weights.arithmetic
        self.weight = weights.matrix("weight", outputs, inputs)
        self.bias = weights.vector("bias", outputs) if bias else None

    def __call__(self, x):
        return self.arithmetic.linear(self.weight, x, self.bias)


class Norm:
    def __init__(self, weights, size, eps, weighted=True):
        self.arithmetic, self.eps = weights.arithmetic, eps
        self.weight = weights.vector("weight", size) if weighted else None

    def __call__(self, x):
        return self.arithmetic.norm(x, self.weight, self.eps)


class Attention:
    """Grouped-query attention of one position to itself and those before it. There is no scale: q · k is the score."""

    def __init__(self, weights, config, index):
        self.arithmetic, self.index, self.donor = weights.arithmetic, index, config.donor(index)
        sliding = config.layer_types[index] == "sliding_attention"
        self.window = config.sliding_window if sliding else math.inf
        self.name, (self.size, heads) = f"layers.{index}.attention", config.geometry[index]
        self.group = config.num_attention_heads // heads  # query heads to a key/value head
        hidden, width, bias = config.hidden_size, config.num_attention_heads * self.size, config.attention_bias
        self.q_proj = Linear(weights / "q_proj", width, hidden, bias)
        self.q_norm = Norm(weights / "q_norm", self.size, config.rms_norm_eps)
        self.o_proj = Linear(weights / "o_proj", hidden, width, bias)
        if self.donor == index:  # a layer that shares makes no keys and values, even if the checkpoint has the tensors
            self.k_proj = Linear(weights / "k_proj", heads * self.size, hidden, bias)
            self.k_norm = Norm(weights / "k_norm", self.size, config.rms_norm_eps)
            one_projection = config.attention_k_eq_v and not sliding
            self.v_proj = None if one_projection else Linear(weights / "v_proj", heads * self.size, hidden, bias)
            self.v_norm = Norm(weights / "v_norm", self.size, config.rms_norm_eps, weighted=False)

    def __call__(self, x, position, turn, cache):
        """x [hidden], the rotation of its position, the cache (see `Gemma4.forward`) → [hidden]"""
        a = self.arithmetic
        queries = [a.rotate(self.q_norm(q), turn) for q in split(self.q_proj(x), self.size)]
        a.point(f"{self.name}.q", sum(queries, []))
        if self.donor == self.index:
            self.remember(x, turn, cache)
        elif self.donor not in cache:
            sharing = f"layer {self.index} shares the key/value states of layer {self.donor}"
            raise ValueError(f"{sharing}, but none were given")
        keys, values = cache[self.donor]
        seen = slice(max(0, position - self.window + 1), position + 1)
        mixed = []
        for head, query in enumerate(queries):
            weights = a.round(a.softmax(a.linear(keys[head // self.group][seen], query)))
            mixed += a.linear([component[seen] for component in values[head // self.group]], weights)
        return a.point(f"{self.name}.output", self.o_proj(a.point(f"{self.name}.heads", mixed)))

    def remember(self, x, turn, cache):
        """Appends this position's keys and values. With one projection for both, values are raw keys, normed."""
        keys = split(self.k_proj(x), self.size)
        values = split(self.v_proj(x), self.size) if self.v_proj else keys
        empty = [[] for _ in keys], [[[] for _ in value] for value in values]
        keys = [self.arithmetic.rotate(self.k_norm(key), turn) for key in keys]
        values = [self.v_norm(value) for value in values]
        self.arithmetic.point(f"{self.name}.k", sum(keys, []))
        self.arithmetic.point(f"{self.name}.v", sum(values, []))
        for key, value, old_keys, old_values in zip(keys, values, *cache.setdefault(self.index, empty)):
            old_keys.append(key)
            for component, v in zip(old_values, value):
                component.append(v)


class FeedForward:
    """down(gelu(gate(x)) · up(x)) (GeGLU, https://arxiv.org/abs/2002.05202)"""

    def __init__(self, weights, hidden, inner):
        self.arithmetic = weights.arithmetic
        self.gate_proj = Linear(weights / "gate_proj", inner, hidden)
        self.up_proj = Linear(weights / "up_proj", inner, hidden)
        self.down_proj = Linear(weights / "down_proj", hidden, inner)

    def __call__(self, x):
        a = self.arithmetic
        return self.down_proj(a.multiply(a.gelu(self.gate_proj(x)), self.up_proj(x)))


class Router:
    """Chooses the experts of a position: [(expert, weight)], in the order of the experts."""

    def __init__(self, weights, config):
        self.arithmetic, self.active, self.factor = weights.arithmetic, config.top_k_experts, config.hidden_size**-0.5
        self.norm = Norm(weights / "norm", config.hidden_size, config.rms_norm_eps, weighted=False)
        self.scale = weights.vector("scale", config.hidden_size)
        self.proj = Linear(weights / "proj", config.num_experts, config.hidden_size)
        self.per_expert_scale = weights.vector("per_expert_scale", config.num_experts)

    def __call__(self, x):
        a = self.arithmetic
        shares = a.softmax(self.proj(a.scale(a.multiply(self.norm(x), self.scale), self.factor)))  # over all experts
        chosen = sorted(range(len(shares)), key=lambda expert: -shares[expert])[: self.active]
        total = math.fsum(shares[expert] for expert in chosen)
        weights = a.wide([shares[expert] / total for expert in chosen])
        weights = a.wide([weight * self.per_expert_scale[expert] for expert, weight in zip(chosen, weights)])
        return sorted(zip(chosen, weights))


class Experts:
    """The weighted sum of the chosen experts, each a feed-forward block whose gate and up are halves of one matrix."""

    def __init__(self, weights, config):
        self.arithmetic, self.hidden, self.inner = weights.arithmetic, config.hidden_size, config.moe_intermediate_size
        gate_up = weights.matrix("gate_up_proj", config.num_experts, 2 * self.inner, self.hidden)
        down = weights.matrix("down_proj", config.num_experts, self.hidden, self.inner)
        self.gate_up_proj, self.down_proj = split(gate_up, 2 * self.inner), split(down, self.hidden)

    def __call__(self, x, chosen):
        a, total = self.arithmetic, [0.0] * self.hidden
        for expert, weight in chosen:
            gate_up = a.linear(self.gate_up_proj[expert], x)
            inner = a.multiply(a.gelu(gate_up[: self.inner]), gate_up[self.inner :])
            total = a.add(total, a.scale(a.linear(self.down_proj[expert], inner), weight))
        return total


class Layer:
    """Attention, feed-forward (in a mixture, experts beside it) and per-layer input, each added to what came in."""

    def __init__(self, weights, config, index):
        def norm(name):
            return Norm(weights / name, config.hidden_size, config.rms_norm_eps)

        self.arithmetic, self.extra = weights.arithmetic, config.hidden_size_per_layer_input
        self.name, self.count = f"layers.{index}", config.num_experts
        self.input_layernorm, self.post_attention_layernorm = norm("input_layernorm"), norm("post_attention_layernorm")
        self.self_attn = Attention(weights / "self_attn", config, index)
        self.pre_feedforward_layernorm = norm("pre_feedforward_layernorm")
        self.post_feedforward_layernorm = norm("post_feedforward_layernorm")
        double = config.use_double_wide_mlp and self.self_attn.donor != index
        self.mlp = FeedForward(weights / "mlp", config.hidden_size, config.intermediate_size * (2 if double else 1))
        self.experts = None
        if config.enable_moe_block:
            self.router, self.experts = Router(weights / "router", config), Experts(weights / "experts", config)
            self.post_feedforward_layernorm_1 = norm("post_feedforward_layernorm_1")
            self.pre_feedforward_layernorm_2 = norm("pre_feedforward_layernorm_2")
            self.post_feedforward_layernorm_2 = norm("post_feedforward_layernorm_2")
        if self.extra:
            self.per_layer_input_gate = Linear(weights / "per_layer_input_gate", self.extra, config.hidden_size)
            self.per_layer_projection = Linear(weights / "per_layer_projection", config.hidden_size, self.extra)
            self.post_per_layer_input_norm = norm("post_per_layer_input_norm")
        (self.layer_scalar,) = weights.vector("layer_scalar", 1)

    def __call__(self, x, extra, position, turn, cache):
        """x [hidden] of one position, its per-layer input [per-layer size] or None, its rotation → [hidden]"""
        a, see = self.arithmetic, lambda part, vector: self.arithmetic.point(f"{self.name}.{part}", vector)
        y = self.self_attn(self.input_layernorm(x), position, turn, cache)
        x = see("attention", a.add(x, self.post_attention_layernorm(y)))
        y = see("mlp.output", self.mlp(self.pre_feedforward_layernorm(x)))
        if self.experts:
            chosen = self.router(x)
            see("router", [dict(chosen).get(expert, 0.0) for expert in range(self.count)])
            mixed = see("experts.output", self.experts(self.pre_feedforward_layernorm_2(x), chosen))
            y = a.add(self.post_feedforward_layernorm_1(y), self.post_feedforward_layernorm_2(mixed))
            see("experts", y)
        x = see("feed-forward", a.add(x, self.post_feedforward_layernorm(y)))
        if self.extra:
            gate = a.gelu(self.per_layer_input_gate(x))
            y = self.per_layer_projection(a.multiply(gate, see("per-layer-input.embedding", extra)))
            x = a.add(x, self.post_per_layer_input_norm(see("per-layer-input.output", y)))
            see("per-layer-input", x)
        return a.point(self.name, a.scale(x, self.layer_scalar))


class Gemma4:
    """A checkpoint in one dtype: float64, or every operation rounded to float32, bfloat16 or float16.

    Raises `Unusable` for a checkpoint that cannot be run, or with more than `most` weights to hold (None: any number).
    """

    def __init__(self, folder, dtype="float64", most=None):
        self.dtype, self.arithmetic = dtype, Arithmetic(dtype)
        checkpoint = Checkpoint(folder, self.arithmetic)
        if most and (count := checkpoint.count()) > most:
            raise Unusable(
                f"{count / 1e6:.0f} million weights take {count * 32e-9:.0f} GB and more in plain Python: use"
                f" transformers as the reference, or the option force for more than {most / 1e6:.0f} million"
            )
        config, weights = checkpoint.config, checkpoint.weights
        self.config, self.weights = config, weights
        self.layers = [Layer(weights / f"layers.{index}", config, index) for index in range(config.num_hidden_layers)]
        self.norm = Norm(weights / "norm", config.hidden_size, config.rms_norm_eps)
        self.lm_head = checkpoint.head()
        self.shapes = list(zip(config.layer_types, (layer.self_attn.size for layer in self.layers)))
        self.frequencies = {shape: inverse_frequencies(config.rope(shape[0]), shape[1]) for shape in self.shapes}
        self.embed_scale = self.constant(config.hidden_size**0.5)
        self.extra, eps = config.hidden_size_per_layer_input, config.rms_norm_eps
        if self.extra:
            width = config.num_hidden_layers * self.extra
            self.per_layer_model_projection = Linear(weights / "per_layer_model_projection", width, config.hidden_size)
            self.per_layer_projection_norm = Norm(weights / "per_layer_projection_norm", self.extra, eps)
            self.extra_scale = self.constant(self.extra**0.5)

    def constant(self, value):
        """A number that the reference keeps as a float32 tensor, whatever the dtype."""
        return self.arithmetic.round(to_float32([value]))[0]

    def forward(self, tokens, cache, wanted="all"):
        """Runs `tokens`, which follow those in `cache`, and adds them to it.

        The cache is {} at first, then {layer: (keys [head][position][size], values [head][size][position])}, of the
        layers that make their own. Values lie by component, so that mixing them, too, is a product with rows. Returns
        the logits [positions or, if `wanted` is "last", 1][vocabulary]. What else it computes, `Arithmetic.point` shows.
        """
        start = len(cache[0][0][0]) if cache else 0
        positions = range(start, start + len(tokens))
        turns = {shape: [self.arithmetic.turn(f, p) for p in positions] for shape, f in self.frequencies.items()}
        x = [self.embed(token) for token in tokens]
        extras = zip(*(self.per_layer_inputs(token, embedding) for token, embedding in zip(tokens, x)))
        for layer, shape, extra in zip(self.layers, self.shapes, extras):
            x = [layer(*one, cache) for one in zip(x, extra, positions, turns[shape])]
        return [self.unembed(one) for one in (x[-1:] if wanted == "last" else x)]

    def embed(self, token):
        """→ [hidden]"""
        row = self.weights.row("embed_tokens.weight", self.config.vocab_size, self.config.hidden_size, token)
        return self.arithmetic.point("embedding", self.arithmetic.scale(row, self.embed_scale))

    def per_layer_inputs(self, token, embedding):
        """What every layer is told of a token: its row of a second table, and a projection of its embedding.

        → [layers][per-layer size], or [layers] times None for a model without
        """
        a, config = self.arithmetic, self.config
        if not self.extra:
            return [None] * config.num_hidden_layers
        context = split(a.scale(self.per_layer_model_projection(embedding), config.hidden_size**-0.5), self.extra)
        width = config.num_hidden_layers * self.extra
        identity = self.weights.row("embed_tokens_per_layer.weight", config.vocab_size_per_layer_input, width, token)
        identity = split(a.scale(identity, self.extra_scale), self.extra)
        return [a.scale(a.add(self.per_layer_projection_norm(x), y), 2**-0.5) for x, y in zip(context, identity)]

    def unembed(self, x):
        """The logits of one position: [hidden] → [vocabulary]"""
        normed, cap = self.arithmetic.point("final-norm", self.norm(x)), self.config.final_logit_softcapping
        logits = self.arithmetic.linear(self.lm_head, normed)
        return self.arithmetic.softcap(logits, cap) if cap else logits


def inverse_frequencies(rope, size):
    """Rotary frequencies of a head of `size`, [size / 2]: 1 / theta^(2i / size), float32 constants as in the reference.

    `proportional` rotates only a part of the head: the exponents still run over all of it, the other frequencies are 0.
    Every step is the correctly rounded float32, as in PyTorch without vector units. With AVX2, PyTorch may miss it by
    one unit in the last place: for theta 1e4 and 1e6 never with sizes 32 and 64, but in 1 of 128 frequencies with 256,
    which then moves logits by up to 3e-8 of the largest.
    """
    part, factor = 1, 1
    if rope["rope_type"] == "proportional":
        part, factor = rope["partial_rotary_factor"], rope["factor"]
    exponents = to_float32([2 * i / size for i in range(int(part * size // 2))])
    (theta,) = to_float32([rope["rope_theta"]])
    powers = to_float32([theta**x for x in exponents])
    frequencies = to_float32([x / factor for x in to_float32([1 / x for x in powers])])
    return frequencies + [0.0] * (size // 2 - len(frequencies))
