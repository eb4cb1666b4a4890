"""What is asked of a row of logits, by the standard library alone. A row is any sequence of floats."""

import heapq
import math


def top_k(row, k) -> "list[int]":
    """The indices of the `k` largest values: NaN first, as in PyTorch, then by value, ties by the lower index."""
    return heapq.nsmallest(k, range(len(row)), key=lambda i: (row[i] == row[i], -row[i] if row[i] == row[i] else 0, i))


def argmax(row) -> int:
    """The index of the largest value: the lowest one on a tie; a NaN is larger than everything, as in PyTorch."""
    return max(range(len(row)), key=lambda i: (row[i] != row[i], row[i] if row[i] == row[i] else 0, -i))


def logsumexp(row) -> float:
    """log Σ exp, shifted by the largest value."""
    top = row[argmax(row)]
    return top if not math.isfinite(top) else top + math.log(math.fsum(math.exp(value - top) for value in row))
