"""Writes `.safetensors` files, by the standard library alone."""

import json
import math
import os

ITEM_BYTES = {
    "F64": 8, "I64": 8, "U64": 8, "F32": 4, "I32": 4, "U32": 4, "F16": 2, "BF16": 2, "I16": 2, "U16": 2,
    "I8": 1, "U8": 1, "BOOL": 1,
}  # fmt: skip


def write_safetensors(path, tensors) -> None:
    """Writes `{name: (dtype, shape, bytes-like)}` so that a reader sees the whole file or none of it.

    Wider items come first and the header is padded to 8 bytes: every tensor is aligned to its items.
    """
    header, buffers, offset = {}, [], 0
    for name, (dtype, shape, data) in sorted(tensors.items(), key=lambda item: (-ITEM_BYTES[item[1][0]], item[0])):
        size = memoryview(data).nbytes
        if size != math.prod(shape) * ITEM_BYTES[dtype]:
            raise ValueError(f"tensor {name}: {size} bytes do not make {dtype} {list(shape)}")
        header[name] = {"dtype": dtype, "shape": [int(n) for n in shape], "data_offsets": [offset, offset + size]}
        buffers.append(data)
        offset += size
    head = json.dumps(header, separators=(",", ":")).encode()
    head += b" " * (-len(head) % 8)
    unfinished = f"{path}.{os.getpid()}.part"
    try:
        with open(unfinished, "wb") as file:
            file.write(len(head).to_bytes(8, "little") + head)
            for data in buffers:
                file.write(data)
        os.replace(unfinished, path)
    except BaseException:
        if os.path.exists(unfinished):
            os.remove(unfinished)
        raise
