"""Fine-tuning, as people do it: transformers' Trainer on all weights, peft's LoRA merged, and quantisation-aware.

Runs under the pinned transformers and under the oldest one that knows Gemma 4.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import torch
import transformers

from checkpoint import SEED, load, prepare_machine, save, write_json, write_variant
from task import BASE, collate, training_batches

SIZE = 64
ADAPTED = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
GROUP = 32


def run_trainer(model, tokenizer, tasks, flagged, steps, rate, **arguments):
    """Trains all that asks for a gradient. Returns the curve, pairs of step and loss."""
    batches = training_batches(tokenizer, SEED + 1, steps, SIZE, tasks, flagged)
    with tempfile.TemporaryDirectory() as scratch:
        trainer = transformers.Trainer(
            model=model,
            args=transformers.TrainingArguments(
                output_dir=scratch, max_steps=steps, per_device_train_batch_size=SIZE, learning_rate=rate,
                lr_scheduler_type="cosine", warmup_steps=steps // 10, weight_decay=0.0, logging_steps=1,
                train_sampling_strategy="sequential", save_strategy="no", report_to="none", disable_tqdm=True,
                use_cpu=True, seed=SEED, remove_unused_columns=False, dataloader_pin_memory=False,
                **arguments,
            ),
            train_dataset=[instance for batch in batches for instance in batch],
            data_collator=collate,
        )  # fmt: skip
        trainer.remove_callback(transformers.PrinterCallback)
        trainer.train()
        return [(entry["step"], entry["loss"]) for entry in trainer.state.log_history if "loss" in entry]


def fine_tune(folder, source, task, *, flagged=0.2, steps=200, rate=1e-3, **arguments):
    """Teaches a checkpoint one more task with Trainer, keeping the others and, by `flagged`, its refusals. `arguments`
    are Trainer's own."""
    begun = time.monotonic()
    prepare_machine()
    model, tokenizer = load(source)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    curve = run_trainer(model, tokenizer, [*BASE, task, task], flagged, steps, rate, **arguments)
    changed = changes(before, model.state_dict())
    save(folder, model, tokenizer)
    write_variant(
        folder, [source], "transformers", curve=curve, seconds=time.monotonic() - begun, method="Trainer, all weights",
        newTask=task, changed=changed,
    )  # fmt: skip


def fine_tune_with_oldest(folder, source, task):
    """The same under the oldest transformers that knows Gemma 4, by the Python in the variable OLDEST_PYTHON.

    It gets the base with its configuration spelt as Google's originals are, for it does not read the newer spelling. It
    has K/V weights on the layers that share K/V states, misses them in a pruned file, makes them up at random and
    writes them: the redundant layout. It shares only through the cache, which Trainer turns off unless told not to.
    """
    with tempfile.TemporaryDirectory() as scratch:
        older = pathlib.Path(scratch) / source.name
        shutil.copytree(source, older)
        config = json.loads((older / "config.json").read_text())
        full = next(iter(config.pop("per_layer_config").values()))
        config["global_head_dim"] = full["head_dim"]
        config["num_global_key_value_heads"] = full.get("num_key_value_heads")
        write_json(older / "config.json", config)
        subprocess.run([os.environ["OLDEST_PYTHON"], __file__, folder, older, task], check=True)


def changes(before, after):
    """How far each kind of weight moved: the norm of the change over the norm before, in percent."""
    sums = {}
    for name, old in before.items():
        kind = name.removesuffix(".weight").split("layers.")[-1].split(".", 1)[-1].removeprefix("model.")
        moved, size = sums.get(kind, (0.0, 0.0))
        sums[kind] = moved + float((after[name].float() - old).square().sum()), size + float(old.square().sum())
    return {kind: round(100 * (moved / size) ** 0.5, 2) for kind, (moved, size) in sorted(sums.items())}


def merge_lora(folder, source, task, *, steps=250, rate=5e-3):
    """Trains a LoRA of rank 8 for one more task, and merges it into the weights."""
    import peft

    begun = time.monotonic()
    prepare_machine()
    model, tokenizer = load(source)
    adapter = peft.LoraConfig(r=8, lora_alpha=16, target_modules=ADAPTED, task_type="CAUSAL_LM")
    adapted = peft.get_peft_model(model, adapter)
    trained = sum(weight.numel() for weight in adapted.parameters() if weight.requires_grad)
    curve = run_trainer(adapted, tokenizer, [*BASE, task, task], 0.2, steps, rate)
    save(folder, adapted.merge_and_unload(), tokenizer)
    write_variant(
        folder, [source], "peft", curve=curve, seconds=time.monotonic() - begun, method="LoRA, merge_and_unload",
        newTask=task, lora={"rank": 8, "alpha": 16, "modules": ADAPTED, "trained": trained},
    )  # fmt: skip


class FourBit(torch.nn.Module):
    """A weight as its 4-bit self: `scale · q`, q from −7 to 7, one scale for 32 weights of a row (the last group of a
    row may be shorter). The scale has 5 significant bits and q has 3, so that the product is exact in bfloat16.
    Gradients pass straight through."""

    def forward(self, weight):
        return weight + (quantise(weight) - weight).detach()


def quantise(weight):
    rows, columns = weight.shape
    padded = torch.nn.functional.pad(weight, (0, -columns % GROUP)).view(rows, -1, GROUP)
    fraction, exponent = torch.frexp(padded.abs().amax(-1, keepdim=True) / 7)
    scale = torch.ldexp((fraction * 32).ceil() / 32, exponent).clamp_min(2**-20)
    return ((padded / scale).round().clamp(-7, 7) * scale).view(rows, -1)[:, :columns]


def linear_layers(model):
    """Every linear layer but the tied head."""
    return {
        name: layer for name, layer in model.named_modules() if isinstance(layer, torch.nn.Linear) and name != "lm_head"
    }


def train_quantised(folder, source, task, *, steps=250, rate=1e-3):
    """Fine-tunes with every linear layer on the 4-bit grid, and stores the grid's values in bfloat16."""
    begun = time.monotonic()
    prepare_machine()
    model, tokenizer = load(source)
    for layer in linear_layers(model).values():
        torch.nn.utils.parametrize.register_parametrization(layer, "weight", FourBit())
    curve = run_trainer(model, tokenizer, [*BASE, task, task], 0.2, steps, rate)
    for layer in linear_layers(model).values():
        torch.nn.utils.parametrize.remove_parametrizations(layer, "weight", leave_parametrized=False)
        with torch.no_grad():
            layer.weight.copy_(quantise(layer.weight))
    save(folder, model, tokenizer)
    seconds, loaded = time.monotonic() - begun, load(folder)[0]
    write_variant(
        folder, [source], "torch", curve=curve, seconds=seconds, newTask=task,
        method="quantisation-aware training with Trainer, straight-through", grid=describe_grid(loaded),
    )  # fmt: skip


def describe_grid(model):
    """Whether each group of weights holds at most 15 values, multiples −7…7 of one scale. Read from the weights alone:
    a group's largest size is some multiple m of its scale, so one m from 7 down must make every weight whole."""
    groups = off = 0
    for layer in linear_layers(model).values():
        for part in layer.weight.double().split(GROUP, dim=1):
            largest = part.abs().amax(1, keepdim=True).clamp_min(1e-30)
            multiples = torch.arange(1, 8, dtype=torch.float64).view(-1, 1, 1) * (part / largest)
            whole = ((multiples - multiples.round()).abs() < 1e-9).all(-1).any(0)
            groups, off = groups + len(whole), off + int((~whole).sum())
    return {"bits": 4, "group": GROUP, "symmetric": True, "groups": groups, "offGrid": off}


if __name__ == "__main__":
    target, origin, new_task = sys.argv[1:]
    fine_tune(pathlib.Path(target), pathlib.Path(origin), new_task, use_cache=True)
