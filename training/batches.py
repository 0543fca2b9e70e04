"""Batches for the network: whole stacks, turned, scaled and bent, drawn as pictures."""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from training.appearance import Appearance

WINDOW = 128
MOST_SLICES = 11
OTHER_BLOOD = ("right blood", "atrial blood", "aorta blood", "rv blood", "blood above the base")
CUT, ALONE, STILL = (
    0.3,
    0.08,
    0.15,
)  # shares of stacks cut at an end, of those taken apart, and of those with no beat known


@dataclass(frozen=True)
class Batch:
    """``pictures`` (n, 4, WINDOW, WINDOW), neighbours ``below`` and ``above`` (n,), class chances ``wanted`` (n, 5, ...)."""

    pictures: Tensor
    below: Tensor
    above: Tensor
    wanted: Tensor


class Stacks:
    """The anatomies of a folder, held on ``device``; ``refresh`` finds those made since."""

    def __init__(self, folder: Path, tissues: dict[str, tuple[float, float]], seed: int, device: str) -> None:
        self.folder, self.device = folder, torch.device(device)
        self.numpy = np.random.default_rng(seed)
        self.torch = torch.Generator(self.device).manual_seed(seed)
        self.appearance = Appearance(tissues, self.torch)
        self.other = torch.tensor([name in OTHER_BLOOD for name in tissues], device=self.device)
        self.known: set[str] = set()
        self.stacks: list[Tensor] = []
        self.refresh()

    def refresh(self, most: int = 10_000) -> None:
        """Look into the folder again and take up to ``most`` new anatomies."""
        fresh = [path for path in sorted(self.folder.glob("*[0-9].npy")) if path.name not in self.known]
        for path in fresh[:most]:
            self.known.add(path.name)
            self.stacks.append(torch.from_numpy(np.load(path)).to(self.device))

    def batch(self, size: int) -> Batch:
        """``size`` slices of stacks drawn at random; the last stack is cut to fit."""
        packed, counts = self._pieces(size)
        tissue, label = packed & 31, packed[:, :, 0] >> 5  # frame 0 of the four is the phase asked about
        n, most = packed.shape[:2]
        seen = self.appearance(tissue.reshape(n, most * 4, *tissue.shape[3:])).reshape(n, most, 4, WINDOW, WINDOW)
        kept = torch.arange(most, device=self.device)[None] < counts[:, None]
        below, above = self._neighbours(kept)
        pictures = self._pictures(seen[kept], below, above, kept)
        return Batch(pictures, below, above, self._chances(tissue[:, :, 0][kept], label[kept]))

    def _pieces(self, size: int) -> tuple[Tensor, Tensor]:
        """(stacks, MOST_SLICES, 4 phases, samples, WINDOW, WINDOW), zero beyond (stacks,) counts, which sum to ``size``."""
        random, chosen = self.numpy, []
        while size:
            stack = self.stacks[random.integers(len(self.stacks))]
            first, last = 0, min(len(stack), MOST_SLICES)
            if random.random() < CUT:
                first, last = sorted(random.choice(last + 1, 2, replace=False))
            last = min(last, first + size)
            order = np.arange(first, last)[:: 1 if random.random() < 0.5 else -1].copy()
            chosen.append((stack, order, random.permutation(stack.shape[1])))
            size -= len(order)
        seen = self._where(len(chosen), chosen[0][0].shape[-1])
        pieces = seen.new_zeros((len(chosen), MOST_SLICES, *chosen[0][0].shape[1:3], WINDOW, WINDOW), dtype=torch.uint8)
        for piece, where, (stack, order, phases) in zip(pieces, seen, chosen, strict=True):
            part = stack[torch.from_numpy(order)[:, None], torch.from_numpy(phases)[None]]
            piece[: len(order)] = part.flatten(-2)[..., where].unflatten(-1, (WINDOW, WINDOW))
        return pieces, torch.tensor([len(order) for _, order, _ in chosen], device=self.device)

    def _where(self, n: int, pixels: int) -> Tensor:
        """(n, WINDOW^2), flat index of the pixel that each pixel of the window shows: turned, scaled, bent, moved."""
        ticks = torch.arange(WINDOW, device=self.device, dtype=torch.float32) - (WINDOW - 1) / 2
        i, j = ticks[None, :, None], ticks[None, None, :]
        i = torch.where(self._uniform(n, 1, 1) < 0.5, -i, i)
        turn, scale = 2 * math.pi * self._uniform(n, 1, 1), torch.exp(0.10 * self._normal(2, n, 1, 1))
        u, v = (turn.cos() * i - turn.sin() * j) * scale[0], (turn.sin() * i + turn.cos() * j) * scale[1]
        for _ in range(2):
            wave, shift = 2 * math.pi / 90 * self._normal(2, n, 1, 1), 2 * math.pi * self._uniform(2, n, 1, 1)
            height = 2.0 * self._uniform(n, 1, 1)
            u, v = (
                u + height * torch.sin(wave[0] * u + wave[1] * v + shift[0]),
                v + height * torch.sin(wave[1] * u - wave[0] * v + shift[1]),
            )
        far = torch.where(self._uniform(n, 1, 1) < 0.8, 14.0, 40.0)
        move = (far * self._normal(2, n, 1, 1)).clamp(-60, 60) + (pixels - 1) / 2
        a = (u + move[0]).round().clamp(0, pixels - 1).long()
        b = (v + move[1]).round().clamp(0, pixels - 1).long()
        return (a * pixels + b).flatten(1)

    def _uniform(self, *shape: int) -> Tensor:
        return torch.rand(shape, generator=self.torch, device=self.device)

    def _normal(self, *shape: int) -> Tensor:
        return torch.randn(shape, generator=self.torch, device=self.device)

    def _neighbours(self, kept: Tensor) -> tuple[Tensor, Tensor]:
        """Per slice the numbers of those below and above it in the batch, -1 for none; some stacks are taken apart."""
        number = torch.full(kept.shape, -1, device=self.device)
        number[kept] = torch.arange(int(kept.sum()), device=self.device)
        number = torch.nn.functional.pad(number, (1, 1), value=-1)
        apart = self._uniform(len(kept), 1) < ALONE
        return tuple(torch.where(apart, -1, each)[kept] for each in (number[:, :-2], number[:, 2:]))  # type: ignore[return-value]

    def _pictures(self, seen: Tensor, below: Tensor, above: Tensor, kept: Tensor) -> Tensor:
        """(n, 4, ...) from (n, 4 phases, ...): the slice, those beside it or itself, its change over the beat."""
        own = torch.arange(len(seen), device=self.device)
        slices = torch.stack([seen[torch.where(each < 0, own, each), 0] for each in (own, below, above)], dim=1)
        spread = slices[:, :1].std(dim=(2, 3), keepdim=True).clamp(min=1e-4)
        change = seen.std(dim=1, keepdim=True) / spread
        still = self._uniform(len(kept), 1) < STILL
        change = change * (~still.expand(kept.shape)[kept])[:, None, None, None]
        return torch.cat([normalised(slices), change.clamp(max=4.0)], dim=1)

    def _chances(self, tissue: Tensor, label: Tensor) -> Tensor:
        known = label.long()
        other = self.other[tissue.long()] & (known == 0)
        classes = torch.where(other, torch.tensor(4, device=self.device), known)
        return torch.stack([(classes == each).float().mean(dim=1) for each in range(5)], dim=1)


def normalised(x: Tensor) -> Tensor:
    """Each picture with mean 0 and deviation 1, held within -3..6."""
    middle, spread = x.mean(dim=(2, 3), keepdim=True), x.std(dim=(2, 3), keepdim=True)
    return ((x - middle) / spread.clamp(min=1e-4)).clamp(-3.0, 6.0)
