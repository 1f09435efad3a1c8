"""The same GANs as a Lightning module with manual optimisation, trained by Lightning's Trainer.

It is written as Lightning's documentation writes a GAN: `automatic_optimization` off, both
optimizers stepped by hand, one batch of generated items for both players, `manual_backward`,
`log_dict` of the losses. No logger, checkpoint or progress bar beside.
"""

import logging
import warnings

import lightning
import torch
from torch import Tensor, nn

from images_plain import CRITIC_TURNS, GAMMA, RATES, Tick, gradient_penalty, loader, slopes


class LightningGAN(lightning.LightningModule):
    """Two networks, two optimizers, and a training step that uses them by hand."""

    def __init__(
        self, generator: nn.Module, discriminator: nn.Module, latent: int, method: str
    ) -> None:
        super().__init__()
        self.automatic_optimization = False
        self.generator, self.discriminator = generator, discriminator
        self.latent, self.method = latent, method
        self.criterion = nn.BCEWithLogitsLoss()

    def configure_optimizers(self) -> list[torch.optim.Optimizer]:
        return [
            torch.optim.Adam(network.parameters(), **RATES[self.method])
            for network in (self.generator, self.discriminator)
        ]

    def training_step(self, batch: list[Tensor], index: int) -> None:
        (real,) = batch
        if self.method == "wgan-gp":
            self._wasserstein(real, index)
        else:
            self._game(real)

    def _make(self, n: int) -> Tensor:
        return self.generator(torch.randn(n, self.latent, device=self.device))

    def _move(self, optimizer: torch.optim.Optimizer, loss: Tensor) -> None:
        optimizer.zero_grad()
        self.manual_backward(loss)
        optimizer.step()

    def _game(self, real: Tensor) -> None:
        g_optimizer, d_optimizer = self.optimizers()
        ones, zeros = torch.ones(len(real)), torch.zeros(len(real))
        fake = self._make(len(real))
        if self.method == "r1":
            real.requires_grad_()
        scores = self.discriminator(real)
        d_loss = self.criterion(scores, ones) + self.criterion(
            self.discriminator(fake.detach()), zeros
        )
        if self.method == "r1":
            d_loss = d_loss + GAMMA / 2 * slopes(scores, real).mean()
        self._move(d_optimizer, d_loss)
        g_loss = self.criterion(self.discriminator(fake), ones)
        self._move(g_optimizer, g_loss)
        self.log_dict({"g_loss": g_loss, "d_loss": d_loss})

    def _wasserstein(self, real: Tensor, index: int) -> None:
        g_optimizer, d_optimizer = self.optimizers()
        fake = self._make(len(real)).detach()
        d_loss = self.discriminator(fake).mean() - self.discriminator(real).mean()
        self._move(d_optimizer, d_loss + gradient_penalty(self.discriminator, real, fake))
        self.log("d_loss", d_loss)
        if index % CRITIC_TURNS == CRITIC_TURNS - 1:
            g_loss = -self.discriminator(self._make(len(real))).mean()
            self._move(g_optimizer, g_loss)
            self.log("g_loss", g_loss)


class Ticks(lightning.Callback):
    """Tells of every batch."""

    def __init__(self, tick: Tick) -> None:
        self.tick = tick

    def on_train_batch_end(self, *_: object) -> None:
        self.tick()


class Fit:
    """Lightning's `fit` as a loop that takes turns."""

    def __init__(
        self, generator: nn.Module, discriminator: nn.Module, pictures: Tensor, batch: int,
        latent: int, method: str,
    ) -> None:  # fmt: skip
        self.module = LightningGAN(generator, discriminator, latent, method)
        self.data = loader(pictures, batch)

    def __call__(self, tick: Tick) -> None:
        """Train until the tick says that it is enough."""
        logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
        warnings.filterwarnings("ignore", module="lightning")
        trainer = lightning.Trainer(
            accelerator="cpu", devices=1, max_epochs=-1, logger=False, callbacks=[Ticks(tick)],
            enable_checkpointing=False, enable_progress_bar=False, enable_model_summary=False,
        )  # fmt: skip
        trainer.fit(self.module, self.data)
