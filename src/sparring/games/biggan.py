"""BigGAN: SAGAN's game with a generator of orthogonal filters, which bears truncation."""

from typing import Unpack

from torch import nn

from sparring.core import Adam
from sparring.games.common import Common, stepping
from sparring.games.gan import GAN
from sparring.losses import Hinge
from sparring.priors import Prior
from sparring.regularizers import Orthogonal, spectrally_normalise


class BigGAN(GAN):
    """The GAN whose samples trade variety for quality by the reach of their latents.

    Brock et al. 2019 (arXiv 1809.11096), section 3: the hinge loss, every linear and convolutional
    weight of both players normalised, in place, two discriminator moves a step, and the orthogonal
    regularisation of eq. 3 on the generator, without which most generators answer latents that are
    cut off with artefacts. Items of less variety come inside `truncated`. `BigGANGenerator` and
    `BigGANDiscriminator` are the paper's networks; any others will do. Differs from the paper:
    batch statistics for sampling are running averages, the same for every truncation.

    Args:
        generator, discriminator, prior, labels: as for `GAN`; only a `Normal` prior can be
            truncated.
        orthogonality: strength of the regularisation, at least 0; the paper's beta.
        discriminator_turns: discriminator moves a step.
        common: as for `GAN`; the optimizers are Adam(5e-5, (0, .999)) for the generator and
            Adam(2e-4, (0, .999)) for the discriminator by default. Batches far smaller than the
            paper's 2,048 bear higher rates.

    Raises:
        WrongUse: for a negative orthogonality.

    Example:
        >>> from sparring.networks import BigGANDiscriminator, BigGANGenerator
        >>> from sparring.priors import Normal
        >>> pair = BigGANGenerator(8, 1, 8, width=8), BigGANDiscriminator(1, 8, width=8)
        >>> game = BigGAN(*pair, Normal(8))
        >>> with game.truncated(0.5):
        ...     bool((game.latent(100).abs() <= 0.5).all()), game.sample(2).shape
        (True, torch.Size([2, 1, 8, 8]))
    """

    def __init__(
        self,
        generator: nn.Module,
        discriminator: nn.Module,
        prior: Prior,
        labels: Prior | None = None,
        *,
        orthogonality: float = 1e-4,
        discriminator_turns: int = 2,
        **common: Unpack[Common],
    ) -> None:
        common = stepping(common, Adam(5e-5, (0.0, 0.999)), Adam(2e-4, (0.0, 0.999)))
        common["hints"] = (Orthogonal(orthogonality), *common.get("hints", ()))
        super().__init__(
            spectrally_normalise(generator, embeddings=False),
            spectrally_normalise(discriminator),
            prior,
            labels,
            loss=Hinge(),
            discriminator_turns=discriminator_turns,
            **common,
        )
