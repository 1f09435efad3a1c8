"""Progressive growing: small pictures first, finer levels faded in as the training goes on."""

from typing import Unpack

import torch
from torch import Tensor, nn

from sparring.core import Adam, Batch, Terms, WrongUse
from sparring.games.common import Common, stepping
from sparring.games.gan import GAN
from sparring.losses import Wasserstein
from sparring.priors import Prior
from sparring.regularizers import Drift, GradientPenalty


class ProGAN(GAN):
    """The Wasserstein GAN with gradient penalty between networks that grow.

    Karras et al. 2018 (arXiv 1710.10196), section 2 and appendix A.1, with its settings: weight 10,
    one discriminator move a step, Adam at 1e-3 with betas 0 and .99. Each level is faded in, then
    stays as long alone; real pictures are blurred as fading in blurs generated ones. Both players
    work at the side length of their stage. Differs from the paper: how fast it grows is a share of
    the training, however long that is; the moments of Adam are kept as a level comes.

    Args:
        generator, discriminator: networks with a `stage` and `sides`, as those of
            `networks.ProgressiveGenerator` and `networks.ProgressiveDiscriminator`.
        prior, labels: as for `GAN`.
        penalty: weight of the gradient penalty.
        drift: weight of the real pictures' squared scores.
        growth: share of the training after which the networks are whole, 0 to 1; 0 for networks
            that don't grow.
        start: the stage that growth begins with, 0 for the smallest pictures.
        discriminator_turns: discriminator moves a step.
        common: as for `GAN`; both optimizers are Adam(1e-3, (0, .99)) by default.

    Raises:
        WrongUse: for networks that don't grow alike, or a growth or start out of range.

    Example:
        >>> from sparring.networks import ProgressiveDiscriminator, ProgressiveGenerator
        >>> from sparring.priors import Normal
        >>> networks = ProgressiveGenerator(4, 1, 16, width=4), ProgressiveDiscriminator(1, 16, 4)
        >>> game = ProGAN(*networks, Normal(4), growth=0.5)
        >>> [game.planned(done) for done in (0.0, 0.125, 0.1875, 0.25, 0.5, 1.0)]
        [0.0, 0.0, 0.5, 1.0, 2.0, 2.0]
    """

    stage: Tensor

    def __init__(
        self,
        generator: nn.Module,
        discriminator: nn.Module,
        prior: Prior,
        labels: Prior | None = None,
        *,
        penalty: float = 10.0,
        drift: float = 0.001,
        growth: float = 0.5,
        start: float = 0.0,
        discriminator_turns: int = 1,
        **common: Unpack[Common],
    ) -> None:
        super().__init__(
            generator,
            discriminator,
            prior,
            labels,
            loss=Wasserstein(),
            regularizers=(GradientPenalty(penalty), Drift(drift)),
            discriminator_turns=discriminator_turns,
            **stepping(common, Adam(1e-3, (0.0, 0.99)), Adam(1e-3, (0.0, 0.99))),
        )
        sides = [getattr(network, "sides", None) for network in (generator, discriminator)]
        if sides[0] is None or sides[0] != sides[1]:
            raise WrongUse(
                f"ProGAN needs a generator and a discriminator that grow through the same side "
                f"lengths, got {sides[0]} and {sides[1]}; use those of networks='progressive'."
            )
        self.last = len(sides[0]) - 1
        if not 0 <= growth <= 1:
            raise WrongUse(f"growth of ProGAN must be between 0 and 1, got {growth}.")
        if not 0 <= start <= self.last:
            raise WrongUse(f"start of ProGAN must be between 0 and {self.last}, got {start}.")
        self.growth, self.start = growth, start
        # Kept with the weights, and no part of the generator, whose numbers are averaged.
        self.register_buffer("stage", torch.tensor(self.planned(0.0)))

    def planned(self, done: float) -> float:
        """The stage when that share of the training is over, from `start` to the finest level."""
        if done >= self.growth:
            return float(self.last)
        # Level after level stays for one phase, and the next is faded in for another.
        level, faded = divmod(self.start, 1)
        first = 2 * level + (1 + faded if faded else 0)
        level, phase = divmod(first + done / self.growth * (2 * self.last - first), 2)
        return float(level + max(phase - 1, 0))

    def discriminator_loss(self, batch: Batch) -> Terms:
        """As of `GAN`, at the stage's side length."""
        self._reach(self.planned(self.done))
        real = self.discriminator.faded(self.need("x", batch))  # type: ignore[operator]
        return super().discriminator_loss({**batch, "x": real})

    def generator_loss(self, batch: Batch) -> Terms:
        """As of `GAN`, at the stage's side length."""
        self._reach(self.planned(self.done))
        return super().generator_loss(batch)

    def generate(self, n: int, y: Tensor | None) -> tuple[Tensor, Tensor]:
        """n latents, and small pictures of them."""
        z = self.latent(n)
        condition = () if y is None else (y,)
        return z, self.generator.small(z, *condition)  # type: ignore[operator]

    def sample(
        self, n: int, condition: Batch | None = None, latent: Tensor | None = None
    ) -> Tensor:
        """n items of full size, in which the pixels of the stage's pictures are repeated."""
        self._reach(float(self.stage))
        return super().sample(n, condition, latent)

    def score(self, x: Tensor, condition: Batch | None = None) -> Tensor:
        """The discriminator's score of each item at its stage, of shape (n,)."""
        self._reach(float(self.stage))
        return super().score(x, condition)

    def _reach(self, stage: float) -> None:
        self.generator.stage = self.discriminator.stage = stage  # type: ignore[assignment]
        self.stage.fill_(stage)
