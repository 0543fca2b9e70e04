"""Automatic segmentation: one method is one module in this folder; ``catalogue`` finds them."""
