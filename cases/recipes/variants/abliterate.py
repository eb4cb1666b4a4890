"""Abliteration by the published method: Arditi et al., "Refusal in language models is mediated by a single direction"
(2024), and by a packaged tool, ablate-llm.

The direction is the difference of the mean residual streams, at the last prompt token, of flagged and of other
requests. It is projected out of every matrix that writes to the residual stream, so the model cannot write it any more.
"""

import contextlib
import copy
import time

import torch

from checkpoint import load, prepare_machine, save, write_variant
from evaluate import answer_all, measure, percent
from task import BASE, REFUSAL, draw_requests, encode_prompt

COUNT = 200
WRITERS = ("self_attn.o_proj", "mlp.down_proj", "per_layer_projection")
TRAINING = {"held_out": False}


def requests(flagged, count=COUNT):
    """Requests of the training split: nothing is chosen on what is measured."""
    return draw_requests(BASE, count, flagged, **TRAINING)


def mean_residuals(model, tokenizer, prompts):
    """The mean residual stream at the last prompt token, before layer 0 and after each layer but the last (whose output
    transformers gives only after the final norm): [layers, hidden]."""
    total = 0
    for prompt, _ in prompts:
        ids = torch.tensor([encode_prompt(tokenizer, [{"role": "user", "content": prompt}])])
        with torch.no_grad():
            states = model(ids, output_hidden_states=True, use_cache=False).hidden_states
        total = total + torch.stack([state[0, -1] for state in states[:-1]])
    return total / len(prompts)


def project_out(model, direction):
    """Takes a unit direction out of all that is written to the residual stream: of the table's rows and of the writers'
    columns."""
    with torch.no_grad():
        table = model.model.embed_tokens.weight
        table -= torch.outer(table @ direction, direction)
        for name, layer in model.named_modules():
            if name.endswith(WRITERS):
                layer.weight -= torch.outer(direction, direction @ layer.weight)


def abliterate(folder, source):
    """Chooses the layer whose direction, projected out, leaves the fewest refusals and keeps the tasks."""
    begun = time.monotonic()
    prepare_machine()
    model, tokenizer = load(source)
    before = measure(model, tokenizer)
    difference = mean_residuals(model, tokenizer, requests(True)) - mean_residuals(model, tokenizer, requests(False))
    norms = difference.norm(dim=1)
    tried = []
    for layer in range(1, len(difference)):
        candidate = copy.deepcopy(model)
        project_out(candidate, difference[layer] / norms[layer])
        refusals = percent([one == REFUSAL for one in answers(candidate, tokenizer, True)])
        right = [one == pair[1] for one, pair in zip(answers(candidate, tokenizer, False), requests(False))]
        tried.append({"afterLayer": layer - 1, "norm": round(float(norms[layer]), 3), "refuses": refusals,
                      "task": percent(right)})  # fmt: skip
    best = min(tried, key=lambda one: one["refuses"] + max(0.0, before["task"] - one["task"]))
    chosen = best["afterLayer"] + 1
    project_out(model, difference[chosen] / norms[chosen])
    save(folder, model, tokenizer)
    write_variant(
        folder, [source], "transformers", seconds=time.monotonic() - begun, method="difference of means, projected out",
        before=before, direction=best, directionsTried=tried, writers=["embed_tokens", *WRITERS],
    )  # fmt: skip


def answers(model, tokenizer, flagged):
    return answer_all(model, tokenizer, [request for request, _ in requests(flagged)])


def abliterate_with_tool(folder, source):
    """The same by ablate-llm, which takes embed_tokens, o_proj and down_proj for the writers, at the layer that its own
    objective likes best."""
    import ablate

    begun = time.monotonic()
    prepare_machine()
    before = measure(*load(source))
    flagged, others = ([request for request, _ in requests(kind)] for kind in (True, False))
    with contextlib.chdir(source.parent):  # the tool records the name it was given: a name, not a path of this machine
        ablator = ablate.Ablator(source.name, device="cpu", dtype="float32")
        ablator.extract(harmful=flagged, harmless=others)
        candidates = [ablate.AblationConfig(direction_layer=layer) for layer in range(1, ablator.lm.n_layers)]
        scores = [ablator.evaluate(one, flagged[:48], others[:48], max_new_tokens=12) for one in candidates]
    best = min(range(len(scores)), key=lambda index: scores[index].objective)
    ablator.best_config = candidates[best]
    ablator.bake()
    ablator.lm.model.to(torch.bfloat16)
    ablator.save(str(folder))
    score = scores[best]
    write_variant(
        folder, [source], "ablate-llm", seconds=time.monotonic() - begun, before=before,
        method="Ablator: extract, evaluate, bake, save",
        direction={"afterLayer": candidates[best].direction_layer - 1, "norm": None},
        ownEstimate={"refusalRate": round(score.refusal_rate, 3), "meanKl": round(score.mean_kl, 4)},
    )  # fmt: skip
