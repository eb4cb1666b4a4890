"""Tensors of the protocol made of NumPy arrays, for workers whose engine brings NumPy along."""

import numpy


def as_tensors(name, values, top):
    """Rows of float32 as one tensor in the protocol's form; of logits, with `top` set, their three summaries.

    As `top_k` in ./rows.py the lower id comes first on a tie, and NaN before all.
    """
    parts = {name: ("F32", values)}
    if top and name.endswith("logits"):
        name = name.removesuffix("logits")
        ids = numpy.lexsort((-values, ~numpy.isnan(values)))[:, :top]
        parts = {f"{name}top-k.ids": ("I64", ids.astype(numpy.int64))}
        parts[f"{name}top-k.values"] = ("F32", numpy.take_along_axis(values, ids, axis=-1))
        parts[f"{name}logsumexp"] = ("F32", logsumexp(values))
    return {key: (dtype, list(part.shape), numpy.ascontiguousarray(part)) for key, (dtype, part) in parts.items()}


def logsumexp(values):
    """log Σ exp of each row, summed in float64."""
    rows = values.astype(numpy.float64)
    top = rows.max(axis=-1, initial=-numpy.inf)
    shift = numpy.where(numpy.isfinite(top), top, 0)
    with numpy.errstate(all="ignore"):
        return (shift + numpy.log(numpy.exp(rows - shift[:, None]).sum(axis=-1))).astype(numpy.float32)
