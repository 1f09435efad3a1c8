"""Drawing items from a prior through a decoder that says a distribution of them."""

from torch import Tensor, nn

from sparring.core import Batch, Interpolates, Reconstructs
from sparring.games.conditional import Conditional
from sparring.games.generating import call
from sparring.losses.pixels import Pixels
from sparring.priors import Normal, Prior


class Decoding(Conditional, Interpolates, Reconstructs):
    """A game with a decoder of latents z and conditions y.

    Attributes:
        decoder: from latents (n, k), and conditions (n, ...) if there are such, to what `pixels`
            takes.
        prior: of the latents.
        pixels: what the decoder says of items.
    """

    decoder: nn.Module
    prior: Prior
    pixels: Pixels

    @property
    def discrete(self) -> bool:
        """Whether what is said of items is probabilities; else it is densities."""
        return self.pixels.discrete

    def decode(self, z: Tensor, y: Tensor | None) -> Tensor:
        """What is said of the items of latents (n, k)."""
        return call(self.decoder, z, y)

    def latent(self, n: int) -> Tensor:
        """n draws from the prior, of shape (n, k)."""
        return self.prior.sample(n)

    def ends(self, n: int, condition: Batch | None = None) -> Tensor:
        """n draws from the prior: ways lead from one to another, whatever is asked for."""
        return self.latent(n)

    @property
    def spherical(self) -> bool:
        """Whether ways are arcs: between normal latents, which all lie near a sphere."""
        return isinstance(self.prior, Normal)

    def sample(
        self, n: int, condition: Batch | None = None, latent: Tensor | None = None
    ) -> Tensor:
        """n items: the means of what is said of them, or what is nearest to these.

        `condition["y"]` says what they are asked to be.
        """
        z = self.latent(n) if latent is None else latent
        return self.pixels.nearest(self.pixels.mean(self.decode(z, self.wanted(n, condition))))
