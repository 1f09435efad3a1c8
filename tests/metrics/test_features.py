"""Which features are chosen, and what a Fréchet distance in them may be called."""

import sys
import types

import numpy as np
import pytest
import torch

from sparring.core.errors import Failure, WrongUse
from sparring.metrics import features as room
from sparring.metrics import inception
from sparring.metrics.features import Callables, Features, Identity, choose, frechet_name
from sparring.metrics.inception import Inception
from sparring.metrics.mobilenet import MobileNetV2, weights_file
from sparring.metrics.trained import Settings, Trained

IMAGES = np.random.default_rng(0).integers(0, 256, (40, 8, 8), dtype=np.uint8)


def flat(images):
    return images.reshape(len(images), -1)


class FakeExtractor(torch.nn.Module):
    """Stands for torch-fidelity's: uint8 (n, 3, h, w) to a tuple of features."""

    def __init__(self, name, wanted, weights):
        super().__init__()
        assert (name, wanted) == ("inception", ["2048"])

    def forward(self, x):
        assert x.dtype == torch.uint8
        return (x.float().mean(dim=(2, 3)).repeat(1, 683)[:, :2048],)


@pytest.fixture
def fidelity(monkeypatch, tmp_path):
    """A machine with torch-fidelity and its weights."""
    name = "torch_fidelity.feature_extractor_inceptionv3"
    parent, child = types.ModuleType("torch_fidelity"), types.ModuleType(name)
    parent.__spec__ = types.SimpleNamespace(name="torch_fidelity")
    child.FeatureExtractorInceptionV3 = FakeExtractor
    monkeypatch.setitem(sys.modules, "torch_fidelity", parent)
    monkeypatch.setitem(sys.modules, name, child)
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    (tmp_path / "checkpoints").mkdir()
    (tmp_path / "checkpoints" / inception._FILE).write_bytes(b"weights")


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(Trained, "on", lambda *a, **k: Identity())


class TestTheOrder:
    def test_what_is_named_comes_first(self, fidelity):
        assert choose(flat, IMAGES).name == "flat"
        given = Identity()
        assert choose(given, IMAGES) is given
        assert choose("identity", IMAGES).name == "identity"

    def test_then_inception(self, fidelity):
        found = choose(None, IMAGES)
        assert isinstance(found, Inception)
        assert found(IMAGES).shape == (40, 2048)
        np.testing.assert_allclose(found(IMAGES)[:, 0], IMAGES.mean(axis=(1, 2)), rtol=1e-5)

    @pytest.mark.skipif(weights_file() is None, reason="the weights aren't installed")
    def test_then_mobilenet(self):
        assert isinstance(choose(None, IMAGES), MobileNetV2)

    def test_then_a_network_trained_on_the_data(self, monkeypatch, quick):
        monkeypatch.setattr(room, "weights_file", lambda: None)
        assert choose(None, IMAGES).name == "identity"

    def test_an_onnx_file_by_its_name(self):
        with pytest.raises(WrongUse, match=r"feature network nowhere\.onnx must be an ONNX file"):
            choose("nowhere.onnx", IMAGES)

    def test_torch_fidelity_that_cannot_be_imported_is_not_installed(self, fidelity, monkeypatch):
        monkeypatch.setitem(sys.modules, "torch_fidelity.feature_extractor_inceptionv3", None)
        assert not Inception.available()
        with pytest.raises(Failure, match="torch-fidelity, which can't be imported"):
            Inception()

    def test_inception_downloads_nothing(self, fidelity, tmp_path):
        (tmp_path / "checkpoints" / inception._FILE).unlink()
        assert not Inception.available()
        with pytest.raises(Failure, match="need the file pt_inception"):
            Inception()

    def test_refusals(self):
        with pytest.raises(WrongUse, match=r"must be one of identity, inception, .* got 'vgg'"):
            choose("vgg", IMAGES)
        with pytest.raises(WrongUse, match="a function or a name, got int"):
            choose(3, IMAGES)


class TestNames:
    def test_fid_is_inceptions_alone(self, fidelity):
        assert frechet_name(Inception()) == "fid"
        assert frechet_name(Callables(flat, "inception")) == "fd_inception"
        assert frechet_name(Identity()) == "fd_identity"
        assert (MobileNetV2.name, Trained.name) == ("mobilenet", "trained")

    def test_all_are_features(self, fidelity):
        tiny = Settings(steps=2, batch_size=16, width=4)
        made = [Identity(), Callables(flat), Inception(), Trained.on(IMAGES, settings=tiny)]
        for features in made:
            assert isinstance(features, Features)
            assert features.describe()
            rows = features(IMAGES)
            assert rows.dtype == np.float64
            assert rows.shape[0] == len(IMAGES)


class TestCallables:
    def test_any_function_of_arrays_will_do(self):
        rows = Callables(lambda x: torch.from_numpy(x).float().mean(dim=2))(IMAGES)
        np.testing.assert_allclose(rows, IMAGES.mean(axis=2), rtol=1e-6)

    def test_what_it_returns_is_checked(self):
        with pytest.raises(WrongUse, match=r"features 'own' must be of shape \(n, d\)"):
            Callables(lambda x: x)(IMAGES)
        with pytest.raises(WrongUse, match="one row an image, got 1 for 40"):
            Callables(lambda x: flat(x)[:1])(IMAGES)
        with pytest.raises(WrongUse, match="finite"):
            Callables(lambda x: flat(x) * np.nan)(IMAGES)


def test_identity_flattens():
    np.testing.assert_array_equal(Identity()(IMAGES), flat(IMAGES))
