"""The same DCGAN in Keras 3 on its torch backend, with a train step of its own.

It follows Keras' guide "Customizing what happens in fit() with PyTorch": a Model whose
`train_step` is overridden, trained by `fit`. Two things are done better than there, as a careful
person would: fakes for the discriminator's step keep no graph, and real and fake items are scored
in one call. Layers, shapes, loss, rates and batches are those of the other loops; no average of
weights, no log, nothing beside.
"""

import os

os.environ["KERAS_BACKEND"] = "torch"

import keras
import numpy as np
import torch
from keras import layers

from plain import BETAS, LR


def generator(latent: int, channels: int, width: int) -> keras.Model:
    """DCGAN's generator for 32x32 pictures, from latents (n, latent)."""
    stack = [keras.Input((latent,)), layers.Reshape((1, 1, latent))]
    stack.append(layers.Conv2DTranspose(4 * width, 4, use_bias=False))
    for maps in (2 * width, width):
        stack += [layers.BatchNormalization(momentum=0.9, epsilon=1e-5), layers.ReLU()]
        stack.append(layers.Conv2DTranspose(maps, 4, 2, padding="same", use_bias=False))
    stack += [layers.BatchNormalization(momentum=0.9, epsilon=1e-5), layers.ReLU()]
    stack.append(layers.Conv2DTranspose(channels, 4, 2, padding="same", activation="tanh"))
    return keras.Sequential(stack)


def discriminator(channels: int, width: int) -> keras.Model:
    """DCGAN's discriminator of 32x32 pictures, without normalisation, to scores (n, 1)."""
    stack = [keras.Input((32, 32, channels))]
    for maps in (width, 2 * width, 4 * width):
        stack.append(layers.Conv2D(maps, 4, 2, padding="same"))
        stack.append(layers.LeakyReLU(negative_slope=0.2))
    return keras.Sequential([*stack, layers.Conv2D(1, 4), layers.Flatten()])


class KerasGAN(keras.Model):
    """A GAN whose train step is written out."""

    def __init__(self, latent: int, channels: int, width: int) -> None:
        super().__init__()
        self.latent = latent
        self.generator = generator(latent, channels, width)
        self.discriminator = discriminator(channels, width)
        self.seeds = keras.random.SeedGenerator(0)
        self.d_metric = keras.metrics.Mean(name="d_loss")
        self.g_metric = keras.metrics.Mean(name="g_loss")
        first, second = BETAS
        self.compile()
        self.d_optimizer = keras.optimizers.Adam(LR, first, second)
        self.g_optimizer = keras.optimizers.Adam(LR, first, second)
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

    def train_step(self, data: torch.Tensor) -> dict[str, torch.Tensor]:
        real = data[0] if isinstance(data, tuple) else data
        n = real.shape[0]
        latents = keras.random.normal((n, self.latent), seed=self.seeds)
        with torch.no_grad():
            fake = self.generator(latents, training=True)
        targets = torch.cat([torch.ones((n, 1)), torch.zeros((n, 1))])
        scores = self.discriminator(torch.cat([real, fake]), training=True)
        # Twice the mean over both halves is the sum of the two means.
        d_loss = 2 * self.loss_function(targets, scores)
        self._apply(self.d_optimizer, self.discriminator, d_loss)

        latents = keras.random.normal((n, self.latent), seed=self.seeds)
        scores = self.discriminator(self.generator(latents, training=True), training=True)
        g_loss = self.loss_function(torch.ones((n, 1)), scores)
        self._apply(self.g_optimizer, self.generator, g_loss)
        self.d_metric.update_state(d_loss.detach())
        self.g_metric.update_state(g_loss.detach())
        return {metric.name: metric.result() for metric in self.metrics}


class KerasLoop:
    """So many steps of `fit`, on pictures (n, 32, 32, channels) uint8 in memory."""

    def __init__(self, pictures: np.ndarray, batch_size: int, latent: int, width: int) -> None:
        self.model = KerasGAN(latent, pictures.shape[-1], width)
        self.pictures, self.batch_size = pictures, batch_size

    def run(self, steps: int) -> None:
        """Take so many steps: the pictures that they need are scaled and given to `fit`."""
        count = steps * self.batch_size
        chosen = np.random.default_rng(0).integers(len(self.pictures), size=count)
        x = self.pictures[chosen].astype(np.float32) / 127.5 - 1
        self.model.fit(x, batch_size=self.batch_size, epochs=1, verbose=0)
