"""Annealed importance sampling: the normaliser of a law that is known up to it."""

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor


def annealed_log_z(
    log_law: Callable[[Tensor, float], Tensor],
    move: Callable[[Tensor, float], Tensor],
    start: Tensor,
    log_z: float,
    temperatures: int = 1000,
) -> tuple[float, float]:
    """The logarithm of a normaliser, from chains that go from an easy law to the one asked for.

    Neal 2001 ("Annealed importance sampling", Statistics and Computing 11): chains x from the easy
    law move under one law after another, f_b from b = 0 to 1; each collects the weight prod f_b(x)
    / f_b'(x), b' the one before, whose mean is the ratio of the normalisers.

    Args:
        log_law: (x, b) -> log f_b of each chain, (n,).
        move: (x, b) -> chains after a move that leaves f_b as it is.
        start: chains drawn from f_0, (n, ...).
        log_z: the logarithm of f_0's normaliser.
        temperatures: how many laws there are between, at least 1.

    Returns:
        log Z of f_1, and its standard error as the spread of the weights gives it; the truth may
        be larger where no chain has found a mode.

    Example:
        >>> import torch
        >>> x = torch.bernoulli(torch.full((2000, 1), 0.5))  # f_0 = 1 on 0 and 1, f_1 = e^2 on 1
        >>> law = lambda x, b: 2 * b * x[:, 0]
        >>> move = lambda x, b: torch.bernoulli(torch.full_like(x, 1 / (1 + math.exp(-2 * b))))
        >>> found, error = annealed_log_z(law, move, x, math.log(2), 100)
        >>> abs(found - math.log(1 + math.exp(2))) < 0.1
        True
    """
    weights, x, before = torch.zeros(len(start), dtype=torch.float64), start, 0.0
    for number in range(1, temperatures + 1):
        now = number / temperatures
        weights += (log_law(x, now) - log_law(x, before)).double().cpu()
        x, before = move(x, now), now
    largest = weights.max()
    ratios = (weights - largest).exp()
    mean = ratios.mean()
    error = ratios.std() / (mean * math.sqrt(len(ratios))) if len(ratios) > 1 else mean * 0
    return log_z + float(largest + mean.log()), float(error)


def pair_log_z(
    weight: Tensor, below: Tensor, above: Tensor, chains: int = 100, temperatures: int = 1000
) -> tuple[float, float]:
    """log Z of two layers of units 0 and 1, with energy -x'Wh - below'x - above'h.

    Salakhutdinov and Murray 2008 ("On the quantitative analysis of deep belief networks", section
    4.1): the easy law has the biases of the layer below alone. Drawn from torch's random state.

    Args:
        weight: W, (d, h).
        below, above: biases, (d,) and (h,).
        chains: how many.
        temperatures: laws between.

    Returns:
        log Z and its standard error.

    Example:
        >>> import torch
        >>> zero = torch.zeros(3, 2)
        >>> pair_log_z(zero, zero[:, 0], zero[0], chains=5, temperatures=3)[0]  # 5 log 2
        3.4657...
    """

    def law(x: Tensor, b: float) -> Tensor:
        return x @ below + F.softplus(b * (x @ weight + above)).sum(1)

    def move(x: Tensor, b: float) -> Tensor:
        h = torch.bernoulli(torch.sigmoid(b * (x @ weight + above)))
        return torch.bernoulli(torch.sigmoid(below + b * (h @ weight.t())))

    start = torch.bernoulli(torch.sigmoid(below).expand(chains, -1))
    easy = float(F.softplus(below).sum()) + len(above) * math.log(2)
    return annealed_log_z(law, move, start, easy, temperatures)


def exact_log_z(weight: Tensor, below: Tensor, above: Tensor) -> float:
    """The same by summing over all states of the smaller layer, of at most 20 units.

    Example:
        >>> import torch
        >>> zero = torch.zeros(3, 2)
        >>> exact_log_z(zero, zero[:, 0], zero[0])
        3.4657...
    """
    if len(below) > len(above):
        weight, below, above = weight.t(), above, below
    count = len(below)
    found = []
    for part in torch.arange(1 << count).split(1 << 14):
        x = ((part[:, None] >> torch.arange(count)) & 1).to(weight.dtype)
        found.append((x @ below + F.softplus(x @ weight + above).sum(1)).double())
    return float(torch.logsumexp(torch.cat(found), 0))


MOST_EXACT = 16
"""Units of the smaller layer up to which sums are taken over all states."""


def log_z_of(
    weight: Tensor, below: Tensor, above: Tensor, temperatures: int = 1000, seed: int = 0
) -> float:
    """log Z, exactly where one layer is small, else annealed; the same each time."""
    with torch.no_grad():
        if min(weight.shape) <= MOST_EXACT:
            return exact_log_z(weight, below, above)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return pair_log_z(weight, below, above, temperatures=temperatures)[0]
