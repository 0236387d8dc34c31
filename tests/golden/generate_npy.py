#!/usr/bin/python3
"""Writes npy.txt: matrices as NumPy saves them, and the numbers that NumPy reads back.

Needs NumPy (Debian: python3-numpy). Run from anywhere: tests/golden/generate_npy.py
One line for each file: CASE ROWS COLUMNS BYTES VALUES…, the bytes in hexadecimal, the values row by row.
"""
import io
import pathlib

import numpy as np

out = []


def add(case, array, version=(1, 0)):
    stream = io.BytesIO()
    np.lib.format.write_array(stream, array, version=version, allow_pickle=False)
    stream.seek(0)
    back = np.load(stream)
    rows, cols = back.shape if back.ndim == 2 else (back.size, 1)
    values = " ".join(repr(float(v)) for v in back.flatten())
    out.append(f"{case} {rows} {cols} {stream.getvalue().hex()} {values}")


TYPES = ["<f8", ">f8", "<f4", ">f4", "|i1", "|u1"] + [o + k + s for k in "iu" for s in "248" for o in "<>"]
for descr in TYPES:
    dtype = np.dtype(descr)
    if dtype.kind == "f":
        # The least and the largest numbers of the type among them.
        info = np.finfo(dtype)
        values = [[0.1, -2.5, 1 / 3], [float(info.max), float(info.smallest_subnormal), -0.0]]
    else:
        info = np.iinfo(dtype)
        values = [[1, 2, 3], [info.min, info.max, 100]]
    array = np.array(values, dtype=dtype)
    name = descr.replace("<", "little-").replace(">", "big-").replace("|", "")
    add(name + "-c", array)
    add(name + "-fortran", np.asfortranarray(array))

square = np.arange(16.0).reshape(4, 4) / 8
add("version-2", square, (2, 0))
add("version-3", square, (3, 0))
add("column", np.array([1.5, -2.5, 4.0]))
add("one", np.array([[0.75]]))
add("row", np.array([[1.0, 2.0, 3.0]]))

target = pathlib.Path(__file__).with_name("npy.txt")
target.write_text("\n".join(out) + "\n")
print(f"{len(out)} files, {target.stat().st_size} bytes")
