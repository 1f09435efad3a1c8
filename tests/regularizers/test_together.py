"""What keeps a state while it trains, on two processes and after a stop: as on one, and as if never
stopped. In float64, since a sum over two halves is rounded otherwise than one over all.
"""

import pytest
import safetensors.torch
import torch

from sparring.core import Backend, Callback, train
from sparring.data import Batches, InMemory
from sparring.games import GAN
from sparring.networks import MLP
from sparring.priors import Normal
from sparring.regularizers import ADA, Augment, Consistency, DiffAugment, LeCam

SHAPE = (3, 6, 6)
AUGMENTATIONS = {
    "ada": lambda: ADA(ramp=100, interval=2),
    "fixed": lambda: Augment(0.5),
    "diff": DiffAugment,
}


@pytest.fixture(autouse=True)
def _float64():
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


class Seeing(GAN):
    """Says that it shows a batch of real items, and then one of generated ones."""

    def judge_both(self, x, y):
        return self.discriminator(self.augmentation(x, 2)), None


def game(make):
    torch.manual_seed(0)
    pair = MLP((3,), SHAPE, hidden=(8,)), MLP(SHAPE, (), hidden=(8,))
    regularizers = [LeCam(0.3, 0.5), Consistency(1.0, 1.0)]
    augmentation = AUGMENTATIONS[make]()
    augmentation.probability.fill_(0.5)
    return Seeing(*pair, Normal(3), augmentation=augmentation, extra_regularizers=regularizers)


def batches():
    torch.manual_seed(1)
    return Batches(InMemory(torch.rand(24, *SHAPE) * 2 - 1), 8, 0)


class Keep(Callback):
    """The state after so many steps, as bytes in a file."""

    def __init__(self, path, every):
        self.path, self.every = path, every

    def on_step(self, state):
        if state.backend.main and not self.path.exists():
            tensors, self.meta = state.state_dict()
            safetensors.torch.save_file({n: t.contiguous() for n, t in tensors.items()}, self.path)

    def restore(self, state):
        state.load_state_dict(safetensors.torch.load_file(self.path), self.meta)


def farthest(first, second):
    assert first.keys() == second.keys()
    return max(float((first[n].double() - second[n].double()).abs().max()) for n in first)


def play(make, processes, folder):
    backend, keep = Backend("cpu", processes=processes), Keep(folder / f"{make}-{processes}", 6)
    backend.launch(
        lambda: train(game(make), batches(), steps=6, backend=backend, callbacks=[keep]) and None
    )
    return safetensors.torch.load_file(keep.path)


@pytest.mark.parametrize("make", AUGMENTATIONS)
def test_two_processes_equal_one(make, tmp_path):
    one, two = play(make, 1, tmp_path), play(make, 2, tmp_path)
    assert farthest(one, two) < 1e-9
    assert (float(one["game/augmentation.probability"]) != 0.5) is (make == "ada")
    assert float(one["game/parts.0.real"]) != 0


@pytest.mark.parametrize("make", AUGMENTATIONS)
def test_a_training_goes_on_as_if_never_stopped(make, tmp_path):
    def options(steps):
        return {"steps": steps, "backend": Backend("cpu")}

    keep = Keep(tmp_path / "kept", 3)
    train(game(make), batches(), callbacks=[keep], **options(3))
    resumed = train(game(make), batches(), restore=keep.restore, **options(6)).game
    straight = train(game(make), batches(), **options(6)).game
    assert farthest(resumed.state_dict(), straight.state_dict()) == 0
