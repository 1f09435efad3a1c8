"""A GAN of two small networks, for what stands beside a training."""

import math
from types import SimpleNamespace

import pytest
import torch
from torch import nn
from torch.nn.functional import softplus

from sparring.core import Adam, Backend, Batches, Game, Player, Samples, Scores, train


def network(inputs, outputs, hidden):
    layers, width = [], inputs
    for size in hidden:
        layers += [nn.Linear(width, size), nn.LeakyReLU(0.2)]
        width = size
    return nn.Sequential(*layers, nn.Linear(width, outputs))


class TinyGAN(Game, Samples, Scores):
    """Non-saturating by default, with R1 of weight `gamma`; `saturating` is the minimax loss."""

    averaged = ("generator",)

    def __init__(
        self,
        numbers=2,
        *,
        latents=8,
        generator=(64, 64),
        discriminator=(64, 64),
        rates=(1e-3, 1e-3),
        gamma=0.0,
        saturating=False,
    ):
        super().__init__()
        self.latents, self.gamma, self.saturating = latents, gamma, saturating
        self.generator = network(latents, numbers, generator)
        self.discriminator = network(numbers, 1, discriminator)
        self.players = {
            "judge": Player([self.discriminator], self.judge, Adam(rates[1], (0.5, 0.99))),
            "maker": Player([self.generator], self.maker, Adam(rates[0], (0.5, 0.99))),
        }
        self.turns = ["judge", "maker"]

    def judge(self, batch):
        x = batch["x"].flatten(1)
        with torch.no_grad():
            fake = self.generator(self.latent(len(x)))
        x = x.clone().requires_grad_(self.gamma > 0)
        real = self.discriminator(x)
        loss = softplus(-real).mean() + softplus(self.discriminator(fake)).mean()
        if not self.gamma:
            return {"loss": loss}
        (slope,) = torch.autograd.grad(real.sum(), x, create_graph=True)
        return {"loss": loss, "r1": self.gamma / 2 * slope.square().sum(1).mean()}

    def maker(self, batch):
        score = self.discriminator(self.generator(self.latent(len(batch["x"]))))
        return {"loss": (-softplus(score) if self.saturating else softplus(-score)).mean()}

    def latent(self, n):
        return torch.randn(n, self.latents)

    def sample(self, n, condition=None, latent=None):
        return self.generator(self.latent(n) if latent is None else latent)

    def score(self, x, condition=None):
        return self.discriminator(x.flatten(1))[:, 0]


class Items(Batches):
    """Random batches from a tensor, from a generator of their own."""

    def __init__(self, x, batch_size=32):
        self.x, self.batch_size = x, batch_size
        self.generator = torch.Generator().manual_seed(1)

    def __next__(self):
        index = torch.randint(len(self.x), (self.batch_size,), generator=self.generator)
        return {"x": self.x[index]}

    def state_dict(self):
        return {"generator": self.generator.get_state().tolist()}

    def load_state_dict(self, state):
        self.generator.set_state(torch.tensor(state["generator"], dtype=torch.uint8))


def ring(n=1024, modes=8):
    """Points about the corners of a polygon of radius 1, standard deviation 0.05."""
    generator = torch.Generator().manual_seed(0)
    angle = torch.randint(modes, (n,), generator=generator) * 2 * math.pi / modes
    corners = torch.stack([angle.cos(), angle.sin()], 1)
    return corners + 0.05 * torch.randn(n, 2, generator=generator)


def digits():
    """The 1797 handwritten digits of scikit-learn, 64 pixels in [-1, 1], shuffled."""
    from sklearn.datasets import load_digits

    x = torch.tensor(load_digits().data, dtype=torch.float32) / 8 - 1
    return x[torch.randperm(len(x), generator=torch.Generator().manual_seed(0))]


def play(game, x, steps, callbacks, *, batches=None, **options):
    return train(
        game,
        batches or Items(x),
        steps=steps,
        backend=Backend("cpu"),
        callbacks=callbacks,
        **options,
    )


def seeded(**options):
    torch.manual_seed(0)
    return TinyGAN(**options)


@pytest.fixture(scope="session")
def tiny():
    """The small game, its data, and how to play it."""
    return SimpleNamespace(GAN=seeded, Items=Items, ring=ring, digits=digits, play=play)


@pytest.fixture(scope="session")
def same():
    """Whether two training states are equal bit by bit in all but the times."""

    def equal(first, second):
        (tensors, meta), (others, other_meta) = first.state_dict(), second.state_dict()
        assert tensors.keys() == others.keys()
        for name in tensors:
            assert torch.equal(tensors[name], others[name]), name
        for name in ("step", "samples", "rate", "events", "batches"):
            assert meta[name] == other_meta[name]
        return True

    return equal
