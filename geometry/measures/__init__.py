"""What is read off a segmentation: volumes over the beat, wall thickness by segment, and what it is compared with."""
