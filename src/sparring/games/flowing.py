"""Drawing items through a network that can be undone, which says how probable each is."""

from typing import Protocol, runtime_checkable

from torch import Tensor, nn

from sparring.core import Batch, Encodes, Evaluates, WrongUse
from sparring.games.generating import Generating
from sparring.games.tempering import Tempered
from sparring.losses.spaces import Space


@runtime_checkable
class Invertible(Protocol):
    """A network from vectors to latents of as many numbers, and back."""

    def __call__(self, x: Tensor, y: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Latents (n, k) of vectors (n, k), and log |det dz/dx|, (n,)."""

    def inverse(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        """Vectors (n, k) of latents (n, k)."""


class FlowGenerator(nn.Module):
    """A flow as a generator G(z, y) of items, which finds the latents of given ones too.

    Args:
        network: the flow.
        space: items as its vectors.

    Raises:
        WrongUse: for a network that can't be undone.
    """

    def __init__(self, network: nn.Module, space: Space) -> None:
        super().__init__()
        if not isinstance(network, Invertible):
            raise WrongUse(
                f"{type(network).__name__} can't be undone; a flow needs a network such as RealNVP."
            )
        self.network: nn.Module = network
        self.space = space

    def forward(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        """The items (n, ...) of latents (n, k)."""
        vectors: Tensor = self.network.inverse(z, y)  # type: ignore[operator]
        return self.space.gather(vectors)

    def latents(self, x: Tensor, y: Tensor | None) -> tuple[Tensor, Tensor]:
        """The latents (n, k) of items, and what makes their log-densities the items', (n,)."""
        vectors, volume = self.space.spread(x)
        z, log_det = self.network(vectors, y)
        return z, log_det + volume


class Flowing(Tempered, Generating, Encodes, Evaluates):
    """A game with a flow: log p(x) = log p(z) + log |det dz/dx|, exactly.

    Latents are drawn times the temperature: below 1 nearer to the middle (Kingma and Dhariwal 2018,
    arXiv 1807.03039, section 6).

    Attributes:
        generator: the flow, from latents (n, k) to items.
        prior: of the latents.
        space: items as vectors.
    """

    generator: FlowGenerator
    space: Space

    @property
    def discrete(self) -> bool:
        return self.space.discrete

    def check_latents(self) -> None:
        """Refuse a prior whose latents don't fit the items.

        Raises:
            WrongUse: saying which would.
        """
        numbers, drawn = self.space.numbers, self.prior.sample(1).shape[1:]
        if drawn != (numbers,):
            raise WrongUse(
                f"latents of {type(self).__name__} must be as many numbers as an item's {numbers}, "
                f"got {tuple(drawn)}; take Normal({numbers})."
            )

    def log_prob(self, x: Tensor, condition: Batch | None = None) -> Tensor:
        """Log-density of items, in nats, (n,), exact where they are numbers.

        Where they are levels or choices noise is drawn anew each time, and the mean is a lower
        bound of the log-probability; see `Space`.
        """
        z, volume = self.generator.latents(x, self.condition_of(condition or {}))
        return self.prior.log_prob(z) + volume

    def encode(self, x: Tensor, condition: Batch | None = None) -> Tensor:
        """The latents (n, k) of items."""
        return self.generator.latents(x, self.condition_of(condition or {}))[0]

    def sample(
        self, n: int, condition: Batch | None = None, latent: Tensor | None = None
    ) -> Tensor:
        """n items (n, ...), of levels where these have such.

        `condition["y"]` says what they are asked to be.
        """
        return self.space.nearest(super().sample(n, condition, latent))

    def latent(self, n: int) -> Tensor:
        """n draws from the prior, times the temperature, of shape (n, k)."""
        return self.temperature * self.prior.sample(n)
