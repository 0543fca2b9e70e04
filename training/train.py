"""Step 2, with PyTorch (see README.md here): train the network on the stacks and write it as ONNX.

python -m training.train STACKS OUT.onnx --minutes 60 --seed 1
"""

import argparse
import copy
import json
import math
import os
import time
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, multiprocessing
from torch.nn import functional

from training.batches import Stacks
from training.network import CHANNELS, UNet

BATCH = 32
KEEP = 0.998  # of the running average of the weights, which is what is shipped
POOL = 150  # batches at hand; drawing takes longer than learning, so each is used more than once, turned otherwise


def loss_of(logits: Tensor, wanted: Tensor) -> Tensor:
    """Cross entropy with soft targets (it makes chances honest) and soft Dice of the three chambers (it minds small ones)."""
    logits = logits.float()
    entropy = -(wanted * functional.log_softmax(logits, dim=1)).sum(dim=1).mean()
    chance = functional.softmax(logits, dim=1)[:, 1:4]
    truth = wanted[:, 1:4]
    both = (chance * truth).sum(dim=(0, 2, 3))
    either = (chance + truth).sum(dim=(0, 2, 3))
    return entropy + 0.3 * (1 - (2 * both + 1) / (either + 1)).mean()


def draw_batches(folder: Path, seed: int, ready: "multiprocessing.Queue[tuple[Tensor, Tensor]]") -> None:
    """In a process of its own: draw batches for ever."""
    torch.set_num_threads(1)
    os.nice(5)
    tissues = {name: tuple(pair) for name, pair in json.loads((folder / "tissues.json").read_text()).items()}
    stacks = Stacks(folder, tissues, seed)
    count = 0
    while True:
        pictures, wanted = stacks.batch(BATCH)
        ready.put((pictures.bfloat16(), wanted.bfloat16()))
        count += 1
        if count % 50 == 0:
            stacks.refresh()


class Pool:
    """The last batches drawn, each given out turned and mirrored at random."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.ready: multiprocessing.Queue[tuple[Tensor, Tensor]] = multiprocessing.Queue(8)
        multiprocessing.Process(target=draw_batches, args=(folder, seed, self.ready), daemon=True).start()
        self.batches: list[tuple[Tensor, Tensor]] = []
        self.drawn = 0

    def batch(self) -> tuple[Tensor, Tensor]:
        """One of the batches at hand."""
        while len(self.batches) < 10 or not self.ready.empty():
            fresh = tuple(each.clone() for each in self.ready.get())
            if len(self.batches) < POOL:
                self.batches.append(fresh)
            else:
                self.batches[self.drawn % POOL] = fresh
            self.drawn += 1
        chosen = self.batches[int(torch.randint(len(self.batches), ()))]
        turns, mirror = int(torch.randint(4, ())), bool(torch.randint(2, ()))
        moved = (torch.rot90(each, turns, (2, 3)) for each in chosen)
        pictures, wanted = (each.flip(2) if mirror else each for each in moved)
        return pictures.float(), wanted.float()


def train(pool: Pool, steps: int, peak: float, start: Path | None, seed: int, path: Path) -> None:
    """Train with one cycle of the learning rate."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    network = UNet().to(memory_format=torch.channels_last)
    if start is not None:
        network.load_state_dict(torch.load(start))
    average = copy.deepcopy(network)
    optimiser = torch.optim.AdamW(network.parameters(), lr=peak, weight_decay=1e-3)
    began, running = time.monotonic(), 0.0
    for step in range(steps):
        rate = peak * min((step + 1) / 100, 1.0) * max(0.5 * (1 + math.cos(math.pi * step / steps)), 0.004)
        for group in optimiser.param_groups:
            group["lr"] = rate
        pictures, wanted = pool.batch()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = network(pictures.contiguous(memory_format=torch.channels_last))
        loss = loss_of(logits, wanted)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 2.0)
        optimiser.step()
        keep = min(KEEP, 1 - 10 / (step + 11))
        with torch.no_grad():
            for mean, now in zip(average.state_dict().values(), network.state_dict().values(), strict=True):
                mean.copy_(keep * mean + (1 - keep) * now if mean.is_floating_point() else now)
        running += max(0.01, 1 / (step + 1)) * (loss.item() - running)
        if step % 50 == 0:
            print(
                f"{time.monotonic() - began:.0f} s, step {step}, loss {running:.4f}, {pool.drawn} batches drawn",
                flush=True,
            )
        if step % 500 == 499:
            export(average, path)
    export(average, path)


def export(network: UNet, path: Path) -> None:
    """Write the network as ONNX with weights of half precision."""
    ready = copy.deepcopy(network).eval()
    torch.save(ready.state_dict(), path.with_suffix(".pt"))
    picture = torch.zeros(1, CHANNELS, 128, 128)
    names = {0: "n", 2: "h", 3: "w"}
    torch.onnx.export(
        ready, (picture,), str(path), input_names=["pictures"], output_names=["logits"],
        dynamic_axes={"pictures": names, "logits": names}, opset_version=17, dynamo=False,
    )  # fmt: skip
    halve(path)


def halve(path: Path) -> None:
    """Keep the weights in half precision in the file; they are used in single precision."""
    model = onnx.load(path)
    casts = []
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype == np.float32 and values.size > 64:
            name = tensor.name
            tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), name + "_half"))
            casts.append(helper.make_node("Cast", [name + "_half"], [name], to=TensorProto.FLOAT))
    for node in reversed(casts):
        model.graph.node.insert(0, node)
    onnx.save(model, path)


def main() -> None:
    """Read the arguments and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stacks", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--steps", type=int, default=5000)
    parser.add_argument("--rate", type=float, default=2.5e-3)
    parser.add_argument("--start", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    train(Pool(asked.stacks, asked.seed), asked.steps, asked.rate, asked.start, asked.seed, asked.out)


if __name__ == "__main__":
    main()
