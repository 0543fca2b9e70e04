"""Step 2, with PyTorch (see README.md here): train the network on the stacks and write it as ONNX.

python -m training.train STACKS OUT.onnx --minutes 9 --device cuda
"""

import argparse
import copy
import json
import math
import time
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from training.batches import Batch, Stacks
from training.export import export
from training.network import UNet

SLICES = 192  # of a batch
KEEP = 0.999  # of the running average of the weights, which is what is shipped
REFRESH = 20  # steps between looks for new anatomies


def loss_of(logits: Tensor, wanted: Tensor) -> Tensor:
    """Cross entropy with soft targets (it makes chances honest) and soft Dice of the three chambers (it minds small ones)."""
    logits = logits.float()
    entropy = -(wanted * functional.log_softmax(logits, dim=1)).sum(dim=1).mean()
    chance = functional.softmax(logits, dim=1)[:, 1:4]
    truth = wanted[:, 1:4]
    both = (chance * truth).sum(dim=(0, 2, 3))
    either = (chance + truth).sum(dim=(0, 2, 3))
    return entropy + 0.3 * (1 - (2 * both + 1) / (either + 1)).mean()


class Training:
    """A network on its way, with the running average of its weights."""

    def __init__(self, stacks: Stacks, peak: float, start: Path | None) -> None:
        self.stacks, self.peak = stacks, peak
        self.network = UNet().to(stacks.device, memory_format=torch.channels_last)
        if start is not None:
            self.network.load_state_dict(torch.load(start, map_location=stacks.device))
        self.average = copy.deepcopy(self.network)
        self.optimiser = torch.optim.AdamW(self.network.parameters(), lr=peak, weight_decay=1e-3)
        self.step = 0

    def advance(self, done: float) -> Tensor:
        """One step; ``done`` 0..1 of the whole training. The rate rises for 300 steps, then falls as a cosine."""
        rate = self.peak * min((self.step + 1) / 300, 1.0) * max(0.5 * (1 + math.cos(math.pi * done)), 0.002)
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        loss = self._loss(self.stacks.batch(SLICES))
        self.optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 2.0)
        self.optimiser.step()
        self._average()
        self.step += 1
        return loss.detach()

    def _loss(self, batch: Batch) -> Tensor:
        pictures = batch.pictures.contiguous(memory_format=torch.channels_last)
        with torch.autocast(self.stacks.device.type, dtype=torch.bfloat16):
            logits = self.network(pictures, batch.below, batch.above)
        return loss_of(logits, batch.wanted)

    @torch.no_grad()
    def _average(self) -> None:
        keep = min(KEEP, 1 - 10 / (self.step + 11))
        pairs = list(zip(self.average.state_dict().values(), self.network.state_dict().values(), strict=True))
        floats = [(mean, now) for mean, now in pairs if mean.is_floating_point()]
        torch._foreach_lerp_([mean for mean, _ in floats], [now for _, now in floats], 1 - keep)


def train(training: Training, minutes: float, path: Path) -> None:
    """Train for so long, and write the network every minute."""
    began = written = time.monotonic()
    running = torch.zeros((), device=training.stacks.device)
    while (past := time.monotonic() - began) < 60 * minutes:
        running += max(0.01, 1 / (training.step + 1)) * (training.advance(past / (60 * minutes)) - running)
        if training.step % REFRESH == 0:
            training.stacks.refresh(most=8)
        if training.step % 200 == 0:
            print(
                f"{past:.0f} s, step {training.step}, loss {running:.4f}, {len(training.stacks.stacks)} hearts",
                flush=True,
            )
        if time.monotonic() - written > 60:
            torch.save(training.average.state_dict(), path.with_suffix(".pt"))
            written = time.monotonic()
    torch.save(training.average.state_dict(), path.with_suffix(".pt"))
    print(f"{training.step} steps", flush=True)


def main() -> None:
    """Read the arguments and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stacks", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", type=float, default=9.0)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--start", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    asked = parser.parse_args()
    torch.manual_seed(asked.seed)
    tissues = {name: tuple(pair) for name, pair in json.loads((asked.stacks / "tissues.json").read_text()).items()}
    training = Training(Stacks(asked.stacks, tissues, asked.seed, asked.device), asked.rate, asked.start)
    train(training, asked.minutes, asked.out)
    export(training.average.cpu(), asked.out)


if __name__ == "__main__":
    main()
