"""Drawing items from a prior through a generator."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from sparring.core import Batch, Interpolates, Truncates, WrongUse
from sparring.games.conditional import Conditional
from sparring.games.sharing import Shown
from sparring.priors import Normal, Prior


class Generating(Conditional, Interpolates, Truncates):
    """A game with a generator G(z, y) of latents z and conditions y.

    Attributes:
        generator: from latents (n, k), and conditions (n, ...) if there are such, to items.
        prior: of the latents.
    """

    generator: nn.Module
    prior: Prior

    _shown: Shown | None = None

    def generate(self, n: int, y: Tensor | None) -> tuple[Tensor, Tensor]:
        """n latents from the prior, and the items that the generator makes of them."""
        z = self.latent(n)
        return z, call(self.generator, z, y)

    def show(self, n: int, y: Tensor | None) -> Tensor:
        """n new items for another player, constants; the generator's turn may be about them too."""
        if self.traced or not self.shares or not torch.is_grad_enabled():
            with self.fixed():
                return self.generate(n, y)[1]
        z, x = self.generate(n, y)
        self._shown = Shown.of(self.generator, n, y, z, x)
        return x.detach()

    def shown_or_new(self, n: int, y: Tensor | None) -> tuple[Tensor, Tensor]:
        """Latents and items that were shown; new ones if the generator would make others now."""
        shown, self._shown = self._shown, None
        if shown is not None and shown.suits(self.generator, n, y):
            return shown.z, shown.x
        return self.generate(n, y)

    def latent(self, n: int) -> Tensor:
        """n draws from the prior, of shape (n, k)."""
        return self.prior.sample(n)

    def sample(
        self, n: int, condition: Batch | None = None, latent: Tensor | None = None
    ) -> Tensor:
        """n items of shape (n, ...); `condition["y"]` of shape (n, ...) says what is asked for."""
        z = self.latent(n) if latent is None else latent
        return call(self.generator, z, self.wanted(n, condition))

    def ends(self, n: int, condition: Batch | None = None) -> Tensor:
        """n draws from the prior: ways lead from one to another, whatever is asked for."""
        return self.latent(n)

    @property
    def spherical(self) -> bool:
        """Whether ways are arcs: between normal latents, which all lie near a sphere."""
        return isinstance(self.prior, Normal)

    @property
    def truncations(self) -> tuple[float, ...]:
        """Thresholds that 5 % of normal numbers are beyond, to one that 62 % are."""
        return (2.0, 1.5, 1.0, 0.7, 0.5) if isinstance(self.prior, Normal) else ()

    @contextmanager
    def truncated(self, truncation: float) -> Iterator[None]:
        """Inside, latents beyond +-truncation are drawn again.

        Brock et al. 2019 (arXiv 1809.11096), section 3.1.

        Raises:
            WrongUse: for a truncation that isn't above 0, or a prior that isn't normal.
        """
        kept = self.prior
        if not isinstance(kept, Normal):
            raise WrongUse(
                f"truncation needs a normal prior, and {type(self).__name__} has {kept}; leave "
                f"truncation out."
            )
        self.prior = kept.truncated(truncation).to(kept.device)
        try:
            yield
        finally:
            self.prior = kept


def call(network: nn.Module, x: Tensor, y: Tensor | None) -> Tensor:
    """A network's answer to x, and to a condition if there is one."""
    result: Tensor = network(x) if y is None else network(x, y)
    return result
