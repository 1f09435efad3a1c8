"""LAPGAN: a pyramid of GANs, each of which adds what the smaller picture lacks."""

import copy
from collections.abc import Callable, Sequence
from typing import Protocol, Unpack

from torch import Tensor, nn

from sparring.core import Batch, Player, Scores, Terms, WrongUse
from sparring.games.common import Common
from sparring.games.gan import GAN
from sparring.games.generating import Generating, call
from sparring.losses import AdversarialLoss
from sparring.priors import Prior


class Pyramid(Protocol):
    """What the generator knows of pictures; lists go from the finest level to the coarsest.

    Attributes:
        sides: side lengths of the levels.
        levels: their networks: from noise, and below the coarsest the smaller pictures, to
            pictures.
    """

    sides: Sequence[int]
    levels: nn.ModuleList

    def pictures(self, x: Tensor) -> Sequence[Tensor]:
        """Every level of real pictures (n, channels, size, size)."""

    def cut(self, z: Tensor) -> Sequence[Tensor]:
        """Each level's noise, out of latents (n, k) of all of them."""


class Level(GAN):
    """The game of one level, beside the smaller pictures of the batch; part of a `LAPGAN`."""

    low: Tensor | None = None

    def __init__(
        self, pyramid: Pyramid, index: int, discriminator: nn.Module, prior: Prior,
        labels: Prior | None, loss: AdversarialLoss | None, common: Common,
    ) -> None:  # fmt: skip
        generator = pyramid.levels[index]
        super().__init__(generator, discriminator, prior, labels, loss=loss, **common)
        self.cut, self.index = pyramid.cut, index
        self.shares = False  # what is made hangs on the turn's own pictures

    def generate(self, n: int, y: Tensor | None) -> tuple[Tensor, Tensor]:
        z = self.cut(self.latent(n))[self.index]
        if self.low is None:
            return z, call(self.generator, z, y)
        return z, self.generator(z, self.low, *(() if y is None else (y,)))


class LAPGAN(Generating, Scores):
    """A GAN for every level of a Laplacian pyramid, each trained on its own.

    Denton et al. 2015 (arXiv 1506.05751): G_K makes the smallest pictures from noise; G_k makes the
    band h_k that a level has beyond its low-pass pictures l_k, from noise and l_k, and D_k sees l_k
    + h_k. In training l_k comes from real pictures, so that no level waits for another; samples go
    from coarse to fine, I_k = l_k + G_k(z_k, l_k) (eq. 5). Differs from the paper: normal noise,
    Adam, and real and generated pictures of the same l_k in one call.

    Args:
        generator: has the levels' networks, and knows the pyramid (`networks.LaplacianGenerator`);
            called as a whole, it makes pictures from the noise of all levels.
        discriminator: has as many `levels`, and calls them on the levels of whole pictures.
        prior: of all levels' noise.
        labels: as for `GAN`.
        loss: what both players of every level want; non-saturating by default.
        common: as for `GAN`, for every level; what keeps a state keeps one a level, and hints are
            given to the finest.

    Raises:
        WrongUse: for networks that aren't pyramids with the same levels.

    Example:
        >>> from sparring.networks import LaplacianDiscriminator, LaplacianGenerator
        >>> from sparring.priors import Normal
        >>> networks = LaplacianGenerator(4, 1, 8, width=4), LaplacianDiscriminator(1, 8, width=4)
        >>> game = LAPGAN(*networks, Normal(64 + 4))
        >>> list(game.players)
        ['discriminator_8', 'generator_8', 'discriminator_4', 'generator_4']
        >>> game.sample(3).shape
        torch.Size([3, 1, 8, 8])
    """

    averaged = ("generator",)

    def __init__(
        self,
        generator: nn.Module,
        discriminator: nn.Module,
        prior: Prior,
        labels: Prior | None = None,
        *,
        loss: AdversarialLoss | None = None,
        **common: Unpack[Common],
    ) -> None:
        super().__init__()
        self.generator, self.discriminator = generator, discriminator
        self.prior, self.labels = prior, labels
        pyramid: Pyramid = generator  # type: ignore[assignment]
        makers, judges = (getattr(n, "levels", ()) for n in (generator, discriminator))
        if not makers or len(makers) != len(judges):
            raise WrongUse(
                f"LAPGAN needs a generator and a discriminator with the same levels, got "
                f"{len(makers)} and {len(judges)}; use those of networks='laplacian'."
            )
        # No modules of this one: their networks are the generator's and the discriminator's.
        self.games = [
            Level(pyramid, index, judge, prior, labels, loss, _of_level(common, index))
            for index, judge in enumerate(judges)
        ]
        kept = [part for game in self.games for part in (game.parts, game.augmentation)]
        self.parts = nn.ModuleList(part for part in kept if part is not None)
        self.players = {}
        for index, game in enumerate(self.games):
            for name, player in game.players.items():
                own = Player(player.networks, _Move(self, index, player.loss), player.optimizer)
                self.players[f"{name}_{pyramid.sides[index]}"] = own
        self.turns = list(self.players)

    def score(self, x: Tensor, condition: Batch | None = None) -> Tensor:
        """The discriminator's score of each item over all levels, of shape (n,)."""
        y = None if self.labels is None else self.need("y", condition or {})
        return call(self.discriminator, x, y)


class _Move:
    """A player's loss: that of its level's game, on that level of the batch's pictures."""

    def __init__(self, whole: LAPGAN, index: int, loss: Callable[[Batch], Terms]) -> None:
        self.whole, self.index, self.loss = whole, index, loss

    def __call__(self, batch: Batch) -> Terms:
        whole, game = self.whole, self.whole.games[self.index]
        game.step, game.done, game.traced = whole.step, whole.done, whole.traced
        pictures = whole.generator.pictures(whole.need("x", batch))  # type: ignore[operator]
        game.low = None if game is whole.games[-1] else pictures[self.index + 1]
        try:
            return self.loss({**batch, "x": pictures[self.index]})
        finally:
            game.low = None


def _of_level(common: Common, index: int) -> Common:
    return {**copy.deepcopy(common), "hints": common.get("hints", ()) if index == 0 else ()}
