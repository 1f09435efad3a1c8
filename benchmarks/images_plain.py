"""GANs of pictures trained by hand in plain PyTorch, as its DCGAN tutorial writes the loop.

The tutorial's loop: a DataLoader, contiguous tensors, Adam as it comes, real and generated items
scored in two calls, one batch of generated items for both players, gradients of the discriminator's
weights gathered in the generator's step too, and every loss read with `.item()` at every step. Two
things differ, so that all contenders do the same work: the discriminator has no batch
normalisation, and its last layer is no sigmoid (BCEWithLogitsLoss takes its place). WGAN-GP and R1
are this loop with another loss.
"""

import itertools
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

Tick = Callable[..., None]

GAMMA, PENALTY, CRITIC_TURNS = 1.0, 10.0, 5
RATES = {
    "gan": {"lr": 2e-4, "betas": (0.5, 0.999)},
    "r1": {"lr": 2e-4, "betas": (0.5, 0.999)},
    "wgan-gp": {"lr": 1e-4, "betas": (0.0, 0.9)},
}


def generator(latent: int, channels: int, size: int, width: int) -> nn.Module:
    """DCGAN's generator for pictures of 4 times a power of two, as the tutorial stacks it."""
    levels = (size // 4).bit_length() - 1
    widths = [min(width * 2**level, 8 * width) for level in reversed(range(levels))]
    layers: list[nn.Module] = [
        nn.Unflatten(1, (latent, 1, 1)),
        nn.ConvTranspose2d(latent, widths[0], 4, 1, 0, bias=False),
    ]
    for before, after in itertools.pairwise(widths):
        layers += [nn.BatchNorm2d(before), nn.ReLU(True)]
        layers.append(nn.ConvTranspose2d(before, after, 4, 2, 1, bias=False))
    layers += [nn.BatchNorm2d(widths[-1]), nn.ReLU(True)]
    layers += [nn.ConvTranspose2d(widths[-1], channels, 4, 2, 1), nn.Tanh()]
    return nn.Sequential(*layers)


def discriminator(channels: int, size: int, width: int) -> nn.Module:
    """DCGAN's discriminator without normalisation, to scores (n,)."""
    levels = (size // 4).bit_length() - 1
    widths = [channels, *(min(width * 2**level, 8 * width) for level in range(levels))]
    layers: list[nn.Module] = []
    for before, after in itertools.pairwise(widths):
        layers += [nn.Conv2d(before, after, 4, 2, 1), nn.LeakyReLU(0.2, inplace=True)]
    return nn.Sequential(*layers, nn.Conv2d(widths[-1], 1, 4), nn.Flatten(0))


def loader(pictures: Tensor, batch: int) -> DataLoader:
    """Shuffled batches of pictures in memory, (n, c, s, s) float32."""
    return DataLoader(TensorDataset(pictures), batch, shuffle=True, drop_last=True)


def slopes(scores: Tensor, points: Tensor) -> Tensor:
    """Squared length of each score's gradient with respect to its own point."""
    (gradient,) = torch.autograd.grad(scores.sum(), points, create_graph=True)
    return gradient.flatten(1).square().sum(1)


def gradient_penalty(discriminator: nn.Module, real: Tensor, fake: Tensor) -> Tensor:
    """WGAN-GP's term."""
    share = torch.rand(len(real), 1, 1, 1)
    points = (share * real + (1 - share) * fake).requires_grad_()
    return PENALTY * (slopes(discriminator(points), points).sqrt() - 1).square().mean()


class Plain:
    """The networks, their optimizers and the endless loop over the data."""

    def __init__(
        self, generator: nn.Module, discriminator: nn.Module, pictures: Tensor, batch: int,
        latent: int, method: str,
    ) -> None:  # fmt: skip
        self.generator, self.discriminator = generator, discriminator
        self.latent, self.data = latent, loader(pictures, batch)
        self.step = {"gan": self.gan, "r1": self.r1, "wgan-gp": self.wgan_gp}[method]
        self.d_optimizer = torch.optim.Adam(discriminator.parameters(), **RATES[method])
        self.g_optimizer = torch.optim.Adam(generator.parameters(), **RATES[method])
        self.criterion = nn.BCEWithLogitsLoss()
        self.losses: list[tuple[float, ...]] = []
        self.batches = 0

    def __call__(self, tick: Tick) -> None:
        """Train until the tick says that it is enough."""
        while True:
            for (real,) in self.data:
                self.step(real)
                self.batches += 1
                tick()

    def gan(self, real: Tensor, penalised: bool = False) -> None:
        """The tutorial's step."""
        ones, zeros = torch.ones(len(real)), torch.zeros(len(real))
        self.discriminator.zero_grad()
        if penalised:
            real.requires_grad_()
        scores = self.discriminator(real)
        d_real = self.criterion(scores, ones)
        if penalised:
            d_real = d_real + GAMMA / 2 * slopes(scores, real).mean()
        d_real.backward()
        fake = self.generator(torch.randn(len(real), self.latent))
        d_fake = self.criterion(self.discriminator(fake.detach()), zeros)
        d_fake.backward()
        self.d_optimizer.step()
        self.generator.zero_grad()
        g_loss = self.criterion(self.discriminator(fake), ones)
        g_loss.backward()
        self.g_optimizer.step()
        self.losses.append((d_real.item() + d_fake.item(), g_loss.item()))

    def r1(self, real: Tensor) -> None:
        """The same with R1 at every step."""
        self.gan(real, penalised=True)

    def wgan_gp(self, real: Tensor) -> None:
        """A critic's move, and the generator's after every so many of them."""
        self.discriminator.zero_grad()
        fake = self.generator(torch.randn(len(real), self.latent)).detach()
        d_loss = self.discriminator(fake).mean() - self.discriminator(real).mean()
        d_loss = d_loss + gradient_penalty(self.discriminator, real, fake)
        d_loss.backward()
        self.d_optimizer.step()
        if self.batches % CRITIC_TURNS == CRITIC_TURNS - 1:
            self.generator.zero_grad()
            fake = self.generator(torch.randn(len(real), self.latent))
            g_loss = -self.discriminator(fake).mean()
            g_loss.backward()
            self.g_optimizer.step()
            self.losses.append((d_loss.item(), g_loss.item()))
