#!/usr/bin/python3
"""Writes tensors.txt: files of tensors as NumPy saves them, and safetensors files made by hand from the
format's description, each with what NumPy makes of it.

Needs NumPy (Debian: python3-numpy). Run from anywhere: tests/golden/generate_tensors.py
One line for each file: CASE BYTES, the bytes in hexadecimal, then for each tensor NAME TYPE SHAPE VALUES, the
shape as 3x4x (x alone: no dimension), the values in C order with commas between.
"""
import io
import json
import pathlib
import struct
import types
import zipfile

import numpy as np

out = []


def add(case, content, tensors):
    line = [case, content.hex()]
    for name, kind, array in tensors:
        array = np.asarray(array)
        line.append(name or "-")
        line.append(kind)
        line.append("x".join(map(str, array.shape)) + "x")
        line.append(",".join(repr(float(v)) for v in array.flatten(order="C")) or "-")
    out.append(" ".join(line))


KINDS = {"f": "float", "i": "int", "u": "uint", "b": "boolean"}


def kind_of(dtype):
    return "boolean" if dtype.kind == "b" else f"{KINDS[dtype.kind]}{dtype.itemsize * 8}"


def npy(array, version=(1, 0)):
    stream = io.BytesIO()
    np.lib.format.write_array(stream, array, version=version, allow_pickle=False)
    return stream.getvalue()


def add_npy(case, array, version=(1, 0)):
    content = npy(array, version)
    add(case, content, [("", kind_of(array.dtype), np.load(io.BytesIO(content)))])


for descr in ["<f2", ">f2", "<f4", ">f8", "|b1", ">i8", "<u2"]:
    dtype = np.dtype(descr)
    array = (np.arange(24).reshape(2, 3, 4) % (2 if dtype.kind == "b" else 100)).astype(dtype)
    if dtype.kind == "f":
        info = np.finfo(dtype)
        array.flat[:7] = [0.1, -1 / 3, info.max, info.smallest_subnormal, -0.0, np.inf, np.nan]
    name = descr.replace("<", "little-").replace(">", "big-").replace("|", "")
    add_npy(f"npy-{name}-c", array)
    add_npy(f"npy-{name}-fortran", np.asfortranarray(array))
add_npy("npy-scalar", np.float64(2.5)[()] * np.ones(()))
add_npy("npy-empty", np.zeros((3, 0, 2)))
add_npy("npy-version-2", np.arange(3.0), (2, 0))
add_npy("npy-version-3", np.arange(3.0), (3, 0))

arrays = {
    "rnn.weight_hh_l0": np.asfortranarray(np.arange(9, dtype="<f4").reshape(3, 3) / 7),
    "bias": np.array([0.5, -1e-300]),
    "größe": np.array([[True], [False]]),
    "empty": np.zeros((0, 4), dtype=">f4"),
    "a/b": np.arange(700, dtype="<i2").reshape(7, 100),
}


def add_npz(case, content):
    loaded = np.load(io.BytesIO(content))
    add(case, content, [(name, kind_of(loaded[name].dtype), loaded[name]) for name in loaded.files])


for case, save in [("npz-stored", np.savez), ("npz-deflated", np.savez_compressed)]:
    stream = io.BytesIO()
    save(stream, **arrays)
    add_npz(case, stream.getvalue())

# What sizes cannot be written back into: they follow the data.
stream = io.BytesIO()
unseekable = types.SimpleNamespace(write=stream.write, flush=stream.flush)
with zipfile.ZipFile(unseekable, "w", zipfile.ZIP_DEFLATED) as archive:
    archive.comment = b"no array"
    for name, array in arrays.items():
        archive.writestr(zipfile.ZipInfo(name + ".npy"), npy(array))
add_npz("npz-streamed", stream.getvalue())

# Safetensors. NumPy has no bfloat16: the upper halves of floats.
bfloat16 = np.array([1.5, -2.0, 0.0078125], dtype="<f4")
tensors = [
    ("h.weight", "F16", "float16", np.array([[0.1, -65504.0], [6e-8, np.inf]], dtype="<f2")),
    ("b", "BF16", "bfloat16", bfloat16),
    ("none", "F32", "float32", np.zeros((0, 2), dtype="<f4")),
    ("w", "F32", "float32", np.array([[[0.1, -0.0, 3.0]]], dtype="<f4")),
    ("d", "F64", "float64", np.array([1 / 3, -1e300])),
    ("one", "F64", "float64", np.array(0.25)),
] + [(f"{prefix}{8 * size}", f"{prefix.upper()}{8 * size}", f"{kind}{8 * size}",
      np.array([np.iinfo(f"{prefix}{size}").max, np.iinfo(f"{prefix}{size}").min], dtype=f"<{prefix}{size}"))
     for prefix, kind in [("i", "int"), ("u", "uint")] for size in [1, 2, 4, 8]] + [
    ("yes", "BOOL", "boolean", np.array([True, False, True])),
]
for case, padding in [("safetensors-padded", True), ("safetensors-plain", False)]:
    header, data = {"__metadata__": {"format": "pt", "note": "größe"}}, b""
    for name, dtype, _, array in tensors:
        raw = array.tobytes() if dtype != "BF16" else b"".join(v.tobytes()[2:] for v in array)
        header[name] = {"dtype": dtype, "shape": list(array.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header, separators=(",", ":") if padding else None).encode()
    if padding:
        text += b" " * (-len(text) % 8)
    add(case, struct.pack("<Q", len(text)) + text + data, [(name, kind, array) for name, _, kind, array in tensors])

target = pathlib.Path(__file__).with_name("tensors.txt")
target.write_text("\n".join(out) + "\n")
print(f"{len(out)} files, {target.stat().st_size} bytes")
