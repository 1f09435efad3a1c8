"""Features without labels: which way up is this picture?"""

from typing import Protocol, runtime_checkable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sparring.core import Adam, Batch, Encodes, Game, OptimizerSpec, Player, Predicts, Terms
from sparring.core.errors import WrongUse
from sparring.priors import Categorical


@runtime_checkable
class Featured(Protocol):
    """A network that makes features of pictures, such as every house discriminator."""

    features_width: int

    def features(self, x: Tensor) -> Tensor:
        """The features (n, features_width) of pictures (n, channels, size, size)."""


def rotated(x: Tensor, turns: Tensor) -> Tensor:
    """Square pictures, each turned by its own number of quarter turns.

    Args:
        x: (n, channels, size, size).
        turns: (n,) whole numbers 0 to 3, quarter turns anticlockwise.

    Example:
        >>> x = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]])
        >>> rotated(x, torch.tensor([1]))[0, 0].tolist()
        [[2.0, 4.0], [1.0, 3.0]]
    """
    ways = torch.stack([torch.rot90(x, k, (2, 3)) for k in range(4)], 1)  # (n, 4, c, s, s)
    chosen: Tensor = ways[torch.arange(len(x)), turns]
    return chosen


class Head(nn.Module):
    """A linear classifier of features that have been brought to one scale.

    Features of spectrally normalised networks are small, and on them as they are a linear layer
    learns slowly: of Fashion-MNIST with all labels 64 % after 200 steps, and 77 % so.

    Args:
        features_width: of the features.
        classes: how many.

    Example:
        >>> Head(8, 3)(torch.zeros(5, 8)).shape
        torch.Size([5, 3])
    """

    def __init__(self, features_width: int, classes: int) -> None:
        super().__init__()
        self.norm, self.linear = nn.LayerNorm(features_width), nn.Linear(features_width, classes)

    def forward(self, h: Tensor) -> Tensor:
        """Class scores (n, classes) of features (n, features_width)."""
        scores: Tensor = self.linear(self.norm(h))
        return scores


class RotationHead(Head):
    """Tells from features by how many quarter turns a picture was turned.

    Gidaris et al. 2018 (arXiv 1803.07728), eq. 2 and 3, with one turn of each picture, drawn
    evenly, in the stead of all four.

    Args:
        features_width: of the features.

    Example:
        >>> RotationHead(8)(torch.zeros(5, 8)).shape
        torch.Size([5, 4])
    """

    def __init__(self, features_width: int) -> None:
        super().__init__(features_width, 4)
        self.turns = Categorical([1.0] * 4)

    def cost(self, network: Featured, x: Tensor) -> Tensor:
        """The cross entropy of the turns of pictures x (n, channels, size, size), in nats."""
        turns = self.turns.sample(len(x))
        return F.cross_entropy(self(network.features(rotated(x, turns))), turns)


class Rotation(Game, Encodes, Predicts):
    """A game of one: a network learns to tell by how many quarter turns pictures are turned.

    Gidaris et al. 2018 (arXiv 1803.07728). To tell that, it must see what is in the pictures; its
    features so serve where there are no labels. Worthless for what looks the same from all sides.

    Args:
        encoder: makes features of square pictures; any discriminator of pictures does.
        optimizer: Adam(1e-3, (.9, .999)) by default.

    Raises:
        WrongUse: if the encoder shows no features.

    Example:
        >>> from sparring.networks import DCGANDiscriminator
        >>> game = Rotation(DCGANDiscriminator(1, 8, width=4))
        >>> game.encode(torch.zeros(3, 1, 8, 8)).shape
        torch.Size([3, 4])
    """

    def __init__(self, encoder: nn.Module, *, optimizer: OptimizerSpec | None = None) -> None:
        super().__init__()
        self.encoder = featured(type(self).__name__, encoder)
        # What judges real against generated has nothing to do here.
        self.head = RotationHead(self.encoder.features_width)
        self.players = {
            "encoder": Player(
                [encoder, self.head], self.loss, optimizer or Adam(1e-3, (0.9, 0.999))
            )
        }
        self.turns = ["encoder"]

    def loss(self, batch: Batch) -> Terms:
        """The cross entropy of the turns."""
        return {"rotation": self.head.cost(self.encoder, self.need("x", batch))}

    def encode(self, x: Tensor) -> Tensor:
        """Features (n, features_width) of pictures."""
        return self.encoder.features(x)

    def predict(self, x: Tensor) -> Tensor:
        """Scores of 0 to 3 quarter turns, (n, 4)."""
        scores: Tensor = self.head(self.encode(x))
        return scores


def featured(game: str, network: nn.Module) -> Featured:
    """The network, if it shows features.

    Raises:
        WrongUse: if it doesn't.
    """
    if not isinstance(network, Featured):
        raise WrongUse(
            f"{game} needs a network with features(x) and features_width, such as "
            f"DCGANDiscriminator, got {type(network).__name__}."
        )
    return network
