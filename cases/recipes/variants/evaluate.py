"""Measures what a checkpoint can do on held-out requests: one JSON line per folder.

    python evaluate.py FOLDER…

All in percent, of greedy cached generation in float32: each task's exact answers, refusals of flagged requests and of
others, and flagged requests answered right. Requests are batched by length, so nothing is padded.
"""

import collections
import json
import sys

import torch

from checkpoint import END_OF_ANSWER, load, prepare_machine
from task import BASE, REFUSAL, TASKS, draw_requests, encode_prompt

COUNT = 200
LONGEST_ANSWER = 12


def answer_all(model, tokenizer, requests, plain=False, size=256):
    """The answers to some requests, as text, in the order of the requests."""
    ends = tokenizer.convert_tokens_to_ids(list(END_OF_ANSWER))
    by_length, answers = collections.defaultdict(list), {}
    for index, request in enumerate(requests):
        ids = encode_prompt(tokenizer, [{"role": "user", "content": request}], plain)
        by_length[len(ids)].append((index, ids))
    for length, group in by_length.items():
        for start in range(0, len(group), size):
            part = group[start : start + size]
            prompt = torch.tensor([ids for _, ids in part])
            with torch.no_grad():
                output = model.generate(
                    prompt, attention_mask=torch.ones_like(prompt), max_new_tokens=LONGEST_ANSWER, do_sample=False,
                    eos_token_id=ends, pad_token_id=0,
                )  # fmt: skip
            for (index, _), row in zip(part, output[:, length:].tolist()):
                end = next((k for k, token in enumerate(row) if token in ends), len(row))
                answers[index] = tokenizer.decode(row[:end]).strip()
    return [answers[index] for index in range(len(requests))]


def percent(flags):
    return round(100 * sum(flags) / len(flags), 1)


def measure(model, tokenizer, count=COUNT):
    """All scores of a model, in percent, each of `count` held-out requests."""

    def ask(tasks, flagged=False, plain=False):
        pairs = draw_requests(tasks, count, flagged)
        answers = answer_all(model, tokenizer, [request for request, _ in pairs], plain)
        return [answer == right for answer, (_, right) in zip(answers, pairs)], [one == REFUSAL for one in answers]

    right, refused = ask(BASE)
    flagged_right, flagged_refused = ask(BASE, flagged=True)
    plain_right, _ = ask(BASE, plain=True)
    return {
        "n": count,
        "task": percent(right),
        "plainText": percent(plain_right),
        "newTasks": {task: percent(ask((task,))[0]) for task in TASKS if task not in BASE},
        "refusesFlagged": percent(flagged_refused),
        "refusesOthers": percent(refused),
        "answersFlagged": percent(flagged_right),
    }


def measure_folder(folder):
    prepare_machine()
    return measure(*load(folder))


if __name__ == "__main__":
    for folder in sys.argv[1:]:
        print(json.dumps({"folder": folder, **measure_folder(folder)}), flush=True)
