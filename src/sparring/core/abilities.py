"""What a game may be able to do, beside being played."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import AbstractContextManager

from torch import Tensor

from sparring.core.game import Batch


class Samples(ABC):
    """A game that can make new items."""

    @abstractmethod
    def sample(
        self, n: int, condition: Batch | None = None, latent: Tensor | None = None
    ) -> Tensor:
        """n items in model space, of shape (n, ...).

        `condition` is a batch of what is asked of them; `latent` fixes the randomness.
        """

    @abstractmethod
    def latent(self, n: int) -> Tensor:
        """n draws of what `sample` takes as `latent`."""


class Scores(ABC):
    """A game that can say how real an item looks."""

    @abstractmethod
    def score(self, x: Tensor, condition: Batch | None = None) -> Tensor:
        """One number an item, of shape (n,): higher is more real."""


class Evaluates(ABC):
    """A game that knows how probable an item is."""

    @abstractmethod
    def log_prob(self, x: Tensor, condition: Batch | None = None) -> Tensor:
        """The logarithm of the density or probability of items x, in nats, of shape (n,).

        `condition` is a batch of what they are, where that is asked for.
        """

    @property
    def discrete(self) -> bool:
        """Whether that is of probabilities, or bounds such; else it is of densities."""
        return False

    def glance(self, x: Tensor, condition: Batch | None = None) -> Tensor:
        """The same, or a cheap bound of it: what is looked at now and then in training, (n,)."""
        return self.log_prob(x, condition)


class Completes(ABC):
    """A game that can draw the rest of an item of which a part is given."""

    @abstractmethod
    def complete(self, x: Tensor, allowed: Mapping[int, Tensor] | None = None) -> Tensor:
        """Items (n, d) of which the entries that aren't known are drawn anew.

        What stands for "not known" in x, and how `allowed` limits what may be drawn, by column,
        the game says.
        """

    @abstractmethod
    def chance(self, x: Tensor, column: int, reach: Tensor) -> Tensor:
        """How probable it is that a column lies in ranges, given all others of items (n, d).

        Args:
            x: the items; what they have in that column isn't looked at.
            column: which.
            reach: (n, 2) float64, from where to where.

        Returns:
            (n,) float64 in [0, 1].
        """


class Continues(Samples):
    """A game that draws the rest of items of which some places are given.

    The condition of its `sample` may hold "x" (n, channels, *places) and "known" (n, 1, *places): 1
    where x is given, 0 where it is to be drawn.
    """


class Encodes(ABC):
    """A game that can find the latent of an item."""

    @abstractmethod
    def encode(self, x: Tensor) -> Tensor:
        """The latents of items x, of shape (n, ...)."""


class Reconstructs(Samples, Encodes):
    """A game that can make an item again: its `sample` takes what its `encode` finds."""

    @abstractmethod
    def encode(self, x: Tensor, condition: Batch | None = None) -> Tensor:
        """The latents of items x, of shape (n, ...); `condition` is a batch of what they are."""

    def reconstruct(self, x: Tensor, condition: Batch | None = None) -> Tensor:
        """Items made from the latents of items x, of the same shape."""
        return self.sample(len(x), condition, self.encode(x, condition))


class Translates(ABC):
    """A game that can bring an item into another domain."""

    @abstractmethod
    def translate(self, x: Tensor, to: str) -> Tensor:
        """Items x in the domain `to`, of the same shape."""


class Predicts(ABC):
    """A game that can classify."""

    @abstractmethod
    def predict(self, x: Tensor) -> Tensor:
        """Class scores of items x, of shape (n, classes)."""


class Truncates(ABC):
    """A game that can draw less widely, for better and more alike items."""

    @abstractmethod
    def truncated(self, truncation: float) -> AbstractContextManager[None]:
        """Inside, `sample` and `latent` draw less widely; what the number means, the game says.

        Raises:
            WrongUse: for a truncation that isn't above 0.
        """

    @property
    @abstractmethod
    def truncations(self) -> tuple[float, ...]:
        """The numbers that are worth a look, widest first; none where it can't truncate."""


class Interpolates(Samples):
    """A game with ways between latents, along which items change little by little."""

    @abstractmethod
    def ends(self, n: int, condition: Batch | None = None) -> Tensor:
        """n places where ways may begin and end, (n, ...), as `sample` takes them as `latent`."""

    @property
    @abstractmethod
    def spherical(self) -> bool:
        """Whether ways are arcs around 0; else they are straight."""


class Mixes(Interpolates):
    """A game whose `ends` are styles (n, layers, k), coarse layers first, free to be mixed."""
