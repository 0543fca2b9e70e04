"""From tissue numbers to pictures: contrasts, coils, textures, clutter, blur and noise of many scanners, drawn anew each time.

The pictures are wilder than any real scan on purpose: what the network may rely on is the shape, not one scanner's greys.
"""

import torch
from torch import Tensor
from torch.nn import functional

BLOODS = ("blood", "blood above the base", "rv blood", "right blood", "atrial blood", "aorta blood")
MUSCLES = ("myocardium", "trabecula", "rv wall", "atrial wall", "vessel wall", "muscle")
HEART = ("myocardium", "trabecula", "rv wall", *BLOODS, "valve",
         "atrial wall", "pericardium", "epicardial fat")  # fmt: skip


class Appearance:
    """Draws pictures of a batch of tissue numbers; ``tissues`` maps names to (water, fat) in the order of their numbers."""

    def __init__(self, tissues: dict[str, tuple[float, float]], random: torch.Generator) -> None:
        self.names, self.random, device = list(tissues), random, random.device
        self.water = torch.tensor([tissues[name][0] for name in self.names], device=device)
        self.fat = torch.tensor([tissues[name][1] for name in self.names], device=device)
        self.heart = torch.tensor([name in HEART for name in self.names], device=device)
        self.blood = torch.tensor([name in BLOODS for name in self.names], device=device)

    def __call__(self, tissue: Tensor) -> Tensor:
        """(n, frames, samples, h, w) tissue numbers -> (n, frames, h, w) grey values of one acquisition each."""
        n, frames, _, h, w = tissue.shape
        water, fat, rough = self._palettes(n)
        flat = tissue.reshape(n, -1).long()
        picture = [torch.gather(each, 1, flat).reshape(tissue.shape).mean(dim=2) for each in (water, fat, rough)]
        opposed = (self._uniform(n, 1, 1, 1) < 0.7).float()
        signal = opposed * (picture[0] - picture[1]).abs() + (1 - opposed) * (picture[0] + picture[1])
        signal = signal * (1 + picture[2] * (self._field(n, frames, h, w, 5) + 0.6 * self._field(n, frames, h, w, 20)))
        signal = self._clutter(signal, tissue)
        signal = self._jets(signal, tissue)
        signal = self._blur(signal.clamp(min=0)) * self._coils(n, frames, h, w)
        level = 0.01 + 0.09 * self._uniform(n, 1, 1, 1) ** 2
        noisy = torch.hypot(signal + level * self._normal(n, frames, h, w), level * self._normal(n, frames, h, w))
        noisy = noisy ** (0.75 + 0.6 * self._uniform(n, 1, 1, 1))
        return self._vignette(noisy)

    def _palettes(self, n: int) -> tuple[Tensor, Tensor, Tensor]:
        count = len(self.names)
        contrast = 0.55 + 0.75 * self._uniform(n, 1)
        water = torch.where(self.water < 0.15, self.water, 0.62 + contrast * (self.water - 0.62))
        water = water.clamp(min=0) * torch.exp(0.18 * self._normal(n, count))
        fat = self.fat * torch.exp(0.2 * self._normal(n, count)) * (0.3 + 1.3 * self._uniform(n, 1))
        wild_water, wild_fat = self._wild(n)
        trabecula, muscle, blood = (self.names.index(name) for name in ("trabecula", "myocardium", "blood"))
        for each in (water, wild_water):  # fine strands with blood between them
            each[:, trabecula] = each[:, muscle] + 0.6 * self._uniform(n) * (each[:, blood] - each[:, muscle])
            each[:, self.names.index("blood above the base")] = each[:, blood]
        wild = self._uniform(n, 1) < 0.35
        rough = 0.03 + 0.12 * self._uniform(n, count)
        return torch.where(wild, wild_water, water), torch.where(wild, wild_fat, fat), rough

    def _wild(self, n: int) -> tuple[Tensor, Tensor]:
        """Everything at random but for this: blood is brighter than muscle, and each kind is alike."""
        water = 1.2 * self._uniform(n, len(self.names))
        fat = torch.where(self.fat > 0.3, 1.5 * self._uniform(n, len(self.names)), self.fat)
        muscle = 0.08 + 0.65 * self._uniform(n, 1)
        for number, name in enumerate(self.names):
            if name in BLOODS:
                water[:, number] = 0.75 + 0.35 * self._uniform(n)
            elif name in MUSCLES:
                water[:, number] = (muscle * (0.8 + 0.45 * self._uniform(n, 1)))[:, 0]
            elif name in ("air", "lung", "gas"):
                water[:, number] = 0.25 * self._uniform(n)
        water[:, self.names.index("myocardium")] = muscle[:, 0]
        water[:, self.names.index("blood")] = 1.0
        return water, fat

    def _clutter(self, signal: Tensor, tissue: Tensor) -> Tensor:
        """Things of any shape and grey outside the heart, in half of the pictures."""
        n, frames, h, w = signal.shape
        outside = ~self.heart[tissue[:, :, 1].long()]
        for size, share in ((6, 0.5), (14, 0.3)):
            where = self._field(n, 1, h, w, size) > 0.9 + self._uniform(n, 1, 1, 1)
            where = where & outside & (self._uniform(n, 1, 1, 1) < share)
            signal = torch.where(where, 1.2 * self._uniform(n, 1, 1, 1).expand(n, frames, 1, 1), signal)
        return signal

    def _jets(self, signal: Tensor, tissue: Tensor) -> Tensor:
        """Blood that moves fast or slowly turns darker or brighter in places, differently at each moment."""
        n, frames, h, w = signal.shape
        blood = self.blood[tissue[:, :, 1].long()]
        size = self._uniform(n, 1, 1, 1) ** 2 * 0.5
        change = size * (self._field(n, frames, h, w, 9) - 0.5).clamp(min=0)
        return torch.where(blood, signal * (1 - change.clamp(max=0.8)), signal)

    def _coils(self, n: int, frames: int, h: int, w: int) -> Tensor:
        """Smooth shading; each slice was taken in a breath-hold of its own, but shares most of it."""
        strength = 0.1 + 0.9 * self._uniform(n, 1, 1, 1)
        shared, own = self._field(n, 1, h, w, 2), self._field(n, frames, h, w, 3)
        return torch.exp(strength * (0.7 * shared + 0.15 * own))

    def _blur(self, x: Tensor) -> Tensor:
        n, frames, h, w = x.shape
        width = 0.3 + 0.9 * self._uniform(n, 1)
        ticks = torch.arange(-3, 4, device=x.device).float()
        kernel = torch.exp(-0.5 * (ticks / width) ** 2)
        kernel = kernel / kernel.sum(dim=1, keepdim=True)
        flat = x.transpose(0, 1).reshape(frames, n, h, w)
        flat = functional.conv2d(flat, kernel[:, None, :, None], padding=(3, 0), groups=n)
        flat = functional.conv2d(flat, kernel[:, None, None, :], padding=(0, 3), groups=n)
        soft = flat.reshape(frames, n, h, w).transpose(0, 1)
        sharpen = (self._uniform(n, 1, 1, 1) < 0.2).float() * self._uniform(n, 1, 1, 1)
        return (soft + sharpen * (x - soft)).clamp(min=0)

    def _vignette(self, x: Tensor) -> Tensor:
        """Some reconstructions blank everything outside a circle, or a strip at a border."""
        n, _, h, w = x.shape
        i = torch.linspace(-1, 1, h, device=x.device)[:, None]
        j = torch.linspace(-1, 1, w, device=x.device)[None, :]
        centre = 0.5 * self._normal(n, 2, 1, 1)
        away = torch.hypot(i - centre[:, :1], j - centre[:, 1:])
        reach = 1.1 + 0.8 * self._uniform(n, 1, 1, 1)
        cut = (away > reach) & (self._uniform(n, 1, 1, 1) < 0.3)
        return torch.where(cut, 0.0, x)

    def _field(self, n: int, frames: int, h: int, w: int, cells: int) -> Tensor:
        """Smooth random fields of unit deviation with about ``cells`` bumps across."""
        coarse = self._normal(n, frames, cells + 3, cells + 3)
        return 1.4 * functional.interpolate(coarse, size=(h, w), mode="bicubic" if cells < 4 else "bilinear")

    def _uniform(self, *shape: int) -> Tensor:
        return torch.rand(shape, generator=self.random, device=self.random.device)

    def _normal(self, *shape: int) -> Tensor:
        return torch.randn(shape, generator=self.random, device=self.random.device)
