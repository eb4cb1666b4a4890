"""An engine as a worker, to copy: replace `load`, `forward` and what `serve_decoder` is told.

Here the engine is the package's own oracle, Gemma 4 in plain Python. `npx parity check-worker python3 worker.py` checks it.
"""

import sys
from pathlib import Path

folders = Path(__file__).resolve().parents
roots = [root for folder in folders for root in (folder / "node_modules/transformers-parity", folder)]
references = next(root / "references" for root in roots if (root / "references/decoder.py").exists())
sys.path[:0] = [str(references), str(references / "oracle")]

from decoder import serve_decoder  # noqa: E402
from gemma4 import Gemma4  # noqa: E402


def load(checkpoint, dtype, **_):
    """The model of a folder in Hugging Face layout; what it raises is the answer, and is quoted in the verdict."""
    return Gemma4(checkpoint, dtype)


def forward(model, tokens, cache):
    """The logits behind each of `tokens`, which follow those in `cache`, a dict that starts empty and is added to."""
    return model.forward(tokens, cache)


serve_decoder("my-engine", "1.0.0", load, forward, devices=["cpu"], dtypes=["float32", "float64"])
