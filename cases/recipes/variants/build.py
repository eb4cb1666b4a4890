"""Builds the variants: small Gemma 4 checkpoints that speak, and what people's tools make of them.

    build.sh [--out DIR] [--check] [NAME…]

Without names all of them, in order of dependence. --check builds into a temporary folder and compares with what is
committed: the same bytes, or, where another machine's training rounds otherwise, the same measured criteria; it says
which.
"""

import argparse
import json
import pathlib
import shutil
import sys
import tempfile

from abliterate import abliterate, abliterate_with_tool
from bases import build_base
from checkpoint import write_json
from criteria import unmet
from evaluate import measure_folder
from fine_tune import fine_tune, fine_tune_with_oldest, merge_lora, train_quantised
from merge import merge
from weights_file import hash_file

COMMITTED = pathlib.Path(__file__).resolve().parents[2] / "checkpoints"
E4B = "gemma-4-e4b-base"
MERGED = ["gemma-4-e4b-fine-tuned", "gemma-4-e4b-lora-merged"]
# name: (recipe, the checkpoints it starts from, options)
RECIPES = {
    E4B: (build_base, [], {}),
    "gemma-4-e4b-fine-tuned": (fine_tune, [E4B], {"task": "Swap"}),
    "gemma-4-e4b-lora-merged": (merge_lora, [E4B], {"task": "Second"}),
    "gemma-4-e4b-merged-linear": (merge, MERGED, {"method": "linear"}),
    "gemma-4-e4b-merged-slerp": (merge, MERGED, {"method": "slerp"}),
    "gemma-4-e4b-abliterated": (abliterate, ["gemma-4-e4b-fine-tuned"], {}),
    "gemma-4-e4b-abliterated-ablate-llm": (abliterate_with_tool, ["gemma-4-e4b-fine-tuned"], {}),
    "gemma-4-e4b-abliterated-fine-tuned": (fine_tune, ["gemma-4-e4b-abliterated"], {"task": "Double", "flagged": 0.0}),
    "gemma-4-e4b-qat": (train_quantised, [E4B], {"task": "Swap"}),
    "gemma-4-e2b-base": (build_base, [], {}),
    "gemma-4-e2b-fine-tuned-5.5": (fine_tune_with_oldest, ["gemma-4-e2b-base"], {"task": "Swap"}),
    "gemma-4-31b-base": (build_base, [], {}),
    "gemma-4-31b-fine-tuned": (fine_tune, ["gemma-4-31b-base"], {"task": "Swap"}),
    "gemma-4-26b-a4b-base": (build_base, [], {}),
    "gemma-4-26b-a4b-fine-tuned": (fine_tune, ["gemma-4-26b-a4b-base"], {"task": "Swap"}),
}
INTERMEDIATE = ("gemma-4-31b-base", "gemma-4-26b-a4b-base")  # only started from: kept in the work folder


def build(folder, sources):
    """Builds one variant, measures it, and puts it in its place if it does what it is for."""
    recipe, _, options = RECIPES[folder.name]
    print(f"{folder.name}: {recipe.__name__}", flush=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".") as scratch:
        built = pathlib.Path(scratch) / folder.name
        recipe(built, *sources, **options)
        variant = json.loads((built / "variant.json").read_text())
        variant["scores"] = measure_folder(built)
        write_json(built / "variant.json", variant)
        print(f"  {json.dumps(variant['scores'])}", flush=True)
        if faults := unmet(variant):
            sys.exit(f"{folder.name} falls short: {'; '.join(faults)}")
        shutil.rmtree(folder, ignore_errors=True)
        built.rename(folder)


def add_missing(names, find):
    """The names in order of dependence, with those of checkpoints that they start from and that are not there yet."""
    wanted = set(names)
    for name in reversed(RECIPES):
        if name in wanted:
            wanted |= {source for source in RECIPES[name][1] if not find(source).is_dir()}
    return [name for name in RECIPES if name in wanted]


def compare(folder):
    """How a rebuilt checkpoint relates to the committed one. It has met the criteria, or `build` had stopped."""
    committed = COMMITTED / folder.name
    names = {file.name for place in (folder, committed) for file in place.iterdir()} - {"variant.json"}
    differing = sorted(
        name
        for name in names
        if not all((place / name).is_file() for place in (folder, committed))
        or hash_file(folder / name) != hash_file(committed / name)
    )
    if differing in ([], ["model.safetensors"]):
        return "same criteria, other weights" if differing else "bit-exact"
    return f"DIFFERS in {', '.join(differing)}"


def main():
    parser = argparse.ArgumentParser(prog="build.sh", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(RECIPES)}")
    parser.add_argument("--out", type=pathlib.Path, default=COMMITTED)
    parser.add_argument("--work", type=pathlib.Path, required=True, help="where bases that are not committed go")
    parser.add_argument("--check", action="store_true", help="build elsewhere and compare with what is committed")
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - set(RECIPES):
        parser.error(f"no variant is called {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory() as scratch:
        out, work = (
            pathlib.Path(scratch) if arguments.check else folder.resolve() for folder in (arguments.out, arguments.work)
        )

        def place(name):
            return (work if name in INTERMEDIATE else out) / name

        def find(name):
            return place(name) if place(name).is_dir() or name in INTERMEDIATE else COMMITTED / name

        results = {}
        for name in add_missing(arguments.names or RECIPES, find):
            build(place(name), [find(source) for source in RECIPES[name][1]])
            if name not in INTERMEDIATE:
                results[name] = compare(place(name)) if arguments.check else "built"
    print("\n".join(f"{name}: {result}" for name, result in results.items()))
    sys.exit(any(result.startswith("DIFFERS") for result in results.values()))


if __name__ == "__main__":
    main()
