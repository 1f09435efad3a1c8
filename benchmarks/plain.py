"""The loops that sparring is compared with: a GAN trained by hand in plain PyTorch."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

LR, BETAS = 2e-4, (0.5, 0.99)


class Shuffled:
    """Batches of a tensor in memory, one shuffled epoch after another; uint8 levels to [-1, 1]."""

    def __init__(self, data: Tensor, batch_size: int) -> None:
        self.data, self.batch_size = data, batch_size
        self.order, self.position = torch.randperm(len(data)), 0

    def __next__(self) -> Tensor:
        if self.position + self.batch_size > len(self.data):
            self.order, self.position = torch.randperm(len(self.data)), 0
        chosen = self.order[self.position : self.position + self.batch_size]
        self.position += self.batch_size
        x = self.data.index_select(0, chosen)
        return x.float().mul_(1 / 127.5).sub_(1) if x.dtype == torch.uint8 else x


class Careful:
    """A good loop: all that sparring does to train, and nothing that it does beside.

    Fakes for the discriminator's step are made under `no_grad`; real and fake items are scored in
    one call; the generator's step computes no gradients of the discriminator's weights; Adam is
    fused; the generator's weights are averaged by one foreach lerp; losses are kept as tensors and
    written as a line of JSON every 50 steps. It has no previews, no alarms, no checkpoints.
    """

    def __init__(
        self,
        generator: nn.Module,
        discriminator: nn.Module,
        data: Tensor,
        batch_size: int,
        latent: int,
        log: Path,
    ) -> None:
        self.generator, self.discriminator = generator, discriminator
        self.batches, self.batch_size, self.latent = Shuffled(data, batch_size), batch_size, latent
        self.d_optimizer = torch.optim.Adam(
            discriminator.parameters(), lr=LR, betas=BETAS, fused=True
        )
        self.g_optimizer = torch.optim.Adam(generator.parameters(), lr=LR, betas=BETAS, fused=True)
        self.g_parameters = list(generator.parameters())
        buffers = [b for b in generator.buffers() if b.is_floating_point()]
        self.tensors = [t.detach() for t in (*self.g_parameters, *buffers)]
        self.average = [t.clone() for t in self.tensors]
        self.step, self.losses, self.log = 0, [], log

    def run(self, steps: int) -> None:
        """Take so many steps."""
        generator, discriminator, n = self.generator, self.discriminator, self.batch_size
        for _ in range(steps):
            real = next(self.batches)
            with torch.no_grad():
                fake = generator(torch.randn(n, self.latent))
            d_real, d_fake = discriminator(torch.cat([real, fake])).chunk(2)
            d_loss = F.softplus(-d_real).mean() + F.softplus(d_fake).mean()
            self.d_optimizer.zero_grad()
            d_loss.backward()
            self.d_optimizer.step()

            fake = generator(torch.randn(n, self.latent))
            g_loss = F.softplus(-discriminator(fake)).mean()
            self.g_optimizer.zero_grad()
            g_loss.backward(inputs=self.g_parameters)
            self.g_optimizer.step()

            self.step += 1
            half_life = min(10_000, 0.05 * self.step * n)
            torch._foreach_lerp_(self.average, self.tensors, 1 - 0.5 ** (n / half_life))
            self.losses.append(torch.stack([d_loss.detach(), g_loss.detach()]))
            if self.step % 50 == 0:
                self._write()

    def _write(self) -> None:
        d_loss, g_loss = torch.stack(self.losses).mean(0).tolist()
        self.losses.clear()
        with self.log.open("a") as stream:
            stream.write(json.dumps({"step": self.step, "d": d_loss, "g": g_loss}) + "\n")


class Tutorial(Careful):
    """The loop of PyTorch's DCGAN tutorial, for information.

    The discriminator is called for real and fake items apart and gathers gradients in the
    generator's step too; Adam isn't fused; every loss is read at every step. The generator is
    called once a step, where `Careful` and sparring call it twice. No average.
    """

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.d_optimizer = torch.optim.Adam(self.discriminator.parameters(), lr=LR, betas=BETAS)
        self.g_optimizer = torch.optim.Adam(self.generator.parameters(), lr=LR, betas=BETAS)

    def run(self, steps: int) -> None:
        """Take so many steps."""
        ones, zeros = torch.ones(self.batch_size), torch.zeros(self.batch_size)
        loss: Callable[[Tensor, Tensor], Tensor] = nn.BCEWithLogitsLoss()
        for _ in range(steps):
            self.discriminator.zero_grad()
            d_real = loss(self.discriminator(next(self.batches)).view(-1), ones)
            d_real.backward()
            fake = self.generator(torch.randn(self.batch_size, self.latent))
            d_fake = loss(self.discriminator(fake.detach()).view(-1), zeros)
            d_fake.backward()
            self.d_optimizer.step()
            self.generator.zero_grad()
            g_loss = loss(self.discriminator(fake).view(-1), ones)
            g_loss.backward()
            self.g_optimizer.step()
            self.losses.append((d_real.item() + d_fake.item(), g_loss.item()))
