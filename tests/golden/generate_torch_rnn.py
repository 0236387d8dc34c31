#!/usr/bin/python3
"""Writes torch_rnn.txt: losses, gradients and Jacobian products of torch.nn.RNN, GRU and LSTM in double precision.

Needs PyTorch (Debian: python3-torch 1.13). Run from anywhere: tests/golden/generate_torch_rnn.py
One line for each matrix: CASE NAME ROWS COLUMNS VALUES…, row by row.
"""
import pathlib

import torch

torch.set_default_dtype(torch.float64)
D, N, M, T = 3, 5, 2, 7


def write_matrix(out, name, key, matrix):
    m = matrix.detach().reshape(matrix.shape[0], -1) if matrix.dim() else matrix.detach().reshape(1, 1)
    values = " ".join(repr(float(v)) for v in m.flatten())
    out.append(f"{name} {key} {m.shape[0]} {m.shape[1]} {values}")


def run(name, nonlinearity, batch, every_step, loss_name, out):
    torch.manual_seed(len(name) + batch)
    rnn = torch.nn.RNN(D, N, nonlinearity=nonlinearity)
    head = torch.nn.Linear(N, M)
    with torch.no_grad():
        for p in list(rnn.parameters()) + list(head.parameters()):
            p.copy_(0.5 * torch.randn_like(p))
        rnn.bias_hh_l0.zero_()  # one bias, as in the formulas
    x = torch.randn(T, batch, D)
    h0 = 0.5 * torch.randn(1, batch, N)
    steps = T if every_step else 1
    y = torch.randint(0, 2, (steps, batch, M)).double()
    if loss_name == "cce":
        y = torch.nn.functional.one_hot(torch.randint(0, M, (steps, batch)), M).double()

    h, _ = rnn(x, h0)
    z = head(h if every_step else h[-1:])
    # Mean over the batch, sum over the steps; MSE and BCE also mean over the outputs.
    per = {"mse": lambda: ((z - y) ** 2).mean(2),
           "bce": lambda: torch.nn.functional.binary_cross_entropy_with_logits(z, y, reduction="none").mean(2),
           "cce": lambda: -(y * torch.log_softmax(z, 2)).sum(2)}[loss_name]()
    loss = per.mean(1).sum()
    loss.backward()

    def write(key, matrix):
        write_matrix(out, name, key, matrix)

    write("x", x.permute(2, 0, 1))  # (d, T·B), the steps side by side
    write("h0", h0[0].T)
    write("y", y.permute(2, 0, 1))
    for key, p in (("W_xh", rnn.weight_ih_l0), ("W_hh", rnn.weight_hh_l0), ("b_h", rnn.bias_ih_l0),
                   ("W_hy", head.weight), ("b_y", head.bias)):
        write(key, p)
        write("d" + key, p.grad)
    write("loss", loss)

    # dh_T/dh_k of the first sequence, by autograd through the cell from h_k on.
    def onward(k):
        def f(state):
            for t in range(k, T):
                a = rnn.weight_ih_l0 @ x[t, 0] + rnn.bias_ih_l0 + rnn.weight_hh_l0 @ state
                state = torch.tanh(a) if nonlinearity == "tanh" else torch.relu(a)
            return state
        return f
    states = [h0[0, 0]] + [h[t, 0] for t in range(T)]
    for k in range(T):
        write(f"J{k}", torch.autograd.functional.jacobian(onward(k), states[k].detach()))


def run_lengths(name, kind, lengths, every_step, out):
    """A layer on packed sequences of the given lengths (longest first), squared error."""
    torch.manual_seed(len(name) + len(lengths))
    batch = len(lengths)
    layer = {"rnn": torch.nn.RNN, "relu": lambda d, n: torch.nn.RNN(d, n, nonlinearity="relu"),
             "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}[kind](D, N)
    head = torch.nn.Linear(N, M)
    with torch.no_grad():
        for p in list(layer.parameters()) + list(head.parameters()):
            p.copy_(0.5 * torch.randn_like(p))
        # One bias for each gate; a GRU's recurrent part of the new state has its own.
        layer.bias_hh_l0[:2 * N if kind == "gru" else None].zero_()
    x = torch.randn(T, batch, D)
    for b, length in enumerate(lengths):
        x[length:, b] = 0.0
    h0 = 0.5 * torch.randn(1, batch, N)
    c0 = 0.5 * torch.randn(1, batch, N)
    y = torch.randn(T, batch, M)
    weight = torch.zeros(T, batch)
    for b, length in enumerate(lengths):
        weight[:length, b] = 1.0
        if not every_step:
            weight[:length - 1, b] = 0.0

    packed = torch.nn.utils.rnn.pack_padded_sequence(x, torch.tensor(lengths))
    packed_h, _ = layer(packed, (h0, c0) if kind == "lstm" else h0)
    h, _ = torch.nn.utils.rnn.pad_packed_sequence(packed_h, total_length=T)
    loss = (((head(h) - y) ** 2).mean(2) * weight).sum() / batch
    loss.backward()

    def write(key, matrix):
        write_matrix(out, name, key, matrix)

    write("x", x.permute(2, 0, 1))
    write("h0", torch.cat([h0[0], c0[0]], 1).T if kind == "lstm" else h0[0].T)
    write("y", y.permute(2, 0, 1))
    write("weight", weight.reshape(1, -1))
    write("lengths", torch.tensor([lengths]).double())
    extra = slice(2 * N, None) if kind == "gru" else slice(0, 0)
    for key, p in (("W_xh", layer.weight_ih_l0), ("W_hh", layer.weight_hh_l0), ("W_hy", head.weight),
                   ("b_y", head.bias)):
        write(key, p)
        write("d" + key, p.grad)
    b_ih, b_hh = layer.bias_ih_l0, layer.bias_hh_l0
    write("b_h", torch.cat([b_ih, b_hh[extra]]))
    write("db_h", torch.cat([b_ih.grad, b_hh.grad[extra]]))
    write("loss", loss)

    # Derivatives of the last state of the first sequence by its state at step k.
    weights = (layer.weight_ih_l0, layer.weight_hh_l0, b_ih, b_hh)

    def step(t, state):
        at = x[t, :1]
        if kind == "lstm":
            next_h, next_c = torch.lstm_cell(at, (state[:N][None], state[N:][None]), *weights)
            return torch.cat([next_h[0], next_c[0]])
        cell = {"rnn": torch.rnn_tanh_cell, "relu": torch.rnn_relu_cell, "gru": torch.gru_cell}[kind]
        return cell(at, state[None], *weights)[0]

    def onward(k):
        def f(state):
            for t in range(k, T):
                state = step(t, state)
            return state
        return f
    state = torch.cat([h0[0, 0], c0[0, 0]]) if kind == "lstm" else h0[0, 0]
    for k in range(T):
        write(f"J{k}", torch.autograd.functional.jacobian(onward(k), state.detach()))
        state = step(k, state)


def main():
    out = []
    run("tanh-mse", "tanh", 1, True, "mse", out)
    run("tanh-bce", "tanh", 3, False, "bce", out)
    run("tanh-cce", "tanh", 3, True, "cce", out)
    run("relu-mse", "relu", 3, True, "mse", out)
    run("relu-cce", "relu", 1, False, "cce", out)
    run_lengths("rnn-lengths", "rnn", [7, 5], True, out)
    run_lengths("relu-three", "relu", [7, 5, 3], True, out)
    run_lengths("relu-ended", "relu", [7, 4], False, out)
    run_lengths("gru-one", "gru", [7], True, out)
    run_lengths("gru-lengths", "gru", [7, 4], True, out)
    run_lengths("gru-last", "gru", [7, 5, 5], False, out)
    run_lengths("lstm-one", "lstm", [7], True, out)
    run_lengths("lstm-lengths", "lstm", [7, 4], True, out)
    run_lengths("lstm-last", "lstm", [7, 5, 5], False, out)
    path = pathlib.Path(__file__).with_name("torch_rnn.txt")
    path.write_text("\n".join(out) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
