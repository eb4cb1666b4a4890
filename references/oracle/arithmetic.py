"""The operations of the model on vectors (lists of floats), every result rounded to one dtype."""

import math
import struct
from array import array
from operator import add, mul

try:
    from math import sumprod
except ImportError:  # Python 3.11

    def sumprod(p, q):
        try:
            return math.fsum(map(mul, p, q))
        except (OverflowError, ValueError):  # infinities
            return sum(map(mul, p, q))


def to_float64(x):
    return x


def to_float32(x):
    return array("f", x).tolist()


def to_bfloat16(x):
    """The upper half of a float32, rounded to nearest, ties to even; infinities and NaN stay what they are."""
    bits = array("I", array("f", x).tobytes())
    special = 0x7F800000
    bits = [b if b & special == special else b + 0x7FFF + (b >> 16 & 1) & 0xFFFF0000 for b in bits]
    return array("f", array("I", bits).tobytes()).tolist()


def to_float16(x):
    try:
        return list(struct.unpack(f"{len(x)}e", struct.pack(f"{len(x)}e", *x)))
    except OverflowError:  # struct refuses what a tensor turns into an infinity
        return [math.copysign(math.inf, v) if 65520 <= abs(v) else to_float16([v])[0] for v in x]


ROUND = {"float64": to_float64, "float32": to_float32, "bfloat16": to_bfloat16, "float16": to_float16}


class Arithmetic:
    """Operations on vectors. `round` is applied to every result.

    Where transformers computes in float32 whatever the dtype (in norms, softmax, rotary angles, weights of experts),
    the steps in between are rounded with `wide`. In a float64 run neither rounds anything.
    """

    def __init__(self, dtype):
        self.seen = None  # {name: [vector of every position]} of what `point` is given, while somebody looks
        self.round = ROUND[dtype]
        self.wide = to_float64 if dtype == "float64" else to_float32

    def point(self, name, x):
        """x, which can be looked at under this name (docs/worker-protocol.md lists the names)."""
        if self.seen is not None:
            self.seen.setdefault(name, []).append(x)
        return x

    def add(self, x, y):
        return self.round(list(map(add, x, y)))

    def multiply(self, x, y):
        return self.round(list(map(mul, x, y)))

    def scale(self, x, factor):
        return self.round([v * factor for v in x])

    def linear(self, weight, x, bias=None):
        """weight [outputs, inputs], x [inputs], bias [outputs] → [outputs]"""
        y = [sumprod(row, x) for row in weight]
        return self.round(y if bias is None else list(map(add, y, bias)))

    def norm(self, x, weight, eps):
        """RMSNorm (https://arxiv.org/abs/1910.07467): x · (mean(x²) + eps)^-½ · weight; the weight is w, not 1 + w"""
        (scale,) = self.wide([(sumprod(x, x) / len(x) + eps) ** -0.5])
        x = self.wide([v * scale for v in x])
        return self.round(x) if weight is None else self.multiply(x, weight)

    def softmax(self, x):
        """Shifted by the largest value. Rounded with `wide` only: what follows decides about more."""
        top = max(x)
        x = self.wide([math.exp(v - top) for v in x])
        total = math.fsum(x)
        return self.wide([v / total for v in x])

    def gelu(self, x):
        """The tanh approximation (https://arxiv.org/abs/1606.08415), `gelu_pytorch_tanh`."""
        root = math.sqrt(2 / math.pi)
        return self.round([0.5 * v * (1 + math.tanh(root * (v + 0.044715 * (v * v * v)))) for v in x])

    def softcap(self, x, cap):
        """cap · tanh(x / cap)"""
        x = self.round([v / cap for v in x])
        return self.scale(self.round(list(map(math.tanh, x))), cap)

    def turn(self, frequencies, position):
        """The cosines and sines of one position, each [head size], for `rotate`."""
        angles = self.wide([position * f for f in frequencies])
        return self.round(list(map(math.cos, angles))) * 2, self.round(list(map(math.sin, angles))) * 2

    def rotate(self, x, turn):
        """Rotary embedding of one head; its pairs are i and i + half (https://arxiv.org/abs/2104.09864)."""
        cosines, sines = turn
        half = len(x) // 2
        across = [-v for v in x[half:]] + x[:half]
        return self.add(self.multiply(x, cosines), self.multiply(across, sines))


def split(x, size):
    """[n · size] → [n][size]"""
    return [x[i : i + size] for i in range(0, len(x), size)]
