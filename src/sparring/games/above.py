"""A prior that is a model itself: latents above latents."""

from collections.abc import Sequence
from typing import Protocol, cast

from torch import Tensor, nn

from sparring.core import Batch
from sparring.priors import Prior


class Explains(Protocol):
    """A game that draws items, and knows a bound of how probable they are, as `VAE` does."""

    def sample(
        self, n: int, condition: Batch | None = None, latent: Tensor | None = None
    ) -> Tensor:
        """n items."""

    def bound(self, x: Tensor, condition: Batch | None = None, draws: int = 1) -> Tensor:
        """A lower bound of log p(x), (n,), drawn anew each time."""


class Above(Prior):
    """The law of latents z that another model has of them, which has latents of its own.

    log p(z) >= E_q(w|z) [log p(z|w) + log p(w) - log q(w|z)], and the weights of several draws are
    those of both levels together: so a model under it is one of two levels of latents (Burda et al.
    2016, arXiv 1509.00519, section 2; Gulrajani et al. 2017, arXiv 1611.05013, section 3.1). Its
    posterior of w looks at z, and not at the item again.

    Args:
        game: of latents z as its items; it isn't played, whoever has it as a prior moves it.
        shape: of the latents z of an item.

    Example:
        >>> import torch
        >>> from sparring.games import VAE
        >>> from sparring.losses import Gaussian
        >>> from sparring.networks import MLP
        >>> from sparring.priors import Normal
        >>> shape = (3, 4, 4)
        >>> pair = MLP(shape, (2, 2)), MLP((2,), (6, 4, 4))
        >>> prior = Above(VAE(*pair, Normal(2), Gaussian(3)), shape)
        >>> z = prior.sample(5)
        >>> z.shape, prior.log_prob(z).shape
        (torch.Size([5, 3, 4, 4]), torch.Size([5]))
    """

    def __init__(self, game: nn.Module, shape: Sequence[int]) -> None:
        super().__init__()
        self.game, self.shape = game, tuple(shape)

    @property
    def _explains(self) -> Explains:
        return cast(Explains, self.game)

    def sample(self, n: int) -> Tensor:
        """n draws: latents above from their prior, then those that follow from them."""
        return self._explains.sample(n)

    def _draw(self, n: int) -> Tensor:
        return self._explains.sample(n)

    def log_prob(self, z: Tensor) -> Tensor:
        """A bound of the log density of each, from one draw of its latents above, in nats."""
        return self._explains.bound(z)
