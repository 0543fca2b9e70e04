"""The network: a U-Net over each slice that works on half the pixels, whose coarse levels see the whole stack."""

import torch
from torch import Tensor, nn
from torch.nn import functional

CHANNELS = 4  # the slice, the two slices beside it, how much each pixel of the slice changes over the beat
CLASSES = 5  # nothing, LV cavity, myocardium, RV cavity, other blood of the heart
WIDTHS = (56, 96, 160, 224)


def block(inside: int, outside: int) -> nn.Sequential:
    """Two 3 x 3 convolutions."""
    layers: list[nn.Module] = []
    for first in (inside, outside):
        layers += [nn.Conv2d(first, outside, 3, padding=1, bias=False), nn.BatchNorm2d(outside), nn.ReLU(inplace=True)]
    return nn.Sequential(*layers)


class Beside(nn.Module):
    """Adds to each slice what the slices below and above say; beyond the ends of the stack there is nothing."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.mix = nn.Sequential(
            nn.Conv2d(3 * width, width, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(inplace=True)
        )

    def forward(self, x: Tensor, below: Tensor, above: Tensor) -> Tensor:
        """(n, width, h, w) features, and per slice the number of its neighbours in the batch, -1 for none."""
        near = [x[each.clamp(min=0)] * (each >= 0).to(x.dtype)[:, None, None, None] for each in (below, above)]
        mixed: Tensor = x + self.mix(torch.cat([x, *near], dim=1))
        return mixed


class UNet(nn.Module):
    """(n, CHANNELS, h, w) slices, (n,) below, (n,) above -> (n, CLASSES, h, w) logits; h and w are multiples of 16.

    A batch holds the slices of any number of stacks. The four pixels of each 2 x 2 square go in, and come out, as channels:
    that keeps the detail and costs a quarter.
    """

    def __init__(self) -> None:
        super().__init__()
        inside = (4 * CHANNELS, *WIDTHS[:-1])
        self.down = nn.ModuleList([block(a, b) for a, b in zip(inside, WIDTHS, strict=True)])
        self.down_beside = nn.ModuleList([Beside(width) for width in (*WIDTHS[1:], WIDTHS[-1])])
        self.up = nn.ModuleList([block(a + b, b) for a, b in zip(WIDTHS[:0:-1], WIDTHS[-2::-1], strict=True)])
        self.up_beside = nn.ModuleList([Beside(width) for width in WIDTHS[-2:0:-1]])
        self.head = nn.Conv2d(WIDTHS[0], 4 * CLASSES, 1)

    def forward(self, x: Tensor, below: Tensor, above: Tensor) -> Tensor:
        """Logits."""
        x = functional.pixel_unshuffle(x, 2)
        kept = []
        for level, down in enumerate(self.down):
            x = down(x if level == 0 else functional.max_pool2d(x, 2))
            if level > 0:
                x = self.down_beside[level - 1](x, below, above)
            kept.append(x)
        x = self.down_beside[-1](x, below, above)
        for level, (up, across) in enumerate(zip(self.up, kept[-2::-1], strict=True)):
            x = up(torch.cat([functional.interpolate(x, scale_factor=2.0, mode="nearest"), across], dim=1))
            if level < len(self.up_beside):
                x = self.up_beside[level](x, below, above)
        return functional.pixel_shuffle(self.head(x), 2)
