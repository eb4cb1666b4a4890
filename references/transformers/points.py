"""What a decoder computes on its way, seen by hooks on its modules. Names and shapes: docs/worker-protocol.md.

Queries and keys after their rotary embedding are no module's input or output, and are not given.
"""

import types


def watch_points(decoder, layers, see):
    """Has every pass of `decoder` call `see(name, rows)`, rows [positions, width]. Returns the hooks, to be removed."""
    hooks = [
        before(decoder.layers[0], lambda x, *_: see("embedding", x)),
        behind(decoder.norm, lambda x: see("final-norm", x)),
    ]
    for index in layers:
        hooks += watch_layer(decoder.layers[index], lambda part, x, index=index: see(f"layers.{index}.{part}", x))
    return hooks


def watch_layer(layer, see):
    """A layer's sums are taken from the module behind, or, where there is none, added once more from their two terms."""
    attention, held = layer.self_attn, types.SimpleNamespace()

    def hold(x):
        held.residual = x
        return x

    # A hook's own result would take the place of the module's, so that `see` gives none.
    hooks = [
        before(attention.o_proj, lambda x: see("attention.heads", x)),
        behind(attention.o_proj, lambda x: see("attention.output", x)),
        before(layer.pre_feedforward_layernorm, lambda x: see("attention", hold(x))),
        behind(layer.mlp, lambda x: see("mlp.output", x)),
    ]
    if hasattr(attention, "v_norm"):
        hooks.append(behind(attention.v_norm, lambda x: see("attention.v", x.flatten(-2))))
    if hasattr(layer, "router"):
        hooks += [
            behind(layer.router, lambda chosen: see("router", shares(*chosen))),
            behind(layer.experts, lambda x: see("experts.output", x)),
            before(layer.post_feedforward_layernorm, lambda x: see("experts", x)),
        ]
    if not hasattr(layer, "per_layer_projection"):
        hooks.append(behind(layer.post_feedforward_layernorm, lambda x: see("feed-forward", held.residual + x)))
        return hooks
    return hooks + [
        before(layer, lambda _x, extra, *_: see("per-layer-input.embedding", extra)),
        before(layer.per_layer_input_gate, lambda x: see("feed-forward", hold(x))),
        behind(layer.per_layer_projection, lambda x: see("per-layer-input.output", x)),
        behind(layer.post_per_layer_input_norm, lambda x: see("per-layer-input", held.residual + x)),
    ]


def shares(probabilities, weights, experts):
    """Each expert's share in each position's result: those of the chosen ones, 0 for all others."""
    return probabilities.new_zeros(probabilities.shape, dtype=weights.dtype).scatter(-1, experts, weights)


def before(module, look):
    """Calls `look` with the arguments of every call of the module, without the named ones."""
    return module.register_forward_pre_hook(lambda _module, given: look(*given))


def behind(module, look):
    return module.register_forward_hook(lambda _module, _given, result: look(result))
