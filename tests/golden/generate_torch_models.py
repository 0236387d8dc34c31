#!/usr/bin/python3
"""Writes models/: networks of torch.nn as safetensors files, and torch_models.txt: what PyTorch computes with them.

Needs PyTorch and NumPy (Debian: python3-torch 1.13, python3-numpy). Run from anywhere:
tests/golden/generate_torch_models.py
One line for each matrix: CASE NAME ROWS COLUMNS VALUES…, row by row. A case is the name of its file. Files in
float32 are computed with in float32. The safetensors format is written here by its specification.
"""
import json
import pathlib
import struct

import numpy as np
import torch

D, N, M, T, B = 3, 4, 2, 6, 2
HERE = pathlib.Path(__file__).parent
TYPES = {torch.float32: "F32", torch.float64: "F64", torch.float16: "F16", torch.bfloat16: "BF16"}


def save(path, tensors, metadata=None):
    header, blob = {}, b""
    if metadata:
        header["__metadata__"] = metadata
    for name, value in tensors.items():
        t = value.detach().contiguous()
        raw = t.view(torch.int16).numpy().tobytes() if t.dtype == torch.bfloat16 else t.numpy().tobytes()
        header[name] = {"dtype": TYPES[t.dtype], "shape": list(t.shape), "data_offsets": [len(blob), len(blob) + len(raw)]}
        blob += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + blob)


class Net(torch.nn.Module):
    def __init__(self, kind, layers, both):
        super().__init__()
        options = dict(num_layers=layers, bidirectional=both)
        if kind.startswith("rnn"):
            self.rnn = torch.nn.RNN(D, N, nonlinearity=kind[4:], **options)
        else:
            self.rnn = {"gru": torch.nn.GRU, "lstm": torch.nn.LSTM}[kind](D, N, **options)
        self.fc = torch.nn.Linear(2 * N if both else N, M)

    def forward(self, x):
        return self.rnn(x)[0]


def step_function(net, kind, layer):
    """One step of a layer as a function of its input and state (h, or h above c)."""
    w = [getattr(net.rnn, f"{key}_l{layer}") for key in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]

    def step(x, state):
        if kind == "lstm":
            h, c = torch.lstm_cell(x[None], (state[:N][None], state[N:][None]), *w)
            return torch.cat([h[0], c[0]])
        cell = {"gru": torch.gru_cell, "rnn-tanh": torch.rnn_tanh_cell, "rnn-relu": torch.rnn_relu_cell}[kind]
        return cell(x[None], state[None], *w)[0]
    return step


def run(kind, layers, both, dtype, out):
    name = f"{kind}-{layers}{'-both' if both else ''}-{str(dtype)[6:]}"
    torch.manual_seed(3 + layers + len(kind))
    net = Net(kind, layers, both).to(torch.float64)
    with torch.no_grad():
        for p in net.parameters():
            p.copy_(0.5 * torch.randn_like(p))
    net = net.to(dtype)
    save(HERE / "models" / f"{name}.safetensors", dict(net.state_dict()), {"format": "pt"})
    x = torch.from_numpy(X).to(dtype)
    y = torch.from_numpy(Y).to(dtype)

    def write(key, matrix):
        m = matrix.detach().reshape(matrix.shape[0], -1) if matrix.dim() else matrix.detach().reshape(1, 1)
        values = " ".join(repr(float(v)) if dtype == torch.float64 else f"{float(v):.9g}" for v in m.flatten())
        out.append(f"{name} {key} {m.shape[0]} {m.shape[1]} {values}")

    h = net(x)
    write("h", h.permute(2, 0, 1))  # (n, T·B); both directions: forward above backward
    if both:
        return
    loss = ((net.fc(h) - y) ** 2).mean(2).mean(1).sum()
    loss.backward()
    write("loss", loss)
    top = layers - 1
    grad = {key: getattr(net.rnn, f"{key}_l{top}").grad for key in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")}
    write("dW_xh", grad["weight_ih"])
    write("dW_hh", grad["weight_hh"])
    extra = slice(2 * N, None) if kind == "gru" else slice(0, 0)
    write("db_h", torch.cat([grad["bias_ih"], grad["bias_hh"][extra]]))
    write("dW_hy", net.fc.weight.grad)
    write("db_y", net.fc.bias.grad)

    # Derivatives of the last layer's states of the first sequence by earlier ones, its inputs held.
    inputs = x[:, 0]
    for layer in range(top):
        step = step_function(net, kind, layer)
        state = torch.zeros(2 * N if kind == "lstm" else N, dtype=dtype)
        rows = []
        for t in range(T):
            state = step(inputs[t], state)
            rows.append(state[:N])
        inputs = torch.stack(rows).detach()
    step = step_function(net, kind, top)
    states = [torch.zeros(2 * N if kind == "lstm" else N, dtype=dtype)]
    for t in range(T):
        states.append(step(inputs[t], states[-1]).detach())
    for end in (T, 3):
        for k in range(end):
            def onward(state):
                for t in range(k, end):
                    state = step(inputs[t], state)
                return state
            write(f"J{end},{k}", torch.autograd.functional.jacobian(onward, states[k]))


def main():
    out = []
    (HERE / "models").mkdir(exist_ok=True)
    np.save(HERE / "models" / "x.npy", X)
    np.save(HERE / "models" / "y.npy", Y)
    for kind in ("rnn-tanh", "rnn-relu", "gru", "lstm"):
        for layers in (1, 2):
            for dtype in (torch.float64, torch.float32):
                run(kind, layers, False, dtype, out)
        run(kind, 2, True, torch.float64, out)
    (HERE / "torch_models.txt").write_text("\n".join(out) + "\n", encoding="ascii")


if __name__ == "__main__":
    random = np.random.default_rng(7)
    X, Y = random.standard_normal((T, B, D)), random.standard_normal((T, B, M))
    main()
