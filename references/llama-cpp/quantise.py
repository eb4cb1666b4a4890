"""Quantises a GGUF with llama.cpp's own code: quantise.py LIBLLAMA SOURCE TARGET FILE_TYPE

node-llama-cpp ships the library, but neither the program llama-quantize nor a function for it.
"""

import ctypes
import glob
import os
import sys


class Parameters(ctypes.Structure):
    """`llama_model_quantize_params` of llama.h: two fields are needed; what follows them differs between releases."""

    _fields_ = [("threads", ctypes.c_int32), ("file_type", ctypes.c_int), ("rest", ctypes.c_char * 1016)]


def main(library: str, source: str, target: str, file_type: int) -> int:
    folder = os.path.dirname(library)
    suffix = os.path.splitext(library)[1]
    # Those that it stands on are found beside it by Node, not by Python.
    if suffix != ".dll":
        for pattern in ("libggml-base*", "libggml.*"):
            for path in glob.glob(os.path.join(folder, pattern + suffix)) or glob.glob(os.path.join(folder, pattern)):
                ctypes.CDLL(path, ctypes.RTLD_GLOBAL)
    llama = ctypes.CDLL(library)
    llama.llama_model_quantize_default_params.restype = Parameters
    llama.llama_model_quantize.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.POINTER(Parameters)]
    llama.llama_model_quantize.restype = ctypes.c_uint32
    llama.llama_backend_init()
    parameters = llama.llama_model_quantize_default_params()
    parameters.file_type = file_type
    return llama.llama_model_quantize(os.fsencode(source), os.fsencode(target), ctypes.byref(parameters))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4], int(sys.argv[4])))
