"""What every discriminator of pictures shows: scores, and the features behind them."""

from abc import ABC, abstractmethod
from collections.abc import Callable

from torch import Tensor, nn

from sparring.networks.conditioning import Conditioning

Conditionings = Callable[[int, int], Conditioning]
"""Makes a conditioning from the width of the features and the size of the condition."""


class Discriminator(nn.Module, ABC):
    """A body that makes features of pictures, a score of them, and what the condition adds to it.

    Args:
        features_width: how many features `pooled` returns.
        condition: how many classes or attributes there are, or how long a text's embedding is; 0
            for none.
        conditioning: how the condition enters.
    """

    def __init__(self, features_width: int, condition: int, conditioning: Conditionings) -> None:
        super().__init__()
        self.features_width = features_width
        self.conditioning = conditioning(features_width, condition) if condition else None

    @abstractmethod
    def body(self, x: Tensor) -> Tensor:
        """Pictures (n, channels, size, size) to maps (n, c, s, s) or vectors (n, c)."""

    @abstractmethod
    def score(self, maps: Tensor) -> Tensor:
        """What the body returned to scores (n,), whatever was asked for."""

    def pooled(self, maps: Tensor) -> Tensor:
        """What the body returned to features (n, features_width): means over all places."""
        return maps.mean((2, 3)) if maps.dim() > 2 else maps

    def judge(self, x: Tensor, y: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Scores (n,), logits, and the features (n, features_width) behind them."""
        maps = self.body(x)
        score, features = self.score(maps), self.pooled(maps)
        if self.conditioning is not None:
            score = score + self.conditioning(features, y)
        return score, features

    def look(self, x: Tensor, y: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Scores (n,), logits, and what the body made of the pictures, place by place."""
        maps = self.body(x)
        score = self.score(maps)
        if self.conditioning is not None:
            score = score + self.conditioning(self.pooled(maps), y)
        return score, maps

    def features(self, x: Tensor) -> Tensor:
        """The features (n, features_width) of pictures."""
        return self.pooled(self.body(x))

    def forward(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        return self.judge(x, y)[0]
