"""The trained network as an ONNX file, which the program runs without PyTorch.

python -m training.export WEIGHTS.pt OUT.onnx
"""

import copy
import sys
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from training.network import CHANNELS, UNet


def export(network: UNet, path: Path) -> None:
    """Write the network as ONNX with weights of half precision."""
    ready = copy.deepcopy(network).eval().to(memory_format=torch.contiguous_format)
    picture, below, above = torch.zeros(3, CHANNELS, 128, 128), torch.tensor([-1, 0, 1]), torch.tensor([1, 2, -1])
    names = {0: "n", 2: "h", 3: "w"}
    torch.onnx.export(
        ready, (picture, below, above), str(path), input_names=["pictures", "below", "above"], output_names=["logits"],
        dynamic_axes={"pictures": names, "logits": names, "below": {0: "n"}, "above": {0: "n"}},
        opset_version=17, dynamo=False,
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
    """Read the arguments and export."""
    network = UNet()
    network.load_state_dict(torch.load(sys.argv[1], map_location="cpu"))
    export(network, Path(sys.argv[2]))


if __name__ == "__main__":
    main()
