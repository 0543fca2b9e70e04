"""The trained network: chances of five classes in each pixel of a stack, from all of its slices and the beat."""

import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geometry.progress import Progress

Floats = NDArray[np.float32]

WEIGHTS = Path(__file__).with_name("network.onnx")
NOTHING, CAVITY, MUSCLE, RIGHT, OTHER = range(5)  # OTHER is the blood of atria and great vessels


@cache
def _session() -> Any:
    import onnxruntime  # takes a while, which only segmenting should pay

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # others may want the cores
    return onnxruntime.InferenceSession(str(WEIGHTS), options, providers=["CPUExecutionProvider"])


def pictures_of(seen: Floats, phase: int, change: Floats) -> Floats:
    """(slices, 4, rows, columns), what the network is shown of a phase of ``seen`` (slices, phases, rows, columns).

    ``change`` (slices, rows, columns) is the deviation of each pixel over the beat.
    """
    slices = np.arange(len(seen))
    beside = (slices, np.maximum(slices - 1, 0), np.minimum(slices + 1, len(seen) - 1))
    frames = np.stack([seen[k, phase] for k in beside], axis=1)
    spread = np.maximum(frames.std(axis=(2, 3), keepdims=True), 1e-4)
    normal = np.clip((frames - frames.mean(axis=(2, 3), keepdims=True)) / spread, -3.0, 6.0)
    beat = np.clip(change[:, None] / spread[:, :1], 0.0, 4.0)
    return np.concatenate([normal, beat], axis=1).astype(np.float32)


def chances(seen: Floats, phases: Sequence[int], turns: tuple[int, ...], progress: Progress) -> Floats:
    """(slices, n phases, 5, rows, columns) chances of the classes, averaged over views; the stack is seen as a whole.

    ``turns``: views of each picture, by quarter turns 0..3, and mirrored 4..7; their mean is a little better than any.
    """
    session, slices = _session(), np.arange(len(seen))
    neighbours = {"below": slices - 1, "above": np.where(slices + 1 < len(seen), slices + 1, -1)}
    change = seen.std(axis=1)
    found = np.empty((len(seen), len(phases), 5, *seen.shape[2:]), dtype=np.float32)
    for n, phase in enumerate(phases):
        shown = pictures_of(seen, phase, change)
        total = np.zeros_like(found[:, n])
        for turn in turns:
            viewed = np.ascontiguousarray(_turned(shown, turn))
            total += _turned_back(_softmax(session.run(None, {"pictures": viewed, **neighbours})[0]), turn)
        found[:, n] = total / len(turns)
        progress((n + 1) / len(phases), "Looking at every slice and phase")
    return found


def _turned(x: Floats, turn: int) -> Floats:
    x = np.rot90(x, turn % 4, axes=(2, 3))
    return x[:, :, ::-1] if turn >= 4 else x


def _turned_back(x: Floats, turn: int) -> Floats:
    return np.rot90(x[:, :, ::-1] if turn >= 4 else x, -(turn % 4), axes=(2, 3))


def _softmax(logits: Floats) -> Floats:
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))
