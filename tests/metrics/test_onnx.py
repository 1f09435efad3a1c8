"""Features from an ONNX file."""

import sys

import numpy as np
import pytest

from sparring.core.errors import Failure, WrongUse
from sparring.metrics.onnx import Onnx

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

GREY = np.random.default_rng(0).integers(0, 256, (5, 8, 8), dtype=np.uint8)


def write(path, shape, number=None, operator="Flatten"):
    """A network that hands on its input: flattened, or as it is."""
    kind = onnx.TensorProto.FLOAT if number is None else number
    helper = onnx.helper
    graph = helper.make_graph(
        [helper.make_node(operator, ["image"], ["features"])],
        "features",
        [helper.make_tensor_value_info("image", kind, shape)],
        [helper.make_tensor_value_info("features", kind, None)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.save(model, path)
    return path


def test_images_arrive_scaled_and_in_order(tmp_path):
    features = Onnx(write(tmp_path / "pixels.onnx", ["n", 1, "h", "w"]))
    assert features.name == "pixels"
    np.testing.assert_allclose(features(GREY), GREY.reshape(5, -1) / 255, rtol=1e-6)


def test_channels_and_size_are_what_the_network_wants(tmp_path):
    features = Onnx(write(tmp_path / "wide.onnx", ["n", 3, 4, 4]))
    assert features(GREY).shape == (5, 48)


def test_a_fixed_batch_is_filled_up(tmp_path):
    features = Onnx(write(tmp_path / "four.onnx", [4, 1, 8, 8]))
    np.testing.assert_allclose(features(GREY), GREY.reshape(5, -1) / 255, rtol=1e-6)


def test_maps_are_pooled(tmp_path):
    features = Onnx(write(tmp_path / "maps.onnx", ["n", 1, 8, 8], operator="Identity"))
    np.testing.assert_allclose(features(GREY)[:, 0], GREY.mean(axis=(1, 2)) / 255, rtol=1e-5)


def test_half_precision(tmp_path):
    path = write(tmp_path / "half.onnx", ["n", 1, 8, 8], onnx.TensorProto.FLOAT16)
    np.testing.assert_allclose(Onnx(path)(GREY), GREY.reshape(5, -1) / 255, atol=1e-3)


def test_a_network_that_takes_no_images(tmp_path):
    with pytest.raises(WrongUse, match=r"floats of shape \(n, channels, h, w\)"):
        Onnx(write(tmp_path / "flat.onnx", ["n", 64]))


def test_a_damaged_file(tmp_path):
    (tmp_path / "bad.onnx").write_bytes(b"nothing")
    with pytest.raises(Failure, match=r"onnxruntime can't read .*bad\.onnx"):
        Onnx(tmp_path / "bad.onnx")


def test_the_error_names_the_extra(tmp_path, monkeypatch):
    path = write(tmp_path / "pixels.onnx", ["n", 1, 8, 8])
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(Failure, match=r"pip install 'sparring\[export\]'"):
        Onnx(path)
