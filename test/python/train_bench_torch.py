"""Training steps of PyTorch on the processor for `brushfield bench train`: channels last, the loss read back.

python train_bench_torch.py CONFIG    CONFIG as JSON, see train-bench-server.ts
    Each line of stdin, {"steps": N}, is answered by {"ms": [...], "loss", "seconds", "peakMb"}.
"""

import json
import os
import resource
import sys
import time

import numpy as np
import torch
from torch.nn import functional as F
from torch_networks import build

config = json.loads(sys.argv[1])
options = config["optimiser"]
size, count, classes = config["size"], config["batch"], config["classes"]
torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS") or len(os.sched_getaffinity(0))))
torch.manual_seed(config["seed"])
model = build(config["network"], classes, config["channels"], config["dropout"])
model = model.to(memory_format=torch.channels_last).train()
weights = list(model.parameters())
decays = [w for w in weights if w.dim() > 1]
others = [w for w in weights if w.dim() <= 1]
optimizer = torch.optim.AdamW(
    [{"params": decays, "weight_decay": options["weightDecay"]}, {"params": others, "weight_decay": 0}],
    lr=config["learningRate"], betas=(options["beta1"], options["beta2"]), eps=1e-7, foreach=True,
)
averages = [w.detach().clone() for w in weights] if options["ema"] > 0 else None


def objective(labels, logits):
    flat = logits.permute(0, 2, 3, 1).reshape(-1, classes)
    indices = labels.reshape(-1)
    labelled = (indices >= 0).float()
    target = indices.clamp(min=0)
    total = labelled.sum().clamp(min=1)
    loss = (F.cross_entropy(flat, target, reduction="none") * labelled).sum() / total
    if config["diceWeight"]:
        p = F.softmax(flat, 1) * labelled[:, None]
        o = F.one_hot(target, classes) * labelled[:, None]
        dice = ((2 * (p * o).sum(0) + 1) / (p.sum(0) + o.sum(0) + 1)).mean()
        loss = loss + config["diceWeight"] * (1 - dice)
    return loss


def train(x, y):
    optimizer.zero_grad(set_to_none=True)
    # [N, H, W, C] in memory is channels_last as it is.
    loss = objective(torch.from_numpy(y).long(), model(torch.from_numpy(x).permute(0, 3, 1, 2)))
    loss.backward()
    if options["clipNorm"]:
        torch.nn.utils.clip_grad_norm_(weights, options["clipNorm"])
    optimizer.step()
    if averages:
        with torch.no_grad():
            torch._foreach_mul_(averages, options["ema"])
            torch._foreach_add_(averages, weights, alpha=1 - options["ema"])
    return float(loss)


random = np.random.default_rng(config["seed"])
x = random.normal(size=(count, size, size, config["channels"])).astype(np.float32)
y = random.integers(0, classes, (count, size, size), np.int32)

for line in sys.stdin:
    ms, loss = [], 0.0
    began = time.perf_counter()
    for _ in range(json.loads(line)["steps"]):
        start = time.perf_counter()
        loss = train(x, y)
        ms.append((time.perf_counter() - start) * 1000)
    reply = {"ms": ms, "loss": loss, "seconds": time.perf_counter() - began, "tensors": 0}
    reply["peakMb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(reply), flush=True)
