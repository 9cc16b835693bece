# Writes the fitted model as an ONNX graph (scale, clip, weigh, sigmoid) and what reward.json must say of it.
import hashlib
import json

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

CLIP = 4.0


def export(model, names, calibration, folder):
    """Folder gets model.onnx and a reward.json whose names, calibration and checksums are this model's."""
    size = len(names)
    shift = np.eye(size)
    # A patch feature is measured from its mean only where the patch is known; where it isn't, the feature is 0 already.
    shift[model["known"], :] -= np.where(model["of_patch"], model["mean"], 0.0)
    scale = shift / model["deviation"]
    bias = np.where(model["of_patch"], 0.0, -model["mean"] / model["deviation"])
    constants = {
        "scale": scale,
        "bias": bias,
        "low": np.array(-CLIP),
        "high": np.array(CLIP),
        "weights": model["weights"].reshape(-1, 1),
        "zero": np.zeros(1),
    }
    graph = helper.make_graph(
        [
            helper.make_node("Gemm", ["features", "scale", "bias"], ["scaled"]),
            helper.make_node("Clip", ["scaled", "low", "high"], ["clipped"]),
            helper.make_node("Gemm", ["clipped", "weights", "zero"], ["logit"]),
            helper.make_node("Sigmoid", ["logit"], ["probability"]),
        ],
        "bestk-features",
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["batch", size])],
        [helper.make_tensor_value_info("probability", TensorProto.FLOAT, ["batch", 1])],
        [numpy_helper.from_array(np.asarray(v, dtype=np.float32), k) for k, v in constants.items()],
    )
    proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], producer_name="bestk")
    proto.ir_version = 7
    onnx.checker.check_model(proto)
    (folder / "model.onnx").write_bytes(proto.SerializeToString())
    path = folder / "reward.json"
    reward = json.loads(path.read_text("utf-8"))
    reward["features"] = names
    reward["calibration"] = {key: round(value, 6) for key, value in calibration.items()}
    reward["files"] = {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
        for name in ("model.onnx", "tokenizer.json", "tokenizer_config.json")
    }
    path.write_text(json.dumps(reward, indent=2, ensure_ascii=False) + "\n", "utf-8")
