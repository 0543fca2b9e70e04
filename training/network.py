"""The network: a plain two-dimensional U-Net that works on half the pixels and answers for all of them."""

import torch
from torch import Tensor, nn
from torch.nn import functional

CHANNELS = 4  # the slice, the two slices beside it, how much each pixel of the slice changes over the beat
CLASSES = 5  # nothing, LV cavity, myocardium, RV cavity, other blood of the heart
WIDTHS = (48, 80, 128, 160)


def block(inside: int, outside: int) -> nn.Sequential:
    """Two 3 x 3 convolutions."""
    layers: list[nn.Module] = []
    for first in (inside, outside):
        layers += [nn.Conv2d(first, outside, 3, padding=1, bias=False), nn.BatchNorm2d(outside), nn.ReLU(inplace=True)]
    return nn.Sequential(*layers)


class UNet(nn.Module):
    """(n, CHANNELS, h, w) -> (n, CLASSES, h, w) logits; h and w are multiples of 16.

    The four pixels of each 2 x 2 square go in, and come out, as channels: that keeps the detail and costs a quarter.
    """

    def __init__(self) -> None:
        super().__init__()
        inside = (4 * CHANNELS, *WIDTHS[:-1])
        self.down = nn.ModuleList([block(a, b) for a, b in zip(inside, WIDTHS, strict=True)])
        self.up = nn.ModuleList([block(a + b, b) for a, b in zip(WIDTHS[:0:-1], WIDTHS[-2::-1], strict=True)])
        self.head = nn.Conv2d(WIDTHS[0], 4 * CLASSES, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Logits."""
        x = functional.pixel_unshuffle(x, 2)
        kept = []
        for level, down in enumerate(self.down):
            x = down(x if level == 0 else functional.max_pool2d(x, 2))
            kept.append(x)
        for up, across in zip(self.up, kept[-2::-1], strict=True):
            x = up(torch.cat([functional.interpolate(x, scale_factor=2.0, mode="nearest"), across], dim=1))
        return functional.pixel_shuffle(self.head(x), 2)
