"""Batches for the network: pieces of stacks, turned, scaled and bent, drawn as pictures."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from training.appearance import Appearance

WINDOW = 128
OTHER_BLOOD = ("right blood", "atrial blood", "aorta blood", "rv blood", "blood above the base")


class Stacks:
    """The anatomies of a folder; ``refresh`` finds those made since."""

    def __init__(self, folder: Path, tissues: dict[str, tuple[float, float]], seed: int) -> None:
        self.folder, self.names = folder, list(tissues)
        self.numpy, self.torch = np.random.default_rng(seed), torch.Generator().manual_seed(seed)
        self.appearance = Appearance(tissues, self.torch)
        self.other = torch.tensor([name in OTHER_BLOOD for name in self.names])
        self.stacks: list[np.ndarray] = []
        self.refresh()

    def refresh(self) -> None:
        """Look into the folder again."""
        files = sorted(self.folder.glob("*[0-9].npy"), key=lambda path: int(path.stem))
        self.stacks = [np.load(path, mmap_mode="r") for path in files]

    def batch(self, size: int) -> tuple[Tensor, Tensor]:
        """Pictures (size, 4, WINDOW, WINDOW) and class chances (size, 5, WINDOW, WINDOW)."""
        packed = torch.from_numpy(np.stack([self._piece() for _ in range(size)]))
        tissue, label = packed & 31, packed[:, 0] >> 5  # frame 0 is the one asked about
        return self._pictures(tissue), self._chances(tissue[:, 0], label)

    def _piece(self) -> np.ndarray:
        """(6, samples, WINDOW, WINDOW): the slice, the one below, the one above, the slice at three other phases."""
        random = self.numpy
        stack = self.stacks[random.integers(len(self.stacks))]
        slices, phases = stack.shape[:2]
        k, t = int(random.integers(slices)), int(random.integers(phases))
        below, above = (
            int(np.clip(k + step, 0, slices - 1)) for step in ((-1, 1) if random.random() < 0.5 else (1, -1))
        )
        others = [phase for phase in range(phases) if phase != t]
        frames = [(k, t), (below, t), (above, t), *((k, phase) for phase in others)]
        where = self._where(stack.shape[-1])
        return np.stack([stack[frame].reshape(stack.shape[2], -1)[:, where] for frame in frames]).reshape(
            len(frames), stack.shape[2], WINDOW, WINDOW
        )

    def _where(self, pixels: int) -> np.ndarray:
        """(WINDOW^2,) flat index of the pixel that each pixel of the window shows: turned, mirrored, scaled, bent, moved."""
        random = self.numpy
        ticks = np.arange(WINDOW, dtype=np.float32) - (WINDOW - 1) / 2
        i, j = np.meshgrid(ticks, ticks, indexing="ij")
        if random.random() < 0.5:
            i = -i
        turn, scale = random.uniform(0, 2 * np.pi), np.exp(random.normal(0.0, 0.10, 2))
        cos, sin = np.cos(turn), np.sin(turn)
        u, v = (cos * i - sin * j) * scale[0], (sin * i + cos * j) * scale[1]
        for _ in range(2):
            wave, shift = random.normal(0, 2 * np.pi / 90.0, 2), random.uniform(0, 2 * np.pi, 2)
            height = random.uniform(0.0, 2.0)
            u, v = (
                u + height * np.sin(wave[0] * u + wave[1] * v + shift[0]),
                v + height * np.sin(wave[1] * u - wave[0] * v + shift[1]),
            )
        far = 14.0 if random.random() < 0.8 else 40.0
        move = random.normal(0.0, far, 2).clip(-60, 60) + (pixels - 1) / 2
        a = np.clip(np.round(u + move[0]), 0, pixels - 1).astype(np.int64)
        b = np.clip(np.round(v + move[1]), 0, pixels - 1).astype(np.int64)
        return (a * pixels + b).ravel()

    def _pictures(self, tissue: Tensor) -> Tensor:
        seen = self.appearance(tissue)
        n = len(seen)
        over_beat = torch.cat([seen[:, :1], seen[:, 3:]], dim=1).std(dim=1, keepdim=True)
        slices = seen[:, :3].clone()
        alone = torch.rand(n, generator=self.torch) < 0.12  # nothing known of the slices beside it
        slices[alone, 1:] = slices[alone, :1]
        change = over_beat / slices[:, :1].std(dim=(2, 3), keepdim=True).clamp(min=1e-4)
        change[torch.rand(n, generator=self.torch) < 0.2] = 0.0  # nothing known of the beat
        return torch.cat([normalised(slices), change.clamp(max=4.0)], dim=1)

    def _chances(self, tissue: Tensor, label: Tensor) -> Tensor:
        known = label.long()
        other = self.other[tissue.long()] & (known == 0)
        classes = torch.where(other, torch.tensor(4), known)
        return torch.stack([(classes == each).float().mean(dim=1) for each in range(5)], dim=1)


def normalised(x: Tensor) -> Tensor:
    """Each picture with mean 0 and deviation 1, held within -3..6."""
    middle, spread = x.mean(dim=(2, 3), keepdim=True), x.std(dim=(2, 3), keepdim=True)
    return ((x - middle) / spread.clamp(min=1e-4)).clamp(-3.0, 6.0)
