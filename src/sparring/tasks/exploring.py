"""How often something has been seen, read off a density that learns as it sees."""

import math
from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from sparring.core import (
    Alternating,
    Backend,
    Batch,
    Evaluates,
    Game,
    TrainingState,
    WrongUse,
    evaluating,
)


class Density(Protocol):
    """What can say how probable an observation is, and learn from one at a time."""

    def log_prob(self, x: Any) -> float:
        """The logarithm of the probability or density of an observation, in nats."""

    def learn(self, x: Any) -> None:
        """Take notice of an observation."""


Counting = Callable[[float, float, int], float]
"""log p of an observation before and after it was learnt, and how many were seen with it -> how
often it had been seen before, within [0, inf]."""


def solved(before: float, after: float, seen: int) -> float:
    """The count N of which a rise from rho to rho' speaks: rho (1 - rho') / (rho' - rho).

    Bellemare et al. 2016 (arXiv 1606.01868), eq. 2: with n observations in all, rho = N / n and
    rho' = (N + 1) / (n + 1) are solved for N. Infinite where the probability doesn't rise, as
    there; a probability of 1 tells nothing, and is taken for infinity too.

    Args:
        before, after: log rho and log rho', in nats.
        seen: isn't looked at.

    Example:
        >>> round(solved(math.log(3 / 10), math.log(4 / 11), 11), 9)
        3.0
    """
    if after <= before:
        return math.inf
    # (1 - rho') / (rho' / rho - 1), which keeps its digits where both are small.
    gain = after - before
    return -math.expm1(after) / math.expm1(gain) if gain < _LARGEST else 0.0


_LARGEST = 700.0  # e^709 is the largest float


@dataclass(frozen=True)
class FromGain:
    """The count that speaks from the gain alone: 1 / (exp(c n^-1/2 PG) - 1), PG = log rho'/rho.

    Ostrovski et al. 2017 (arXiv 1703.01310), section 3.3: for densities over so many observations
    that rho' is never near 1, and networks whose rate doesn't fall as 1 / n; its fall is in c
    n^-1/2. Where nothing is gained, the count is infinite.

    Args:
        c: factor on the gain, above 0.

    Raises:
        WrongUse: for a factor that isn't above 0.

    Example:
        >>> round(FromGain(c=1.0)(math.log(0.5), math.log(1.0), 1), 9)
        1.0
    """

    c: float = 0.1

    def __post_init__(self) -> None:
        if not self.c > 0:
            raise WrongUse(f"c of FromGain must be above 0, got {self.c}.")

    def __call__(self, before: float, after: float, seen: int) -> float:
        gain = self.c / math.sqrt(seen) * (after - before)
        if not gain > 0:
            return math.inf
        return 1 / math.expm1(gain) if gain < _LARGEST else 0.0


@dataclass(frozen=True)
class Sighting:
    """What seeing something once more has told.

    Attributes:
        count: how often it had been seen before, within [0, inf].
        gain: how much its log-probability rose by learning it, in nats.
    """

    count: float
    gain: float

    @property
    def bonus(self) -> float:
        """(N + .01)^-1/2: 10 for what is new (Bellemare et al. 2016, section 6.1)."""
        return 1 / math.sqrt(self.count + 0.01)


class PseudoCount:
    """Counts of observations, read off how much a density rises where it learns.

    Bellemare et al. 2016 (arXiv 1606.01868), section 3. The count is of the times before; the
    observation itself is learnt by being looked at.

    Args:
        density: learns from one observation at a time.
        counting: from log-probabilities to a count: `solved`, or `FromGain` for networks.

    Attributes:
        seen: how many observations have been looked at.

    Example:
        >>> counts = PseudoCount(Empirical())
        >>> [round(counts.see(state).count, 9) for state in "abab"]
        [0.0, 0.0, 1.0, 1.0]
    """

    def __init__(self, density: Density, counting: Counting = solved) -> None:
        self.density, self.counting, self.seen = density, counting, 0

    def see(self, x: Any) -> Sighting:
        """Look at an observation and learn it."""
        self.seen += 1
        before = self.density.log_prob(x)
        self.density.learn(x)
        after = self.density.log_prob(x)
        return Sighting(self.counting(before, after, self.seen), after - before)


def _itself(x: Any) -> Hashable:
    """An observation as what can be counted; arrays by their shape and what they hold."""
    if isinstance(x, np.ndarray):
        return x.shape, x.dtype.str, x.tobytes()
    if not isinstance(x, Hashable):
        raise WrongUse(
            f"an observation must be an array or hashable to be counted, got {type(x).__name__}; "
            f"give Empirical a key that says what of it counts."
        )
    return x


class Empirical:
    """How often each observation came among all: a density of few discrete ones.

    Pseudo-counts of it are the true counts, but for something that alone was ever seen: its
    probability is 1 before and after.

    Args:
        key: what of an observation counts; by default all of it.

    Example:
        >>> law = Empirical()
        >>> for state in "aab":
        ...     law.learn(state)
        >>> round(math.exp(law.log_prob("a")), 9), law.log_prob("c")
        (0.666666667, -inf)
    """

    def __init__(self, key: Callable[[Any], Hashable] = _itself) -> None:
        self.key, self.learnt = key, 0
        self.counts: Counter[Hashable] = Counter()

    def log_prob(self, x: Any) -> float:
        """The logarithm of its share among what was learnt; -inf for what is new."""
        count = self.counts[self.key(x)]
        return math.log(count / self.learnt) if count else -math.inf

    def learn(self, x: Any) -> None:
        """Count it."""
        self.counts[self.key(x)] += 1
        self.learnt += 1


class _Given:
    """A stream of batches of one observation, the one that was given last."""

    batch_size = 1

    def __init__(self) -> None:
        self.x = torch.zeros(0)

    def __next__(self) -> Batch:
        return {"x": self.x}

    def state_dict(self) -> dict[str, Any]:
        return {}

    def load_state_dict(self, state: Any) -> None:
        pass


class Online:
    """A game with a density that takes one step for each observation, as it comes.

    Ostrovski et al. 2017 (arXiv 1703.01310), section 3: a PixelCNN, one gradient step a frame. The
    game's own optimizer steps; too large a rate lets what was just learnt hide what was before, so
    that counts fall again: keep an eye on gains below 0. For a game that estimates its density,
    each estimate is drawn from the same random numbers, so that a gain isn't their noise.

    Args:
        game: that knows how probable an item is, such as `Autoregressive`.
        encode: from an observation to a tensor in model space, without the batch's dimension.
        seed: of everything random in the steps and the estimates.
        backend: where it runs; one process on a GPU if there is one, by default.

    Raises:
        WrongUse: for a game without a density.

    Example:
        >>> from sparring.games import Autoregressive
        >>> from sparring.losses import Bernoulli
        >>> from sparring.networks import PixelCNN
        >>> _ = torch.manual_seed(0)
        >>> game = Autoregressive(PixelCNN(1, 1, width=4, blocks=1), Bernoulli(), 8)
        >>> density = Online(game, encode=lambda bits: 2.0 * torch.as_tensor(bits)[None] - 1)
        >>> bits = np.eye(8, dtype=np.float32)
        >>> before = density.log_prob(bits)
        >>> density.learn(bits)
        >>> density.log_prob(bits) > before
        True
    """

    def __init__(
        self,
        game: Game,
        encode: Callable[[Any], Tensor],
        *,
        seed: int = 0,
        backend: Backend | None = None,
    ) -> None:
        if not isinstance(game, Evaluates):
            raise WrongUse(
                f"game of Online must know how probable an item is, got {type(game).__name__}; "
                f"take one that does, such as Autoregressive."
            )
        self.game, self.encode, self.seed = game, encode, seed
        self._given, self._rule = _Given(), Alternating()
        self._state = TrainingState(game, self._given, backend or Backend(), seed)  # type: ignore[arg-type]
        self._random = torch.Generator().manual_seed(seed).get_state()

    def log_prob(self, x: Any) -> float:
        """The log-probability of an observation, in nats."""
        item = self._state.backend.place({"x": self.encode(x)[None]})["x"]
        with self._state.aside(), torch.no_grad(), evaluating(self.game):
            torch.manual_seed(self.seed)
            return float(self.game.log_prob(item))  # type: ignore[attr-defined]

    def learn(self, x: Any) -> None:
        """Take a step of the game on a batch of this observation alone."""
        self._given.x = self.encode(x)[None]
        self.game.train()
        with self._state.aside():
            torch.set_rng_state(self._random)
            self._rule.step(self._state)
            self._random = torch.get_rng_state()
        self._state.advance()
