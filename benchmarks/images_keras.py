"""The same GANs in Keras 3 on its torch backend, with a train step of their own, trained by `fit`.

They follow Keras' guide "Customizing what happens in fit() with PyTorch" and, for the penalties,
its WGAN-GP example: generated items for the discriminator's move keep no graph, real and generated
ones are scored in one call where no penalty is on the real ones alone. Layers, shapes, loss, rates
and batches are those of the other loops.
"""

import os

os.environ["KERAS_BACKEND"] = "torch"

import keras
import numpy as np
import torch
from keras import layers

from images_plain import CRITIC_TURNS, GAMMA, RATES, Tick, gradient_penalty, slopes


def generator(latent: int, channels: int, size: int, width: int) -> keras.Model:
    """DCGAN's generator for pictures of 4 times a power of two, from latents (n, latent)."""
    levels = (size // 4).bit_length() - 1
    widths = [min(width * 2**level, 8 * width) for level in reversed(range(levels))]
    stack = [keras.Input((latent,)), layers.Reshape((1, 1, latent))]
    stack.append(layers.Conv2DTranspose(widths[0], 4, use_bias=False))
    for maps in widths[1:]:
        stack += [layers.BatchNormalization(momentum=0.9, epsilon=1e-5), layers.ReLU()]
        stack.append(layers.Conv2DTranspose(maps, 4, 2, padding="same", use_bias=False))
    stack += [layers.BatchNormalization(momentum=0.9, epsilon=1e-5), layers.ReLU()]
    stack.append(layers.Conv2DTranspose(channels, 4, 2, padding="same", activation="tanh"))
    return keras.Sequential(stack)


def discriminator(channels: int, size: int, width: int) -> keras.Model:
    """DCGAN's discriminator without normalisation, to scores (n,)."""
    levels = (size // 4).bit_length() - 1
    stack = [keras.Input((size, size, channels))]
    for level in range(levels):
        stack.append(layers.Conv2D(min(width * 2**level, 8 * width), 4, 2, padding="same"))
        stack.append(layers.LeakyReLU(negative_slope=0.2))
    return keras.Sequential([*stack, layers.Conv2D(1, 4), layers.Reshape(())])


class KerasGAN(keras.Model):
    """A GAN whose train step is written out."""

    def __init__(self, latent: int, channels: int, size: int, width: int, method: str) -> None:
        super().__init__()
        self.latent, self.method, self.moves = latent, method, 0
        self.generator = generator(latent, channels, size, width)
        self.discriminator = discriminator(channels, size, width)
        self.seeds = keras.random.SeedGenerator(0)
        self.d_metric = keras.metrics.Mean(name="d_loss")
        self.g_metric = keras.metrics.Mean(name="g_loss")
        self.compile()
        first, second = RATES[method]["betas"]
        self.d_optimizer, self.g_optimizer = (
            keras.optimizers.Adam(RATES[method]["lr"], first, second) for _ in range(2)
        )
        self.loss_function = keras.losses.BinaryCrossentropy(from_logits=True)
        self.built = True

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        return [self.d_metric, self.g_metric]

    def _apply(
        self, optimizer: keras.optimizers.Optimizer, network: keras.Model, loss: torch.Tensor
    ) -> None:
        self.zero_grad()
        loss.backward()
        weights = network.trainable_weights
        with torch.no_grad():
            optimizer.apply([weight.value.grad for weight in weights], weights)

    def _make(self, n: int) -> torch.Tensor:
        return self.generator(keras.random.normal((n, self.latent), seed=self.seeds), training=True)

    def _judge(self, x: torch.Tensor) -> torch.Tensor:
        return self.discriminator(x, training=True)

    def _d_loss(self, real: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
        n = len(real)
        if self.method == "gan":
            targets = torch.cat([torch.ones(n), torch.zeros(n)])
            # Twice the mean over both halves is the sum of the two means.
            return 2 * self.loss_function(targets, self._judge(torch.cat([real, fake])))
        if self.method == "r1":
            real = real.requires_grad_()
            scores = self._judge(real)
            d_loss = self.loss_function(torch.ones(n), scores)
            d_loss = d_loss + self.loss_function(torch.zeros(n), self._judge(fake))
            return d_loss + GAMMA / 2 * slopes(scores, real).mean()
        d_real, d_fake = self._judge(torch.cat([real, fake])).chunk(2)
        return d_fake.mean() - d_real.mean() + gradient_penalty(self._judge, real, fake)

    def train_step(self, data: torch.Tensor) -> dict[str, torch.Tensor]:
        real = data[0] if isinstance(data, tuple) else data
        n = len(real)
        with torch.no_grad():
            fake = self._make(n)
        d_loss = self._d_loss(real, fake)
        self._apply(self.d_optimizer, self.discriminator, d_loss)
        self.d_metric.update_state(d_loss.detach())
        self.moves += 1
        if self.method != "wgan-gp" or self.moves % CRITIC_TURNS == 0:
            scores = self._judge(self._make(n))
            if self.method == "wgan-gp":
                g_loss = -scores.mean()
            else:
                g_loss = self.loss_function(torch.ones(n), scores)
            self._apply(self.g_optimizer, self.generator, g_loss)
            self.g_metric.update_state(g_loss.detach())
        return {metric.name: metric.result() for metric in self.metrics}


class Ticks(keras.callbacks.Callback):
    """Tells of every batch."""

    def __init__(self, tick: Tick) -> None:
        super().__init__()
        self.tick = tick

    def on_train_batch_end(self, batch: int, logs: object = None) -> None:
        self.tick()


class Fit:
    """Keras' `fit` as a loop that takes turns."""

    def __init__(
        self, pictures: torch.Tensor, batch: int, latent: int, width: int, method: str
    ) -> None:
        self.x: np.ndarray = pictures.permute(0, 2, 3, 1).contiguous().numpy()
        self.batch = batch
        _, channels, size, _ = pictures.shape
        self.model = KerasGAN(latent, channels, size, width, method)

    def __call__(self, tick: Tick) -> None:
        """Train until the tick says that it is enough."""
        self.model.fit(
            self.x, batch_size=self.batch, epochs=10**6, verbose=0, callbacks=[Ticks(tick)]
        )
