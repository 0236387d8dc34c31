#!/usr/bin/python3
"""Runs backflow_bench and PyTorch on the same jobs, alternately, and prints medians and ratios.

Needs Debian's python3-torch and libopenblas0-pthread (with the reference BLAS PyTorch would be up to
ten times slower than it can be). Usage: tests/bench/compare_torch.py [--slow] [build/release] [ROUNDS]

PyTorch gets its best setting on two cores: one OpenMP thread, two BLAS threads, and for each job the
better of OpenBLAS's own choice of kernels and those for AVX-512, which OpenBLAS 0.3.21 does not choose
on newer processors. Training is torch.nn.RNN, GRU or LSTM forward, squared error at every step,
backward, clip_grad_norm_ and SGD; a map is the explicit one-step Jacobians multiplied by batched
products, with the norm of each (batched SVD for the spectral one). What most people would write for the
map, torch.autograd.functional.jacobian for every pair's start, is measured too; at n = 64 with --slow only.
"""
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

INPUTS, OUTPUTS = 8, 4
STEPS = [(16, 50, 1), (32, 100, 16), (64, 100, 32), (128, 200, 32), (256, 200, 32), (512, 100, 32)]
MAPS = [(16, 50), (32, 100), (64, 200), (128, 200)]
AUTOGRAD = [(16, 50), (32, 100)]
KERNELS = {"own choice": {}, "AVX-512": {"OPENBLAS_CORETYPE": "SkylakeX"}}


# --- the peer, in a process of its own -------------------------------------------------------------

def torch_step(torch, cell, n, steps, batch):
    layer = {"rnn": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}[cell](INPUTS, n)
    head = torch.nn.Linear(n, OUTPUTS)
    parameters = list(layer.parameters()) + list(head.parameters())
    optimizer = torch.optim.SGD(parameters, lr=1e-3)
    x, y = torch.randn(steps, batch, INPUTS), torch.randn(steps, batch, OUTPUTS)

    def job():
        optimizer.zero_grad()
        h, _ = layer(x)
        loss = ((head(h) - y) ** 2).mean((1, 2)).sum()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
    return job


def torch_map(torch, norm, n, steps):
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


def torch_autograd(torch, n, steps):
    W = torch.randn(n, n) / n**0.5
    U, x = torch.randn(n, INPUTS), torch.randn(steps, INPUTS)

    def job():
        h, jacobians = torch.zeros(n), []
        for t in range(steps):
            step = lambda state: torch.tanh(U @ x[t] + W @ state)  # noqa: B023,E731
            jacobians.append(torch.autograd.functional.jacobian(step, h))
            h = step(h)
        for t in range(steps):
            product = torch.eye(n)
            for k in range(t, -1, -1):
                product = product @ jacobians[k]
                torch.linalg.matrix_norm(product)
    return job


def measure(job, seconds=0.3):
    start = time.perf_counter()
    job()
    first = time.perf_counter() - start
    if first > 2.0:
        return first  # warming up does not matter any more
    times, end = [], time.perf_counter() + seconds
    while len(times) < 2 or time.perf_counter() < end:
        start = time.perf_counter()
        job()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def serve():
    """Reads job names, writes their times in seconds."""
    import torch
    torch.set_default_dtype(torch.float64)
    if "openblas" not in pathlib.Path("/proc/self/maps").read_text():
        sys.exit("PyTorch does not use OpenBLAS here; install libopenblas0-pthread for a fair comparison")
    print("ready", flush=True)
    jobs = {}
    for line in sys.stdin:
        name = line.strip()
        if name not in jobs:
            jobs = {}  # the last job's memory is not needed any more
            kind, *rest = name.split("/")
            if kind == "training_step":
                jobs[name] = torch_step(torch, rest[0], *map(int, rest[1:]))
            elif kind == "jacobian_norms":
                jobs[name] = torch_map(torch, rest[0], int(rest[2]), int(rest[3]))
            else:
                jobs[name] = torch_autograd(torch, int(rest[0]), int(rest[1]))
        print(measure(jobs[name]), flush=True)


class Peer:
    def __init__(self, kernels):
        environment = dict(os.environ, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="2", **KERNELS[kernels])
        self.process = subprocess.Popen([sys.executable, __file__, "--serve"], env=environment, text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        if self.process.stdout.readline().strip() != "ready":
            sys.exit(1)

    def time(self, name):
        self.process.stdin.write(name + "\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())


# --- our side --------------------------------------------------------------------------------------

def ours(bench, name):
    """Seconds and flops per second of one benchmark."""
    out = subprocess.run([bench, f"--benchmark_filter=^{name}(/real_time)?$", "--benchmark_min_time=0.3",
                          # Once beforehand, as the peer's.
                          "--benchmark_min_warmup_time=0.001", "--benchmark_format=json"],
                         capture_output=True, check=True, text=True)
    runs = json.loads(out.stdout)["benchmarks"]
    assert len(runs) == 1 and runs[0]["time_unit"] == "us", name
    return runs[0]["real_time"] * 1e-6, runs[0].get("flops")


def compare(bench, peers, name, own_name, rounds):
    """Prints the medians and the median of the ratios of each round, against the peer's better setting.

    Which setting is better is decided by its median: taking the quicker one of every round would give the
    peer two draws of the machine's noise for each of ours.
    """
    theirs, own = [[] for _ in peers], []
    while len(own) < (rounds if not own or theirs[0][0] < 20.0 else min(rounds, 3)):
        for times, peer in zip(theirs, peers):
            times.append(peer.time(name))
        own.append(ours(bench, own_name)[0])
    best = min(theirs, key=statistics.median)
    ratio = statistics.median(a / b for a, b in zip(best, own))
    print(f"| {name:<32} | {statistics.median(best) * 1e3:8.2f} ms | {statistics.median(own) * 1e3:8.3f} ms "
          f"| {ratio:5.1f}× |", flush=True)


def report_scaling(bench, rounds):
    for n, steps in ((256, 200), (512, 100)):
        # In turn, as above: the machine's speed changes by more than what is reported.
        pairs = [(ours(bench, f"training_step/rnn/{n}/{steps}/32")[1], ours(bench, "matrix_product/1024")[1])
                 for _ in range(rounds)]
        share = statistics.median(step / product for step, product in pairs)
        print(f"training step at n = {n}: {100 * share:.0f} % of the "
              f"{statistics.median(product for _, product in pairs) * 1e-9:.0f} Gflop/s of a large matrix product")
    import math
    for norm in ("frobenius", "spectral"):
        def growth(small, large):
            """The exponent by which the time grows from one size to its double."""
            def seconds(n, steps):
                return ours(bench, f"jacobian_norms/{norm}/rnn/{n}/{steps}")[0]
            return math.log2(statistics.median(seconds(*large) / seconds(*small) for _ in range(rounds)))
        print(f"{norm} map: time grows as T^{growth((32, 200), (32, 400)):.2f} (n = 32) and "
              f"n^{growth((64, 200), (128, 200)):.2f} (T = 200)")


def report_memory(bench):
    """Of a process that does nothing else: the largest resident size."""
    def run(name):
        command = [bench, f"--benchmark_filter=^{name}/", "--benchmark_format=json"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            job = json.loads(process.stdout.read())["benchmarks"][0]
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0, name
        return job, usage.ru_maxrss * 1024
    step, peak = run("training_memory/rnn")
    print(f"training step at n = 512, T = 1000, B = 32: {peak / 1e6:.0f} MB, {peak / step['kept_bytes']:.2f} times "
          f"the trace and the signals that it keeps ({step['kept_bytes'] / 1e6:.0f} MB)")
    _, peak = run("map_memory/spectral/rnn")
    print(f"spectral map at n = 128, T = 1000: {peak / 1e6:.0f} MB")


def main():
    arguments = [a for a in sys.argv[1:] if not a.startswith("--")]
    top = pathlib.Path(__file__).resolve().parents[2]
    build = pathlib.Path(arguments[0]) if arguments else top / "build/release"
    rounds = int(arguments[1]) if len(arguments) > 1 else 5
    bench = build / "tests/bench/backflow_bench"
    peers = [Peer(kernels) for kernels in KERNELS]
    print(f"| {'job':<32} | {'torch':>11} | {'Backflow':>11} | ratio |")
    print("|---|---|---|---|")
    names = [f"training_step/{cell}/{n}/{T}/{B}" for cell in ("rnn", "gru", "lstm") for n, T, B in STEPS]
    names += [f"jacobian_norms/{norm}/rnn/{n}/{T}" for norm in ("frobenius", "spectral") for n, T in MAPS]
    for name in names:
        compare(bench, peers, name, name, rounds)
    for n, T in AUTOGRAD + ([(64, 200)] if "--slow" in sys.argv else []):
        compare(bench, peers, f"autograd_jacobian/{n}/{T}", f"jacobian_norms/frobenius/rnn/{n}/{T}", 1)
    report_scaling(bench, rounds)
    report_memory(bench)


if __name__ == "__main__":
    serve() if "--serve" in sys.argv else main()
