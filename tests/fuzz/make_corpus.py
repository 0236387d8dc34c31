#!/usr/bin/python3
"""Writes the seeds of the fuzz targets to corpus/: small files, of each kind of which there is another road
through its reader, and some that are wrong in one thing. Those of sessions are not made here.

Needs NumPy (Debian: python3-numpy). Run from anywhere: tests/fuzz/make_corpus.py
"""
import io
import json
import pathlib
import struct
import types
import zipfile
import zlib

import numpy as np

top = pathlib.Path(__file__).with_name("corpus")


def seed(target, name, content):
    folder = top / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)


def npy(array, version=(1, 0)):
    stream = io.BytesIO()
    np.lib.format.write_array(stream, np.asanyarray(array), version=version, allow_pickle=True)
    return stream.getvalue()


def archive(entries, method=zipfile.ZIP_DEFLATED, comment=b"", zip64=False):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as out:
        out.comment = comment
        for name, content in entries:
            info = zipfile.ZipInfo(name)
            info.compress_type = method
            with out.open(info, "w", force_zip64=zip64) as entry:
                entry.write(content)
    return stream.getvalue()


def safetensors(header, data=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def tensor(dtype, shape, begin, end):
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


seed("safetensors", "two", safetensors(
    {"__metadata__": {"format": "pt"}, "w": tensor("F32", [2, 2], 0, 16), "b": tensor("F64", [1], 16, 24)},
    np.arange(4, dtype="<f4").tobytes() + np.array([0.5]).tobytes()))
seed("safetensors", "half", safetensors(
    {"h": tensor("F16", [2], 0, 4), "k": tensor("BF16", [1, 1], 4, 6), "e": tensor("F32", [0, 3], 6, 6)},
    bytes([0, 60, 1, 0, 128, 63])))
seed("safetensors", "integers", safetensors(
    {"a": tensor("I8", [1], 0, 1), "b": tensor("U8", [1], 1, 2), "c": tensor("BOOL", [1], 2, 3),
     "d": tensor("I16", [], 3, 5), "e": tensor("U32", [1], 5, 9), "f": tensor("I64", [1], 9, 17)},
    bytes(range(17))))
seed("safetensors", "empty", safetensors({}))
seed("safetensors", "float8", safetensors({"q": tensor("F8_E4M3", [1], 0, 1)}, b"\0"))
seed("safetensors", "gap", safetensors({"a": tensor("U8", [1], 0, 1), "b": tensor("U8", [1], 2, 3)}, b"abc"))
seed("safetensors", "twice", safetensors(b'{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"dtype":"U8"}}', b"x"))
seed("safetensors", "wraps", safetensors({"a": tensor("F64", [1 << 62, 8], 0, 0)}))
seed("safetensors", "wide", safetensors({"a": tensor("F16", [4611686018427387904, 0], 0, 0)}))
seed("safetensors", "long", struct.pack("<Q", 1 << 63) + b"{}")
seed("safetensors", "pickle", b"\x80\x02}q\x00.")

seed("npy", "doubles", npy(np.array([[0.5, -1.5], [2.0, 3.0]])))
seed("npy", "fortran", npy(np.asfortranarray(np.arange(6, dtype=">i2").reshape(2, 3))))
seed("npy", "cube", npy(np.arange(8, dtype="<f2").reshape(2, 2, 2)))
seed("npy", "fortran-cube", npy(np.asfortranarray(np.arange(8, dtype="<f4").reshape(2, 2, 2)), (2, 0)))
seed("npy", "scalar", npy(np.float32(1.5), (3, 0)))
seed("npy", "booleans", npy(np.array([True, False])))
seed("npy", "empty", npy(np.zeros((0, 3))))
seed("npy", "nan", npy(np.array([1.0, np.nan, np.inf])))
seed("npy", "record", npy(np.array([(1, 2.0)], dtype=[("a", "<i4"), ("b", "<f8")])))
seed("npy", "object", npy(np.array([None])))

content = npy(np.arange(12, dtype="<f4").reshape(3, 4))
seed("npz", "deflated", archive([("w.npy", content), ("b.npy", npy(np.zeros(2)))]))
seed("npz", "stored", archive([("w.npy", content)], zipfile.ZIP_STORED))
seed("npz", "zip64", archive([("w.npy", content)], zipfile.ZIP_STORED, zip64=True))
seed("npz", "comment", archive([("w.npy", npy(np.zeros(1)))], comment=b"PK\5\6 and more than 22 bytes"))
seed("npz", "nothing", archive([]))
seed("npz", "other", archive([("readme.txt", b"no array")]))
seed("npz", "torch", archive([("archive/data.pkl", b"\x80\x02.")], zipfile.ZIP_STORED))
seed("npz", "npy", content)
deflated = zlib.compressobj(9, zlib.DEFLATED, -15)
seed("npz", "deflate", struct.pack(">H", len(content)) + deflated.compress(content) + deflated.flush())
raw = bytearray(archive([("w.npy", content)]))
raw[14] ^= 1
seed("npz", "checksum", bytes(raw))

# What sizes cannot be written back into: they follow the data.
stream = io.BytesIO()
unseekable = types.SimpleNamespace(write=stream.write, flush=stream.flush)
with zipfile.ZipFile(unseekable, "w", zipfile.ZIP_DEFLATED) as out:
    out.writestr(zipfile.ZipInfo("w.npy"), content)
seed("npz", "streamed", stream.getvalue())

for name, text in {
    "comma": "x,y,z\n1,,3\n-0.5,2e-3,.25\n", "semicolon": "# c\n\"x\";'y'\r\n1;2\r\n;4\r\n",
    "tab": "a\tb\n1\t\n\t2\n", "blank": "1 2  3\n 4 5 6\n", "bare": "1,2\n3,4\n", "bom": "\ufeff1\n+2\n",
    "pandas": ",x\n0,1e5\n", "wrong": "1,2\n3,abc\n", "wide": "x,y\n1,2,3\n", "infinite": "1,inf\n1e999,nan\n",
}.items():
    seed("table", name, text.encode())

for name, text in {
    "object": '{"a": [1, -2.5e-3, true, false, null], "ä": {"b": "x\\u00e4\\ud83d\\ude00\\n"}}',
    "numbers": "[0, -0.0, 18446744073709551615, -9223372036854775808, 1e308, 5e-324, 18446744073709551616]",
    "deep": "[[[[[[[[[]]]]]]]]]", "twice": '{"a": 1, "\\u0061": 2}', "large": "[1e400]", "nan": "[NaN]",
    "cut": '{"a": [1, "b', "after": "{} {}", "bom": "\ufeff[\"\"]",
}.items():
    seed("json", name, text.encode())

seed("text", "ascii", b"To be, or not to be\n\t")
seed("text", "umlauts", "\ufeffäöü ß – 😀 ∂h".encode())
seed("text", "latin-1", "größe".encode("latin-1"))
seed("text", "edges", "\x7f\x80\u07ff\u0800\ud7ff\ue000\uffff\U00010000\U0010ffff".encode())
seed("text", "surrogate", b"ab\xed\xa0\x80")

print(sum(1 for path in top.rglob("*") if path.is_file()), "seeds")
