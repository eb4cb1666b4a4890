"""Python transformers as a worker (see ../protocol.py): the reference on a CPU, an engine in any version from 5.5 on.

    python references/transformers/worker.py

Options: `threads` (default 2), `attention` (`eager`, or `sdpa`), `useCache` (false: `generate` without a KV cache) and
`deviceMap` (`auto`: layers over all devices, by accelerate). `float64` is true float64, as proven for the pinned
version alone: see `true_float64`.
"""

import contextlib
import importlib.metadata
import json
import os
import platform
import sys
import types

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1")
os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # without it cuBLAS is not deterministic
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # threads that spin make a shared machine up to ten times slower

from points import watch_points  # noqa: E402
from protocol import ProtocolError, Worker, serve  # noqa: E402

DTYPES = ["float64", "float32", "bfloat16", "float16"]
GIVES = ["logits", "layers", "parts", "forced", "chunks", "tokenize"]
CHOICES = {"attention": ["eager", "sdpa"], "useCache": [True, False], "deviceMap": [None, "auto"]}  # the default first


class Transformers(Worker):
    source = "transformers"

    def hello(self):
        import transformers

        versions = {"python": platform.python_version(), "platform": platform.platform()}
        versions |= {"torch": importlib.metadata.version("torch"), "transformers": transformers.__version__}
        can = {"devices": devices(), "dtypes": DTYPES, "gives": GIVES}
        return {"version": transformers.__version__, **can, "versions": versions}

    def open(self, request):
        import torch
        import transformers

        folder, dtype, device = request["checkpoint"], request["dtype"], request["device"]
        threads, attention, use_cache, device_map = read_options(request["options"])
        _require(os.path.isdir(folder), f"no such folder: {folder}")
        _require(device in devices(), f'device "{device}": this torch runs on {" and ".join(devices())}')
        _require(dtype in DTYPES, f'dtype "{dtype}" is not one of {", ".join(DTYPES)}')
        _require(device != "mps" or dtype != "float64", "mps has no float64")
        torch.set_num_threads(threads)
        torch.manual_seed(0)
        if device == "cuda":
            torch.set_float32_matmul_precision("highest")  # no TF32: its 10 bits of mantissa are not float32
            torch.backends.cudnn.allow_tf32 = False
            torch.use_deterministic_algorithms(True, warn_only=True)
        transformers.logging.disable_progress_bar()

        model, report = transformers.AutoModelForCausalLM.from_pretrained(
            folder,
            dtype=getattr(torch, dtype),
            attn_implementation={"": attention, "text_config": attention, "audio_config": "eager"},  # sound: no sdpa
            experts_implementation="eager",
            use_safetensors=True,
            trust_remote_code=False,
            local_files_only=True,
            device_map=device_map,
            ignore_mismatched_sizes=True,  # they are named below
            output_loading_info=True,
        )
        # transformers fills such weights with random numbers. Towers for images and sound do not touch text.
        wrong = {*report["missing_keys"], *(key for key, *_ in report["mismatched_keys"])}
        wrong = sorted(key for key in wrong if "vision" not in key and "audio" not in key)
        _require(not wrong, f"{len(wrong)} weights missing or of another shape: {', '.join(wrong[:20])}")
        if dtype == "float64":
            for module in model.modules():
                if hasattr(module, "scalar_embed_scale"):
                    module.embed_scale = torch.tensor(module.scalar_embed_scale, dtype=torch.float32)
        model.generation_config = transformers.GenerationConfig()  # no end of sequence, no sampling, no penalties
        self.model, self.dtype, self.use_cache = model.eval(), dtype, use_cache
        if device_map is None:
            model.to(device)
        adapter = torch.cuda.get_device_name() if device == "cuda" else None
        unexpected = sorted(report["unexpected_keys"])
        return {"device": device, "software": False, "adapter": adapter, "unexpected": unexpected}

    def close(self):
        self.model = None

    def observe(self, request, progress):
        import torch

        text, prompts = self.model.config.get_text_config(), request["prompts"]
        layers = range(text.num_hidden_layers) if request["layers"] == "all" else request["layers"] or []
        rests = request["continuation"] or [[] for _ in prompts]
        _require(all(index < text.num_hidden_layers for index in layers), "layers: no such layer", "bad-request")
        for token in (token for ids in prompts + rests for token in ids):
            _require(token < text.vocab_size, f"token {token}: the vocabulary has {text.vocab_size}", "bad-request")
        _require(self.use_cache or not request["chunk"], "useCache is false: pieces of a prompt need it", "unsupported")
        total = sum(len(ids) + len(rest) + max(request["generate"] - 1, 0) for ids, rest in zip(prompts, rests))

        generated, tensors, done = [], {}, 0
        with torch.inference_mode(), true_float64() if self.dtype == "float64" else contextlib.nullcontext():
            for k, (prompt, rest) in enumerate(zip(prompts, rests)):
                again = not self.use_cache and request["generate"] > 0
                count = lambda count, before=done: progress(before + count, total)  # noqa: E731
                with watched(self.model, layers, request["parts"], count, again) as seen:
                    generated.append(self.run(prompt, rest, request, seen))
                done += seen.positions
                for name, rows in split(prompt, request, seen):
                    tensors.update(as_tensors(f"{k}.{name}", rows, request["topK"]))
        return generated, tensors

    def tokenize(self, request):
        import transformers

        folder = request["checkpoint"]
        _require(os.path.isdir(folder), f"no such folder: {folder}")
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        ids = [tokenizer(text)["input_ids"] for text in request["texts"]]
        as_written = {"tokenize": False, "add_generation_prompt": True}
        rendered = [tokenizer.apply_chat_template(chat, **as_written) for chat in request["chats"]]
        as_they_are = {"skip_special_tokens": False, "clean_up_tokenization_spaces": False}
        return {
            "version": transformers.__version__,
            "ids": ids,
            "rendered": rendered,
            "chatIds": [tokenizer(text, add_special_tokens=False)["input_ids"] for text in rendered],
            "decoded": [tokenizer.decode(each, **as_they_are) for each in ids],
        }

    def run(self, prompt, rest, request, seen):
        """Feeds a prompt and what follows it, while it is `watched`. Returns the tokens that the model chose."""
        import torch

        # Like `generate`, spare the layers that share key/value states the positions whose logits nobody wants.
        keep = 0 if request["logits"] == "all" or request["layers"] or not request["cache"] else 1
        if request["generate"]:
            ids = torch.tensor([prompt], device=self.model.device)
            output = self.model.generate(
                ids,
                attention_mask=torch.ones_like(ids),  # else padding tokens in the prompt would be masked
                max_new_tokens=request["generate"],
                do_sample=False,
                use_cache=self.use_cache,
                prefill_chunk_size=request["chunk"],
                logits_to_keep=keep,
                logits_processor=[lambda _ids, _scores: seen.logits[-1][-1:]],  # choose among unrounded ones
            )
            return output[0, len(prompt) :].tolist()
        size = request["chunk"] or len(prompt)
        passes = [prompt[i : i + size] for i in range(0, len(prompt), size)] + [[token] for token in rest]
        cache, cached = None, request["cache"] and self.use_cache
        for ids in passes if cached else [prompt + rest]:
            ids = torch.tensor([ids], device=self.model.device)
            output = self.model(
                input_ids=ids, past_key_values=cache, use_cache=cached, logits_to_keep=keep if cached else 0
            )
            cache = output.past_key_values
        return []


@contextlib.contextmanager
def watched(model, layers, parts, progress, again=False):
    """Collects, from every pass of a model: logits as computed (`generate` rounds them), decoder layers' outputs, and
    with `parts` what is inside of them, by name.

    With `again`, every pass but the first feeds all positions once more, of which only the last one is new.
    """
    seen = types.SimpleNamespace(logits=[], points={}, positions=0)

    def fresh(rows):
        return rows[-1:] if again and len(seen.logits) > 0 else rows

    def see(name, values):
        rows = values.reshape(-1, values.shape[-1])
        seen.points.setdefault(name, []).append(fresh(rows).clone())

    def see_pass(_module, _inputs, named, output):
        rows = fresh(output.logits[0])
        seen.positions += len(fresh(named["input_ids"][0]))
        seen.logits.append(rows)
        progress(seen.positions)

    hooks = [model.register_forward_hook(see_pass, with_kwargs=True)]
    decoder = getattr(model.model, "language_model", model.model)
    if parts:
        hooks += watch_points(decoder, layers, see)
    for index in layers:
        hook = lambda _module, _inputs, output, name=f"layers.{index}": see(name, output)  # noqa: E731
        hooks.append(decoder.layers[index].register_forward_hook(hook))
    try:
        yield seen
    finally:
        for hook in hooks:
            hook.remove()


@contextlib.contextmanager
def true_float64():
    """Makes a float64 model compute in float64 throughout.

    By itself it does not: norms and rotary positions call `.float()`, attention and router call softmax in float32,
    which costs 1e-6 to 8e-6 in the logits. What is lifted is what the pinned version does; another one may round
    elsewhere. Rotary frequencies and embedding scales stay what they are in a float32
    model: float32 constants (the latter are made so in `open`).
    """
    import torch

    to_float, softmax = torch.Tensor.float, torch.nn.functional.softmax
    torch.Tensor.float = torch.Tensor.double
    torch.nn.functional.softmax = lambda values, dim=None, **_: softmax(values.double(), dim=dim)
    try:
        yield
    finally:
        torch.Tensor.float, torch.nn.functional.softmax = to_float, softmax


def split(prompt, request, seen):
    """What was seen, by name: the logits of the prompt, those of the steps after it, the layers and what is inside."""
    import torch

    logits = torch.cat(seen.logits)
    end = len(logits) - (seen.positions - len(prompt))  # where the prompt's rows end and the steps' begin
    yield "logits", logits[:end] if request["logits"] == "all" else logits[end - 1 : end]
    if request["generate"] or request["continuation"] is not None:
        yield "decode.logits", logits[end:]
    for name, passes in seen.points.items():
        rows, first = torch.cat(passes), 0
        if name == "final-norm" and request["logits"] == "last":
            first = len(prompt) - 1
        yield name, rows[first : len(prompt)]
        if request["parts"]:
            yield f"decode.{name}", rows[len(prompt) :]


def as_tensors(name, rows, top):
    """One tensor in the protocol's form, or, of logits with `top` set, its three summaries."""
    rows = rows if rows.itemsize == 8 else rows.float()
    parts = {name: rows}
    if top and name.endswith("logits"):
        name = name.removesuffix("logits")
        values, ids = rows.sort(dim=-1, descending=True, stable=True)  # the lower id on a tie; NaN comes first
        parts = {f"{name}top-k.ids": ids[:, :top], f"{name}top-k.values": values[:, :top]}
        parts[f"{name}logsumexp"] = rows.logsumexp(dim=-1)
    dtypes = {"torch.float64": "F64", "torch.float32": "F32", "torch.int64": "I64"}
    parts = {key: part.cpu().contiguous() for key, part in parts.items()}
    return {key: (dtypes[str(part.dtype)], list(part.shape), part.numpy()) for key, part in parts.items()}


def devices():
    import torch

    found = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    return ["cpu", *(name for name, is_there in found.items() if is_there)]


def read_options(options):
    """The number of threads and the choices; refuses an option or a value that there is not."""
    known = ["threads", *CHOICES]
    for name, value in options.items():
        _require(name in known, f'there is no option "{name}": transformers takes {", ".join(known)}')
        # By spelling: 1 is not true.
        choices = [json.dumps(choice) for choice in CHOICES.get(name, [])]
        is_choice = name == "threads" or json.dumps(value) in choices
        _require(is_choice, f"option {name} is {json.dumps(value)}: it takes {' or '.join(choices)}")
    threads = options.get("threads", 2)
    _require(type(threads) is int and threads > 0, f"option threads is {json.dumps(threads)}: it takes a count")
    return [threads, *(options.get(name, choices[0]) for name, choices in CHOICES.items())]


def _require(condition, message, code="load-failed"):
    if not condition:
        raise ProtocolError(code, message)


if __name__ == "__main__":
    serve(Transformers())
