#!/usr/bin/python3
"""Runs backflow_bench and PyTorch on the same jobs, alternately, and prints medians and ratios.

Needs Debian's python3-torch and libopenblas0-pthread (with the reference BLAS PyTorch would be up to
ten times slower than it can be). Usage: tests/bench/compare_torch.py [build/release] [ROUNDS]
PyTorch gets its best setting on two cores: one OpenMP thread, two BLAS threads. Training is
torch.nn.RNN forward, loss, backward, clip_grad_norm_ and SGD; a map is the explicit one-step
Jacobians multiplied by batched products, with the norm of each (batched SVD for the spectral one).
"""
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "2"
import torch  # noqa: E402  (after the environment)

torch.set_default_dtype(torch.float64)
INPUTS, OUTPUTS = 8, 4
STEPS = [(16, 50, 1), (32, 100, 16), (64, 100, 32), (128, 200, 32), (256, 200, 32), (512, 100, 32)]
MAPS = [(16, 50), (32, 100), (64, 200), (128, 200)]


def torch_step(n, steps, batch):
    rnn, head = torch.nn.RNN(INPUTS, n), torch.nn.Linear(n, OUTPUTS)
    parameters = list(rnn.parameters()) + list(head.parameters())
    optimizer = torch.optim.SGD(parameters, lr=1e-3)
    x, y = torch.randn(steps, batch, INPUTS), torch.randn(steps, batch, OUTPUTS)

    def job():
        optimizer.zero_grad()
        h, _ = rnn(x)
        loss = ((head(h) - y) ** 2).mean((1, 2)).sum()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
    return job


def torch_map(norm, n, steps):
    W = torch.randn(n, n) / n**0.5
    slopes = torch.rand(steps, n)

    def job():
        jacobians = slopes[:, :, None] * W
        products = torch.empty(0, n, n)
        for t in range(steps):
            products = torch.cat((jacobians[t] @ products, jacobians[t:t + 1]))
            if norm == "frobenius":
                torch.linalg.matrix_norm(products)
            else:
                torch.linalg.svdvals(products)
    return job


def measure(job, seconds=0.3):
    job()
    times, end = [], time.perf_counter() + seconds
    while len(times) < 2 or time.perf_counter() < end:
        start = time.perf_counter()
        job()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def ours(bench, name):
    out = subprocess.run([bench, f"--benchmark_filter=^{name}/real_time$", "--benchmark_min_time=0.3",
                          "--benchmark_format=json"], capture_output=True, check=True, text=True)
    runs = json.loads(out.stdout)["benchmarks"]
    assert len(runs) == 1 and runs[0]["time_unit"] == "us", name
    return runs[0]["real_time"] * 1e-6


def main():
    if "openblas" not in pathlib.Path("/proc/self/maps").read_text():
        sys.exit("PyTorch does not use OpenBLAS here; install libopenblas0-pthread for a fair comparison")
    top = pathlib.Path(__file__).resolve().parents[2]
    build = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else top / "build/release"
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    bench = build / "tests/bench/backflow_bench"
    jobs = [("training_step/rnn/%d/%d/%d" % s, torch_step(*s)) for s in STEPS]
    jobs += [(f"jacobian_norms/{norm}/rnn/{n}/{steps}", torch_map(norm, n, steps))
             for norm in ("frobenius", "spectral") for n, steps in MAPS]
    print(f"| {'job':<34} | {'torch':>10} | {'Backflow':>10} | ratio |")
    print("|---|---|---|---|")
    for name, job in jobs:
        pairs = [(measure(job), ours(bench, name)) for _ in range(rounds)]
        peer, own = (statistics.median(p[i] for p in pairs) for i in (0, 1))
        ratio = statistics.median(a / b for a, b in pairs)
        print(f"| {name:<34} | {peer * 1e3:7.2f} ms | {own * 1e3:7.3f} ms | {ratio:4.1f}× |", flush=True)


if __name__ == "__main__":
    main()
