"""The same VAE trained by sparring's `train` and by pythae's `BaseTrainer`, in turns.

Both have an encoder 784-200-200-(50, 50) and a decoder 50-200-200-784, the same activation,
Bernoulli pixels, Adam at 1e-3, batches of 100 of the same pictures in memory, shuffled.
"""

import itertools
import logging
import tempfile
from typing import Any

import torch
from torch import Tensor, nn

from turns import Tick

PIXELS, HIDDEN, LATENT, BATCH = 784, 200, 50, 100


def stack(sizes: tuple[int, ...]) -> nn.Sequential:
    """Linear layers with leaky rectifiers between."""
    layers: list[nn.Module] = []
    for before, after in itertools.pairwise(sizes):
        layers += [nn.Linear(before, after), nn.LeakyReLU(0.2)]
    return nn.Sequential(*layers[:-1])


class Ours:
    """Sparring's loop.

    Args:
        levels: uint8 (n, 1, 28, 28).
    """

    def __init__(self, levels: Tensor) -> None:
        from sparring.core import Adam
        from sparring.games import VAE
        from sparring.losses import Bernoulli
        from sparring.networks import MLP
        from sparring.priors import Normal

        hidden = (HIDDEN, HIDDEN)
        self.game = VAE(
            MLP((1, 28, 28), (2, LATENT), hidden), MLP((LATENT,), (1, 28, 28), hidden),
            Normal(LATENT), Bernoulli(1), optimizer=Adam(1e-3, (0.9, 0.999)),
        )  # fmt: skip
        self.levels = levels

    @property
    def weights(self) -> int:
        """How many there are."""
        return sum(weight.numel() for weight in self.game.parameters())

    def __call__(self, tick: Tick) -> None:
        """Train until the tick says that it is enough, with what `fit` has beside."""
        from sparring.callbacks import Average, Record
        from sparring.core import Callback, train
        from sparring.data import Batches, open_dataset

        class Ticks(Callback):
            def on_step(_, state: Any) -> None:  # noqa: N805
                tick()

        data = open_dataset(self.levels[:, 0].numpy(), binarise="half").train
        with tempfile.TemporaryDirectory() as folder:
            train(
                self.game, Batches(data, BATCH), steps=10**9,
                callbacks=[Average(10_000), Record(folder), Ticks()],
            )  # fmt: skip


class Pythae:
    """Pythae's loop, without an evaluation set and without checkpoints.

    Args:
        x: float (n, 1, 28, 28), 0 and 1.
    """

    def __init__(self, x: Tensor) -> None:
        from pythae.models import VAE, VAEConfig
        from pythae.models.base.base_utils import ModelOutput
        from pythae.models.nn import BaseDecoder, BaseEncoder

        class Encoder(BaseEncoder):
            def __init__(self) -> None:
                super().__init__()
                self.layers = stack((PIXELS, HIDDEN, HIDDEN, 2 * LATENT))

            def forward(self, x: Tensor) -> Any:
                mean, log_variance = self.layers(x.flatten(1)).chunk(2, 1)
                return ModelOutput(embedding=mean, log_covariance=log_variance)

        class Decoder(BaseDecoder):
            def __init__(self) -> None:
                super().__init__()
                self.layers = stack((LATENT, HIDDEN, HIDDEN, PIXELS))

            def forward(self, z: Tensor) -> Any:
                made = torch.sigmoid(self.layers(z)).reshape(-1, 1, 28, 28)
                return ModelOutput(reconstruction=made)

        config = VAEConfig(input_dim=(1, 28, 28), latent_dim=LATENT, reconstruction_loss="bce")
        self.model = VAE(config, Encoder(), Decoder())
        self.x = x

    @property
    def weights(self) -> int:
        """How many there are."""
        return sum(weight.numel() for weight in self.model.parameters())

    def __call__(self, tick: Tick) -> None:
        """Train until the tick says that it is enough."""
        from pythae.data.datasets import BaseDataset
        from pythae.trainers import BaseTrainer, BaseTrainerConfig
        from pythae.trainers.training_callbacks import TrainingCallback

        class Ticks(TrainingCallback):
            def on_train_step_end(self, training_config: Any, **_: Any) -> None:
                tick()

        logging.getLogger("pythae").setLevel(logging.ERROR)
        with tempfile.TemporaryDirectory() as folder:
            settings = BaseTrainerConfig(
                output_dir=folder, num_epochs=10**6, learning_rate=1e-3, no_cuda=True,
                per_device_train_batch_size=BATCH, optimizer_cls="Adam", keep_best_on_train=True,
            )  # fmt: skip
            data = BaseDataset(self.x, torch.zeros(len(self.x)))
            trainer = BaseTrainer(self.model, data, None, settings, callbacks=[Ticks()])
            trainer.train()


def contenders(count: int) -> dict[str, Any]:
    """Both loops on so many random binary pictures."""
    levels = 255 * torch.randint(2, (count, 1, 28, 28), dtype=torch.uint8)
    found = {"sparring": Ours(levels), "pythae": Pythae(levels.float() / 255)}
    weights = {name: loop.weights for name, loop in found.items()}
    if len(set(weights.values())) > 1:
        raise RuntimeError(f"the networks differ: {weights}.")
    return found
