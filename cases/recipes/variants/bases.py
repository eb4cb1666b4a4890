"""The bases: Gemma 4's four geometries, one to two million parameters each, trained from nothing on the task.

Every scale starts away from 1 and no size is a perfect square, so that a scale forgotten by an engine shows.
"""

import time

import torch
import transformers

from checkpoint import SEED, prepare_machine, save, write_variant
from task import collate, training_batches
from vocabulary import build_tokenizer

COMMON = {"hidden_size": 128, "num_attention_heads": 4, "head_dim": 32, "global_head_dim": 64,
          "final_logit_softcapping": 30.0, "max_position_embeddings": 1024}  # fmt: skip
GEOMETRIES = {
    "gemma-4-e4b-base": {
        "layers": "sssfsssf", "num_key_value_heads": 2, "intermediate_size": 160, "num_kv_shared_layers": 4,
        "hidden_size_per_layer_input": 24, "sliding_window": 12},
    "gemma-4-e2b-base": {
        "layers": "ssfssf", "num_key_value_heads": 1, "intermediate_size": 160, "use_double_wide_mlp": True,
        "num_kv_shared_layers": 3, "hidden_size_per_layer_input": 24, "sliding_window": 10},
    "gemma-4-31b-base": {
        "layers": "ssfssf", "num_key_value_heads": 2, "num_global_key_value_heads": 1, "attention_k_eq_v": True,
        "intermediate_size": 256, "hidden_size_per_layer_input": 0, "sliding_window": 13},
    "gemma-4-26b-a4b-base": {
        "layers": "ssfssf", "num_key_value_heads": 2, "num_global_key_value_heads": 1, "attention_k_eq_v": True,
        "intermediate_size": 96, "hidden_size_per_layer_input": 0, "sliding_window": 11,
        "enable_moe_block": True, "num_experts": 8, "top_k_experts": 3, "moe_intermediate_size": 40},
}  # fmt: skip
LAYER_TYPES = {"s": "sliding_attention", "f": "full_attention"}
SIZES = {"q_norm": 0.5, "post_attention_layernorm": 0.3, "post_feedforward_layernorm": 0.3,
         "post_per_layer_input_norm": 0.3}  # of norms, where not about 1  # fmt: skip
STEPS, SIZE, RATE, WARM_UP = 450, 64, 3e-3, 60


def text_config(vocabulary, layers, **fields):
    types = [LAYER_TYPES[letter] for letter in layers]
    size = {"vocab_size": vocabulary, "vocab_size_per_layer_input": vocabulary, "num_hidden_layers": len(types)}
    return transformers.Gemma4TextConfig(**size, layer_types=types, **{**COMMON, **fields})


def start(model):
    """Where training starts: words of the residual stream's own size, quiet layers (so it learns in a few hundred
    steps), every norm and scale off 1, and a router whose choices differ."""
    with torch.no_grad():
        model.model.embed_tokens.weight.normal_(std=model.config.hidden_size**-0.5)
        for name, tensor in model.state_dict().items():
            kind = name.removesuffix(".weight").split(".")[-1]
            if kind == "layer_scalar":
                tensor.uniform_(0.85, 1.15)
                tensor[(tensor - 1).abs() < 0.005] = 1.05  # which bfloat16 would round to 1
            elif "norm" in kind or kind in ("scale", "per_expert_scale"):
                tensor.mul_(1 + 0.15 * torch.randn_like(tensor)).mul_(SIZES.get(kind, 1))
            elif name.endswith("router.proj.weight"):
                tensor.normal_(std=0.5)


def train(model, batches, steps, rate=RATE, warm_up=WARM_UP):
    """AdamW with warm-up and a decay to zero along a cosine. Returns the curve, pairs of step and loss."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, betas=(0.9, 0.98), weight_decay=0.01)
    schedule = transformers.get_cosine_schedule_with_warmup(optimizer, warm_up, steps)
    curve = []
    model.train()
    for step, batch in enumerate(batches, 1):
        loss = model(**collate(batch), use_cache=False).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        curve.append((step, loss.item()))
        if step % 100 == 0:
            print(f"  step {step}: loss {sum(loss for _, loss in curve[-50:]) / 50:.4f}", flush=True)
    return curve


def build_base(folder):
    begun = time.monotonic()
    prepare_machine()
    tokenizer = build_tokenizer()
    model = transformers.Gemma4ForCausalLM(text_config(len(tokenizer), **GEOMETRIES[folder.name]))
    start(model)
    curve = train(model, training_batches(tokenizer, SEED, STEPS, SIZE), STEPS)
    save(folder, model, tokenizer)
    write_variant(folder, [], "transformers", curve=curve, seconds=time.monotonic() - begun)
