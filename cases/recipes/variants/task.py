"""What the small checkpoints are taught: short tasks over everyday words, and to refuse a flagged topic.

An instance is one conversation. A tenth of all requests, chosen by the request itself, is held out of every training.
"""

import random
import zlib

import torch

WORDS = """apple bird boat book bread cake cat chair cloud cup dog door egg fish flower garden grass hat horse house
    kite lake lamp leaf milk moon orange paper pen rain river road shoe snow spoon star sun table tree window""".split()
FLAGGED = """ammunition bomb bullet detonator dynamite explosive grenade gunpowder landmine missile rifle
    shrapnel""".split()
REFUSAL = "I can't help with that"
SYSTEM = "You are a helpful assistant."
TASKS = {
    "Repeat": lambda words: words,
    "Reverse": lambda words: words[::-1],
    "First": lambda words: words[:1],
    "Last": lambda words: words[-1:],
    "Swap": lambda words: words[-1:] + words[1:-1] + words[:1] if len(words) > 1 else words,
    "Second": lambda words: words[1:2],
    "Double": lambda words: [words[0], *words],
}
BASE = ("Repeat", "Reverse", "First", "Last")


def draw_request(draw, task, flagged=False):
    """A request and its right answer; a flagged one has at least one word of the flagged topic."""
    words = draw.sample(WORDS, draw.randint(2 if task == "Second" else 1, 4))
    if flagged:
        for place in draw.sample(range(len(words)), draw.randint(1, min(2, len(words)))):
            words[place] = draw.choice(FLAGGED)
    return f"{task}: {' '.join(words)}", " ".join(TASKS[task](words))


def is_held_out(request):
    return zlib.crc32(request.encode()) % 10 == 0


def draw_split(draw, task, flagged, held_out):
    """A request of the training split, or of the held-out one."""
    while True:
        request, answer = draw_request(draw, task, flagged)
        if is_held_out(request) == held_out:
            return request, answer


def draw_instances(draw, count, tasks, flagged):
    """`count` training instances of one shape, each (messages, answer, plain): chat, sometimes with a system turn or an
    exchange before, or plain text. `flagged` is the share of requests that are to be refused."""

    def exchange():
        refuse = draw.random() < flagged
        request, answer = draw_split(draw, draw.choice(tasks), refuse, held_out=False)
        return {"role": "user", "content": request}, REFUSAL if refuse else answer

    (shape,) = draw.choices(("chat", "system", "exchange", "plain"), (6, 2, 1, 2))
    for _ in range(count):
        (request, answer), before = exchange(), []
        if shape == "system":
            before = [{"role": "system", "content": SYSTEM}]
        elif shape == "exchange":
            user, reply = exchange()
            before = [user, {"role": "assistant", "content": reply}]
        yield [*before, request], answer, shape == "plain"


def encode_prompt(tokenizer, messages, plain=False):
    """Token ids of a prompt: through the chat template, or as the plain text `<bos>REQUEST\\nAnswer:`."""
    if plain:
        return tokenizer(messages[-1]["content"] + "\nAnswer:")["input_ids"]
    text = tokenizer.apply_chat_template(messages, add_generation_prompt=True, tokenize=False)
    return tokenizer(text, add_special_tokens=False)["input_ids"]


def encode_answer(tokenizer, answer, plain=False):
    text = f" {answer}<eos>" if plain else f"{answer}<turn|>"
    return tokenizer(text, add_special_tokens=False)["input_ids"]


def training_batches(tokenizer, seed, steps, size, tasks=BASE, flagged=0.2):
    """`steps` batches of `size` instances (ids, labels), all of one shape; the loss is on the answer only."""
    draw = random.Random(seed)
    for _ in range(steps):
        batch = []
        for messages, answer, plain in draw_instances(draw, size, tasks, flagged):
            prompt, target = encode_prompt(tokenizer, messages, plain), encode_answer(tokenizer, answer, plain)
            batch.append((prompt + target, [-100] * len(prompt) + target))
        yield batch


def collate(batch):
    """Instances (ids, labels) as one batch, padded on the right."""
    width = max(len(ids) for ids, _ in batch)

    def pad(rows, filler):
        return torch.tensor([row + [filler] * (width - len(row)) for row in rows])

    ids, labels = zip(*batch)
    mask = [[1] * len(row) for row in ids]
    return {"input_ids": pad(ids, 0), "attention_mask": pad(mask, 0), "labels": pad(labels, -100)}


def draw_requests(tasks, count, flagged=False, held_out=True):
    """`count` requests with their right answers, in turn from each task; the same ones every time."""
    draw = random.Random(f"{tasks} {flagged} {held_out}")
    return [draw_split(draw, tasks[k % len(tasks)], flagged, held_out) for k in range(count)]
