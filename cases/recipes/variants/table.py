"""Writes docs/variants.md from the variants' own files, variant.json and the headers of their weights, and from the
recordings of their cases.

    python cases/recipes/variants/table.py [--check]

Standard library only. --check writes nothing and exits with 1 if the page would change.
"""

import json
import pathlib
import re
import sys
import textwrap

from weights_file import count_parameters, hash_weights, read_header, read_layout

ROOT = pathlib.Path(__file__).resolve().parents[3]
CHECKPOINTS = ROOT / "cases" / "checkpoints"
PAGE = ROOT / "docs" / "variants.md"
RECORDINGS = ROOT / "references" / "recorded" / "gemma4"
PROSE = pathlib.Path(__file__).with_name("page.md")
COLUMNS = ("variant", "made from", "tool", "parameters", "training loss", "task", "new task", "refuses flagged",
           "layout", "dtype", "weights")  # fmt: skip


def read_variants():
    """Every committed variant: (folder, variant.json), a base before what was made from it."""
    found = {file.parent: json.loads(file.read_text()) for file in sorted(CHECKPOINTS.glob("*/variant.json"))}
    return sorted(found.items(), key=lambda item: (item[0].name.split("-")[2], depth(item[1], found), item[0].name))


def depth(variant, found):
    parents = [other for other in found.values() for source in variant["madeFrom"] if source["name"] == other["name"]]
    return 1 + max((depth(parent, found) for parent in parents), default=0)


def describe(folder, variant):
    """One row. What the file itself tells is read from the file; its hash must be the one that variant.json states."""
    weights = hash_weights(folder)
    if weights != variant["sha256"]:
        sys.exit(f"{folder.name}: model.safetensors is not the file that variant.json describes; build it again")
    scores, task = variant["scores"], variant.get("newTask")
    dtypes = {tensor["dtype"] for tensor in read_header(folder).values()}
    loss = variant["finalLoss"]
    return (
        f"`{folder.name}`",
        ", ".join(f"`{source['name'].removeprefix('gemma-4-')}`" for source in variant["madeFrom"]) or "nothing",
        f"{variant['tool']['name']} {variant['tool']['version']}",
        f"{count_parameters(folder):,}",
        "" if loss is None else f"{loss:.4f}",
        f"{scores['task']} %",
        f"{task} {scores['newTasks'][task]} %" if task else new_tasks(scores),
        f"{scores['refusesFlagged']} %",
        read_layout(folder),
        ", ".join(sorted(dtypes)),
        f"`{weights[:12]}`",
    )


def describe_cases(variants):
    """A row for each case: variant, layout, files, their hashes, and what transformers errs by in float32."""
    for folder, _ in variants:
        name = folder.name.removeprefix("gemma-4-")
        for file in sorted((RECORDINGS / name).glob("*/trace.json")):
            trace = json.loads(file.read_text())
            weights = trace["checkpoint"]["weights"]
            yield (
                f"`{name}/{file.parent.name}`",
                str(len(weights)),
                " ".join(f"`{digest[:12]}`" for digest in weights.values()),
                f"{trace['dtypes']['float32']['error']['rms']:.1e}",
            )


def new_tasks(scores):
    """For a merge or an abliteration: those tasks beyond the base's that it can do at least in part."""
    return ", ".join(f"{task} {right} %" for task, right in scores["newTasks"].items() if right >= 20)


def format_table(columns, rows):
    """A Markdown table, padded as prettier pads it."""
    widths = [max(map(len, column)) for column in zip(columns, *rows)]
    lines = [columns, tuple("-" * width for width in widths), *rows]
    return "\n".join("| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |" for line in lines)


def write_page():
    variants = read_variants()
    by_name = {variant["name"].removeprefix("gemma-4-"): variant for _, variant in variants}
    rows = [describe(folder, variant) for folder, variant in variants]

    def look_up(match):
        """`{NAME/path/to/value}` in the prose: a value of that variant's variant.json."""
        value = by_name
        for step in match[1].split("/"):
            value = value[step]
        return str(value)

    prose = re.sub(r"\{([\w.-]+(?:/[\w.-]+)+)\}", look_up, PROSE.read_text())
    return "\n\n".join(map(refill, prose.split("\n\n"))).replace(
        "{table}", format_table(COLUMNS, rows)
    ).replace("{cases}", format_table(("case", "files", "weights", "float32 errs by"), list(describe_cases(variants))))


def refill(block):
    """A paragraph or a list, its lines filled anew; headings and code as they are."""
    if block.startswith(("#", "```")):
        return block
    items = [" ".join(item.split()) for item in re.split(r"\n(?=- )", block)]
    indents = ["  " if item.startswith("- ") else "" for item in items]
    return "\n".join(
        textwrap.fill(item, 120, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False)
        for item, indent in zip(items, indents)
    ) + ("\n" if block.endswith("\n") else "")


if __name__ == "__main__":
    page = write_page()
    if "--check" in sys.argv[1:]:
        if not PAGE.is_file() or PAGE.read_text() != page:
            sys.exit("docs/variants.md is not what the variants say: run python cases/recipes/variants/table.py")
    else:
        PAGE.write_text(page)
