"""The tokenizer of all variants: Gemma's kind of BPE, on a vocabulary of its own.

Special tokens are Gemma 4's, in Gemma 4's order and spelling; then come the 256 byte tokens, single characters, and
merges trained on the words of the task, with and without a space before them. Built through transformers' own
GemmaTokenizer, which rebuilds normalizer, model and decoder by itself when it loads: so a file and the class agree.
"""

import json
import pathlib
import sys

import tokenizers
import transformers

from task import FLAGGED, REFUSAL, SYSTEM, TASKS, WORDS

FIRST = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>"]
NAMED = {
    "std_token": "<|tool>", "etd_token": "<tool|>", "stc_token": "<|tool_call>", "etc_token": "<tool_call|>",
    "str_token": "<|tool_response>", "etr_token": "<tool_response|>", "escape_token": '<|"|>',
    "think_token": "<|think|>", "soc_token": "<|channel>", "eoc_token": "<channel|>", "sot_token": "<|turn>",
    "eot_token": "<turn|>",
}  # fmt: skip
MEDIA = {
    "boi_token": "<|image>", "boa_token": "<|audio>", "image_token": "<|image|>", "audio_token": "<|audio|>",
    "eoi_token": "<image|>", "eoa_token": "<audio|>",
}  # fmt: skip
VIDEO = "<|video|>"
BYTES = [f"<0x{byte:02X}>" for byte in range(256)]
CHARACTERS = ["\n", "\t", "▁", *map(chr, range(33, 127)), *"äöüßéèñç“”’–…€"]


def corpus():
    """What merges are trained on: every word of the task, as it stands inside a line and at the start of one."""
    spoken = [*REFUSAL.split(), *SYSTEM.split(), "system", "user", "model", "Answer:"]
    for word in [*WORDS, *FLAGGED, *(f"{task}:" for task in TASKS), *spoken]:
        yield word
        yield "▁" + word


def train_merges():
    """All merges, until each word is one token; none across a word's end or its colon. Pairs (left, right)."""
    split = tokenizers.pre_tokenizers
    trained = tokenizers.Tokenizer(tokenizers.models.BPE())
    trained.pre_tokenizer = split.Split(tokenizers.Regex(r"[^\w▁]"), "isolated")
    trainer = tokenizers.trainers.BpeTrainer(vocab_size=1024, min_frequency=1, show_progress=False)
    trained.train_from_iterator(corpus(), trainer)
    return [tuple(pair) for pair in json.loads(trained.to_str())["model"]["merges"]]


def build_tokenizer():
    last = [*MEDIA.values(), VIDEO]
    pieces = [*FIRST, *NAMED.values(), "\n", *BYTES, *CHARACTERS[1:]]
    merges = train_merges()
    pieces += [left + right for left, right in merges] + last
    tokenizer = transformers.GemmaTokenizer(
        vocab={piece: index for index, piece in enumerate(pieces)},
        merges=merges,
        extra_special_tokens=[VIDEO],
        model_specific_special_tokens=NAMED | MEDIA,
        model_max_length=1024,
    )
    tokenizer._tokenizer.post_processor = tokenizers.processors.TemplateProcessing(
        single="<bos> $A", pair="<bos> $A <bos>:1 $B:1", special_tokens=[("<bos>", pieces.index("<bos>"))]
    )
    tokenizer.chat_template = pathlib.Path(__file__).with_name("chat_template.jinja").read_text()
    return tokenizer


if __name__ == "__main__":
    build_tokenizer().save_pretrained(sys.argv[1])
