"""How weights lie in memory is nobody's business but the processor's.

Networks of pictures lie channels last; what is kept in a file lies as it is written.
"""

import pytest
import safetensors.torch
import torch

from sparring.core import SGD, Adam, Backend, Callback, RMSprop, train
from sparring.games import R3GAN
from sparring.networks import DCGANDiscriminator, ResidualGenerator
from sparring.priors import Normal

OPTIMIZERS = [Adam(1e-3, (0.5, 0.9)), RMSprop(1e-3), SGD(1e-2, momentum=0.9)]


@pytest.fixture
def _float64():
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


class Pictures:
    batch_size = 4

    def __init__(self):
        self.number = 0

    def __next__(self):
        self.number += 1
        source = torch.Generator().manual_seed(self.number)
        return {"x": torch.randn(4, 1, 8, 8, generator=source)}

    def state_dict(self):
        return {"number": self.number}

    def load_state_dict(self, state):
        self.number = state["number"]


class Keep(Callback):
    every = 3

    def on_step(self, state):
        tensors, self.meta = state.state_dict()
        self.bytes = safetensors.torch.save({n: t.contiguous() for n, t in tensors.items()})

    def restore(self, state):
        state.load_state_dict(safetensors.torch.load(self.bytes), self.meta)


def game(optimizer, seed=0):
    torch.manual_seed(seed)
    return R3GAN(
        ResidualGenerator(3, 1, 8, width=4), DCGANDiscriminator(1, 8, width=4), Normal(3),
        generator_optimizer=optimizer, discriminator_optimizer=optimizer,
    )  # fmt: skip


def farthest(first, second):
    pairs = zip(first.parameters(), second.parameters(), strict=True)
    return max(float((p - q).detach().abs().max()) for p, q in pairs)


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda spec: type(spec).__name__)
def test_a_training_of_pictures_goes_on_as_if_never_stopped(optimizer, rule):
    keep = Keep()
    train(game(optimizer), Pictures(), steps=3, rule=rule, callbacks=[keep], backend=Backend("cpu"))
    options = {"steps": 6, "rule": rule, "backend": Backend("cpu")}
    resumed = train(game(optimizer, seed=1), Pictures(), restore=keep.restore, **options).game
    straight = train(game(optimizer), Pictures(), **options).game
    assert farthest(resumed, straight) == 0


@pytest.mark.usefixtures("_float64")
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda spec: type(spec).__name__)
def test_the_layout_of_weights_changes_no_training(optimizer, rule):
    options = {"steps": 3, "rule": rule, "backend": Backend("cpu")}
    lying, plain = game(optimizer), game(optimizer)
    plain.to(memory_format=torch.contiguous_format)
    assert any(not p.is_contiguous() for p in lying.parameters())
    train(lying, Pictures(), **options)
    train(plain, Pictures(), **options)
    assert farthest(lying, plain) < 1e-9
