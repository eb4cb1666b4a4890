"""Reading and writing the variants' folders, and what is common to all recipes: seeds, threads, loading, saving."""

import json
import platform
import re
import shutil
from importlib.metadata import version

import torch
import transformers

from weights_file import count_parameters, hash_weights

SEED = 10
END_OF_ANSWER = ("<eos>", "<turn|>")


def prepare_machine(seed=SEED):
    """The same numbers again: one seed, one thread (two gain next to nothing at this size), deterministic kernels."""
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    transformers.set_seed(seed)


def load(folder):
    """A checkpoint's model in float32, and its tokenizer."""
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    return model.eval(), transformers.AutoTokenizer.from_pretrained(folder)


def save(folder, model, tokenizer):
    """Writes a checkpoint as transformers itself writes it, in bfloat16, with what a chat needs."""
    shutil.rmtree(folder, ignore_errors=True)
    model.generation_config = transformers.GenerationConfig(
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.convert_tokens_to_ids(list(END_OF_ANSWER)),
        pad_token_id=tokenizer.pad_token_id,
    )
    model.to(torch.bfloat16).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def thin(curve, points=20):
    """About `points` (step, loss) pairs of a training curve, the last one among them."""
    stride = max(1, len(curve) // points)
    return [[step, round(loss, 4)] for step, loss in curve[stride - 1 :: stride]]


def write_variant(folder, sources, tool, *, curve=None, seconds, **facts):
    """Writes variant.json. `sources` are the folders it was made from; `tool` is a package, whose version is kept."""
    variant = {
        "name": folder.name,
        "madeFrom": [{"name": source.name, "sha256": hash_weights(source)} for source in sources],
        "tool": {"name": tool, "version": version(tool)},
        "versions": {
            "python": platform.python_version(),
            "torch": version("torch"),
            "transformers": version("transformers"),
        },
        "command": f"cases/recipes/variants/build.sh {folder.name}",
        "seed": SEED,
        "parameters": count_parameters(folder),
        "sha256": hash_weights(folder),
        "seconds": round(seconds),
        "curve": curve and thin(curve),
        "finalLoss": curve and round(sum(loss for _, loss in curve[-20:]) / len(curve[-20:]), 5),
        **facts,
    }
    write_json(folder / "variant.json", variant)


def write_json(file, content):
    partial = file.with_suffix(".partial")
    text = json.dumps(content, indent=2, ensure_ascii=False)
    pairs_on_one_line = re.sub(r"\[\s+([\d.e-]+),\s+([\d.e-]+)\s+\]", r"[\1, \2]", text)
    partial.write_text(pairs_on_one_line + "\n")
    partial.rename(file)
