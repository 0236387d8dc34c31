#!/usr/bin/python3
"""Writes torch_optim.txt: runs of torch.optim's optimisers and learning-rate schedulers in double precision.

Needs PyTorch (Debian: python3-torch 1.13). Run from anywhere: tests/golden/generate_torch_optim.py
One line for each matrix: CASE NAME ROWS COLUMNS VALUES…, row by row. The gradient of every run is the
closed form of  sum_i (p_i^4 / 4 - c_i p_i) + (sum_i p_i)^2 / 20  over all entries p of all tensors:
p_i^3 - c_i + sum_j p_j / 10, which optimizer_test.cpp computes by itself.
"""
import pathlib

import torch

torch.set_default_dtype(torch.float64)
SHAPES = {"W_xh": (2, 1), "W_hh": (2, 2), "b_h": (2, 1), "W_hy": (1, 2), "b_y": (1, 1)}
STEPS, CHANGE = 50, 25
# Learning rate, momentum, beta1, beta2, alpha, epsilon, weight decay.
OPTIONS = {"plain": (0.05, 0.9, 0.9, 0.999, 0.99, 1e-8, 0.0), "decay": (0.05, 0.9, 0.9, 0.999, 0.99, 1e-8, 0.3),
           "other": (0.02, 0.5, 0.7, 0.95, 0.95, 1e-3, 0.1)}


def write(out, case, key, matrix):
    values = " ".join(repr(float(v)) for v in matrix.detach().flatten())
    out.append(f"{case} {key} {matrix.shape[0]} {matrix.shape[1]} {values}")


def groups(kind, options):
    rate, momentum, beta1, beta2, alpha, epsilon, decay = options
    return {"sgd": dict(lr=rate, weight_decay=decay),
            "momentum": dict(lr=rate, momentum=momentum, weight_decay=decay),
            "nesterov": dict(lr=rate, momentum=momentum, weight_decay=decay, nesterov=True),
            "rmsprop": dict(lr=rate, alpha=alpha, eps=epsilon, weight_decay=decay),
            "adam": dict(lr=rate, betas=(beta1, beta2), eps=epsilon, weight_decay=decay),
            "adamw": dict(lr=rate, betas=(beta1, beta2), eps=epsilon, weight_decay=decay)}[kind]


def optimise(kind, variant, out):
    case = f"{kind}-{variant}"
    torch.manual_seed(1)
    start = {key: torch.randn(shape) for key, shape in SHAPES.items()}
    target = {key: torch.randn(shape) for key, shape in SHAPES.items()}
    first = OPTIONS["decay" if variant == "decay" else "plain"]
    later = OPTIONS["other"] if variant == "changed" else first  # from the 26th update on
    write(out, case, "options", torch.tensor([first, later]))
    p = {key: torch.nn.Parameter(value.clone()) for key, value in start.items()}
    for key in SHAPES:
        write(out, case, key + ".start", start[key])
        write(out, case, key + ".target", target[key])
    constructor = {"rmsprop": torch.optim.RMSprop, "adam": torch.optim.Adam, "adamw": torch.optim.AdamW}
    optimizer = constructor.get(kind, torch.optim.SGD)(list(p.values()), **groups(kind, first))
    for step in range(1, STEPS + 1):
        if step == CHANGE + 1:
            optimizer.param_groups[0].update(groups(kind, later))
        with torch.no_grad():
            total = sum(value.sum() for value in p.values())
            for key, value in p.items():
                value.grad = value ** 3 - target[key] + total / 10
        optimizer.step()
        if step == 1 or step % 10 == 0:
            for key, value in p.items():
                write(out, case, f"{key}.{step}", value)


def schedule(kind, warmup, out):
    rate, length = 0.3, 60
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=rate)
    lr = torch.optim.lr_scheduler
    main = {"constant": lambda: lr.ConstantLR(optimizer, factor=1.0),
            "step": lambda: lr.StepLR(optimizer, step_size=7, gamma=0.5),
            "exponential": lambda: lr.ExponentialLR(optimizer, gamma=0.9),
            "cosine": lambda: lr.CosineAnnealingLR(optimizer, T_max=length, eta_min=0.01)}[kind]
    if warmup:
        rise = lr.LinearLR(optimizer, start_factor=1 / (warmup + 1), total_iters=warmup)
        scheduler = lr.SequentialLR(optimizer, [rise, main()], milestones=[warmup])
    else:
        scheduler = main()
    rates = []
    for _ in range(length + warmup):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    # Base rate, warm-up, step size, its factor, factor of exponential, period, final rate.
    case = f"schedule-{kind}-{warmup}"
    write(out, case, "options", torch.tensor([[rate, warmup, 7, 0.5, 0.9, length, 0.01]]))
    write(out, case, "rates", torch.tensor([rates]))


def main():
    out = []
    for kind in ("sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw"):
        for variant in ("plain", "decay", "changed"):
            optimise(kind, variant, out)
    for kind in ("constant", "step", "exponential", "cosine"):
        for warmup in (0, 5):
            schedule(kind, warmup, out)
    path = pathlib.Path(__file__).with_name("torch_optim.txt")
    path.write_text("\n".join(out) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
