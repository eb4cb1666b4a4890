"""Merging by mergekit's own command, over a YAML file that stands beside this one."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

from checkpoint import write_variant

HERE = pathlib.Path(__file__).parent


def merge(folder, *sources, method):
    """Merges as `merge-METHOD.yaml` says; the names in it are those of the sources' folders. mergekit infers the
    architecture from transformers' model and the tensors' names, so it needs no definition of Gemma 4."""
    begun = time.monotonic()
    recipe = HERE / f"merge-{method}.yaml"
    shutil.rmtree(folder, ignore_errors=True)
    # Without the model card, for which mergekit asks the hub whether each folder's name is a repository.
    options = ["--no-write-model-card", "--quiet"]
    command = [pathlib.Path(sys.executable).with_name("mergekit-yaml"), recipe, folder, *options]
    with tempfile.TemporaryDirectory() as scratch:
        for source in sources:
            (pathlib.Path(scratch) / source.name).symlink_to(source)
        subprocess.run(command, cwd=scratch, env=os.environ | {"HF_HUB_OFFLINE": "1"}, check=True)
    write_variant(
        folder, sources, "mergekit", seconds=time.monotonic() - begun, method=method,
        recipe=f"cases/recipes/variants/{recipe.name}",
    )  # fmt: skip
