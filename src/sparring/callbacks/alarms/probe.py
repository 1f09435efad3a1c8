"""A small set of real items, and what the game makes beside it: what all alarms look at."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

import torch
from torch import Tensor, nn

from sparring.core import Batch, Game, Samples, Scores, TrainingState, evaluating

Features = Callable[[Tensor], Tensor]


class Projection:
    """Items as short vectors: flattened, and beyond `size` numbers projected at random.

    A fixed Gaussian projection keeps distances up to about sqrt(2 / size) (Johnson and
    Lindenstrauss 1984); it knows nothing of what the items are.

    Example:
        >>> Projection(8)(torch.zeros(5, 3, 4, 4)).shape
        torch.Size([5, 8])
    """

    def __init__(self, size: int = 64) -> None:
        self.size = size
        self._matrix: Tensor | None = None

    def __call__(self, x: Tensor) -> Tensor:
        flat = x.flatten(1).float()  # (n, d)
        if flat.shape[1] <= self.size:
            return flat
        if self._matrix is None:
            generator = torch.Generator().manual_seed(0)
            matrix = torch.randn(flat.shape[1], self.size, generator=generator)
            self._matrix = (matrix / self.size**0.5).to(flat.device)
        return flat @ self._matrix  # (n, size)


class Reference:
    """What is fixed of a probe: the real items, their features, and the cells these fall into.

    Args:
        real: a batch of real items, "x" of shape (n, ...) and what a game is conditioned on.
        features: from items to vectors of shape (n, d).
        cells: k of the k-means clustering of the real features.
        seed: of the clustering.
        n: how many items the game makes beside them, asked to be what the real ones are in turn.
    """

    def __init__(
        self, real: Batch, features: Features, cells: int, seed: int, n: int = 256
    ) -> None:
        from scipy.cluster.vq import kmeans2

        self.x, self.n = real["x"], n
        condition = {name: tensor for name, tensor in real.items() if name != "x"}
        self.condition: Batch | None = condition or None
        self.asked: Batch | None = None
        if condition:
            turn = torch.arange(n, device=self.x.device) % len(self.x)
            self.asked = {name: tensor[turn] for name, tensor in condition.items()}
        self.of = features
        with torch.no_grad():
            self.features = features(self.x).float()  # (n, d)
        # Two halves of the data are as far apart as a perfect generator would be from it.
        half = len(self.features) // 2
        first, second = self.features[:half], self.features[half:]
        self.spread = _mean_distance(self.features)
        self.gap = _gap(self.features)
        self.floor = _energy(first, second, _mean_distance(first), _mean_distance(second))
        points = self.features.cpu().double().numpy()
        distinct = len(torch.unique(self.features, dim=0))
        centres, _ = kmeans2(points, min(cells, distinct), minit="++", seed=seed)
        self.centres = torch.as_tensor(centres).to(self.features)  # (k, d)
        self.mass = self._shares(self.features)

    def _shares(self, features: Tensor) -> Tensor:
        cell = torch.cdist(features, self.centres).argmin(1)
        return cell.bincount(minlength=len(self.centres)) / len(cell)  # (k,)

    def missing(self, features: Tensor) -> Tensor:
        """The share of the data in cells that get less than a tenth of what they should."""
        return self.mass[self._shares(features) < self.mass / 10].sum()


class Probe:
    """A look at the game at one step; each number is found when first asked for.

    Attributes:
        step: the steps taken.
        state: the training.
        reference: what is fixed of the probe.
        makers: players whose networks make samples.
        judges: players whose networks score them.
    """

    def __init__(
        self, state: TrainingState, reference: Reference, makers: list[str], judges: list[str]
    ) -> None:
        self.step, self.state, self.reference = state.step, state, reference
        self.makers, self.judges = makers, judges

    @cached_property
    def generated(self) -> Tensor | None:
        """Items of shape (n, ...) made with averaged weights; None where the game makes none."""
        with self.state.averaged():
            return self._sample()

    @cached_property
    def played(self) -> Tensor | None:
        """Items of shape (n, ...) made with the weights that play."""
        return self._sample() if "game" in self.state.averages else self.generated

    def _sample(self) -> Tensor | None:
        game = self.state.game
        if not isinstance(game, Samples):
            return None
        return game.sample(self.reference.n, self.reference.asked)

    def agree(self, *numbers: Tensor | float) -> list[float]:
        """Numbers as all processes see them: their means, so that all decide alike."""
        device = self.reference.x.device
        stacked = torch.stack([torch.as_tensor(number, device=device) for number in numbers])
        self.state.backend.average([stacked])
        return [float(number) for number in stacked.tolist()]

    @cached_property
    def features(self) -> Tensor | None:
        """Features of the generated items, of shape (n, d)."""
        return None if self.generated is None else self.reference.of(self.generated).float()

    @cached_property
    def _distances(self) -> tuple[float, float, float] | None:
        """Spread, missing share and distance, in one transfer."""
        if self.features is None:
            return None
        own = _mean_distance(self.features)
        real = self.reference
        distance = _energy(self.features, real.features, own, real.spread)
        numbers = self.agree(own, real.missing(self.features), distance, real.spread)
        scale = max(numbers[3], 1e-12)
        return numbers[0] / scale, numbers[1], numbers[2] / scale

    @property
    def spread(self) -> float | None:
        """Mean distance between two generated items, in that between two real ones."""
        return None if self._distances is None else self._distances[0]

    @property
    def missing(self) -> float | None:
        """Share of the data in cells where hardly anything is generated, in [0, 1]."""
        return None if self._distances is None else self._distances[1]

    @property
    def distance(self) -> float | None:
        """Energy distance between generated and real features, in the data's spread, from 0 to 2.

        2 E|g - r| - E|g - g'| - E|r - r'| (Szekely and Rizzo 2013).
        """
        return None if self._distances is None else self._distances[2]

    @cached_property
    def gap(self) -> float | None:
        """Median distance from a generated item to its nearest other, in that of real items.

        Both among equally many items. Where most real items have a twin there is no measure: 1.
        """
        if self.features is None:
            return None
        real, count = self.reference, min(len(self.features), len(self.reference.features))
        theirs = real.gap if count == len(real.features) else _gap(real.features[:count])
        made, given = self.agree(_gap(self.features[:count]), theirs)
        return made / given if given > 0 else 1.0

    @cached_property
    def accuracy(self) -> float | None:
        """How often a real item outscores a generated one, in [0, 1]; 1/2 is a guess.

        The share of pairs, and thus free of any threshold: it holds for logits, for critics and
        for relativistic scores.
        """
        game = self.state.game
        if not isinstance(game, Scores) or self.played is None:
            return None
        x, condition, asked = self.reference.x, self.reference.condition, self.reference.asked
        both = torch.cat([x, self.played.to(x.dtype)])
        if condition is not None and asked is not None:
            condition = {name: torch.cat([condition[name], asked[name]]) for name in condition}
        scores = game.score(both, condition).float()
        real, fake = scores[: len(x)], scores[len(x) :]  # (n_real,), (n,)
        above = (real[:, None] > fake[None]).float() + (real[:, None] == fake[None]).float() / 2
        return self.agree(above.mean())[0]

    @cached_property
    def gradients(self) -> dict[str, float]:
        """The length of each player's latest gradient."""
        lengths = {}
        for name, parameters in self.state.parameters.items():
            found = [p.grad for p in parameters if p.grad is not None]
            if found:
                lengths[name] = torch.stack(torch._foreach_norm(found)).norm()
        if not lengths:
            return {}
        return dict(zip(lengths, torch.stack(list(lengths.values())).tolist(), strict=True))

    def gradient(self, players: list[str]) -> float | None:
        """The length of the latest gradients of some players together."""
        found = [self.gradients[name] for name in players if name in self.gradients]
        return sum(length**2 for length in found) ** 0.5 if found else None


def players_at_work(game: Game, work: Callable[[], Any]) -> list[str]:
    """The players whose networks are called while something is done."""
    called: set[nn.Module] = set()
    owners = {
        name: {module for network in player.networks for module in network.modules()}
        for name, player in game.players.items()
    }
    everyone = set().union(*owners.values())
    handles = [
        module.register_forward_pre_hook(lambda module, _: called.add(module))
        for module in everyone
    ]
    try:
        work()
    finally:
        for handle in handles:
            handle.remove()
    return [name for name, modules in owners.items() if modules & called]


def cast(state: TrainingState, reference: Reference) -> tuple[list[str], list[str]]:
    """Who makes samples and who judges them, found by looking who works."""
    game, makers, judges = state.game, [], []
    few: Mapping[str, Tensor] | None = None
    if reference.condition is not None:
        few = {name: value[:2] for name, value in reference.condition.items()}
    with state.aside(), evaluating(game):
        if isinstance(game, Samples):
            makers = players_at_work(game, lambda: game.sample(len(reference.x[:2]), few))
        if isinstance(game, Scores):
            judges = players_at_work(game, lambda: game.score(reference.x[:2], few))
    return makers, judges


def _mean_distance(points: Tensor) -> Tensor:
    n = len(points)
    return torch.cdist(points, points).sum() / max(n * (n - 1), 1)


def _energy(first: Tensor, second: Tensor, within_first: Tensor, within_second: Tensor) -> Tensor:
    return 2 * torch.cdist(first, second).mean() - within_first - within_second


def _gap(features: Tensor) -> Tensor:
    """The median over items of the distance to the nearest other, of features (n, d)."""
    # By matrix products, items that are close would drown in rounding.
    distances = torch.cdist(features, features, compute_mode="donot_use_mm_for_euclid_dist")
    return distances.fill_diagonal_(torch.inf).amin(1).median()
