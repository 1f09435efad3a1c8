"""StyleGAN 2: styles from a mapping network, at every layer of the generator anew."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Unpack

import torch
from torch import Tensor, nn

from sparring.core import Adam, Batch, Mixes, WrongUse, draw
from sparring.games.common import Common, stepping
from sparring.games.gan import GAN
from sparring.games.generating import call
from sparring.games.middles import mean_style
from sparring.losses import NonSaturating
from sparring.priors import Prior
from sparring.regularizers import R1, Lazy, PathLength, Styled, styled


class StyleGAN2(GAN, Mixes):
    """The style-based GAN with path length regularisation.

    Karras et al. 2020 (arXiv 1912.04958): the non-saturating loss, R1 every 16 steps, path lengths
    every 4 (section 3.1 and 3.2, eq. 4). Style mixing and truncation are those of Karras et al.
    2019 (arXiv 1812.04948), section 3.1 and appendix B; rates those of appendix B of the first,
    Adam(2e-3, (0, .99)). Differs from the papers: lazy terms share a step with the loss and leave
    Adam's decay rates alone, each item has a crossing of its own where styles are mixed, and path
    lengths are taken of items whose styles aren't.

    Args:
        generator: `Styled`: in two parts, from latents to styles and from styles to items.
        discriminator, prior, labels, common: as for `GAN`.
        gamma: weight of R1, at least 0; Karras et al. 2020 (arXiv 2006.06676), appendix D, start
            from .0002 * pixels / batch.
        penalty_every: R1 acts every so many steps.
        path_weight: of path lengths, at least 0; 0 takes none.
        path_every: path lengths are taken every so many steps.
        mixing: how often an item has the styles of two latents, 0 to 1.

    Attributes:
        truncation: what samples are drawn with: 1 for w as it is, 0 for its mean alone.

    Raises:
        WrongUse: for another generator, or numbers outside these ranges.

    Example:
        >>> from sparring.networks import StyleDiscriminator, StyleGenerator
        >>> from sparring.priors import Normal
        >>> game = StyleGAN2(StyleGenerator(4, 1, 8, 8), StyleDiscriminator(1, 8, 8), Normal(4))
        >>> with game.truncated(0.7):
        ...     game.sample(3).shape
        torch.Size([3, 1, 8, 8])
    """

    truncations = (1.0, 0.8, 0.6, 0.4)
    spherical = False

    def __init__(
        self,
        generator: nn.Module,
        discriminator: nn.Module,
        prior: Prior,
        labels: Prior | None = None,
        *,
        gamma: float = 0.1,
        penalty_every: int = 16,
        path_weight: float = 2.0,
        path_every: int = 4,
        mixing: float = 0.9,
        **common: Unpack[Common],
    ) -> None:
        styled(generator, self)
        if not 0 <= mixing <= 1:
            raise WrongUse(f"mixing of StyleGAN2 must be between 0 and 1, got {mixing}.")
        adam = Adam(2e-3, (0.0, 0.99))
        common = stepping(common, adam, adam)
        common["hints"] = (PathLength(path_weight, path_every), *common.get("hints", ()))
        super().__init__(
            generator,
            discriminator,
            prior,
            labels,
            loss=NonSaturating(),
            regularizers=(Lazy(R1(gamma), penalty_every),),
            **common,
        )
        self.mixing, self.truncation = mixing, 1.0

    @property
    def _styled(self) -> Styled:
        return styled(self.generator, self)

    def generate(self, n: int, y: Tensor | None) -> tuple[Tensor, Tensor]:
        """n latents, and items of their styles, of which most are mixed with those of others."""
        z, count = self.latent(n), self._styled.count
        if self.mixing == 0 or count == 1:
            return z, self._styled.synthesis(self.styles(z, y))
        both = None if y is None else torch.cat([y, y])
        w, other = self.styles(torch.cat([z, self.latent(n)]), both).chunk(2)
        # From its crossing on, an item's layers have the other's styles.
        crossing = draw(lambda n: torch.randint(1, count, (n, 1, 1), device=z.device), n)
        mixed = draw(lambda n: torch.rand(n, 1, 1, device=z.device), n) < self.mixing
        layers = torch.arange(count, device=z.device)[None, :, None]
        return z, self._styled.synthesis(torch.where(mixed & (layers >= crossing), other, w))

    def styles(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        """The styles of latents (n, k), one for each layer and all the same: (n, count, styles)."""
        w = call(self._styled.mapping, z, y)
        return w[:, None].expand(-1, self._styled.count, -1)

    def ends(self, n: int, condition: Batch | None = None) -> Tensor:
        """n styles, as `styles` gives them; ways between these are straight."""
        return self.styles(self.latent(n), self.wanted(n, condition))

    def sample(
        self, n: int, condition: Batch | None = None, latent: Tensor | None = None
    ) -> Tensor:
        """n items; `latent` may be z (n, k), or styles (n, count, styles) mixed as one likes."""
        y = self.wanted(n, condition)
        z = self.latent(n) if latent is None else latent
        w = z if z.dim() == 3 else self.styles(z, y)
        if self.truncation != 1:
            middle = mean_style(self._styled.mapping, self.prior, y)
            w = torch.lerp(middle.to(w.dtype), w, self.truncation)
        return self._styled.synthesis(w)

    @contextmanager
    def truncated(self, truncation: float) -> Iterator[None]:
        """Inside, styles are drawn to their condition's mean: w' = mean + truncation (w - mean).

        Karras et al. 2019 (arXiv 1812.04948), appendix B. Items are more typical and more alike.

        Args:
            truncation: the paper's psi, 0 to 1.

        Raises:
            WrongUse: outside that range.
        """
        if not 0 <= truncation <= 1:
            raise WrongUse(f"truncation of StyleGAN2 must be between 0 and 1, got {truncation}.")
        kept, self.truncation = self.truncation, truncation
        try:
            yield
        finally:
            self.truncation = kept
