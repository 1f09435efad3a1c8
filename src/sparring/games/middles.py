"""The mean of what a mapping network makes, for truncation."""

from torch import Tensor, nn

from sparring.games.generating import call
from sparring.priors import Prior

_DRAWS = 64


def mean_style(mapping: nn.Module, prior: Prior, y: Tensor | None) -> Tensor:
    """The mean style: of all items, as the network keeps it, or of each one's own condition.

    The mean over conditions lies between them, and would draw items out of what they are asked to
    be; so each condition's own is taken, over 64 latents.

    Args:
        mapping: from latents, and conditions, to styles (n, styles); its buffer `average` is the
            mean of all.
        prior: of the latents.
        y: conditions (n, ...), or None.

    Returns:
        (styles,), or (n, 1, styles).
    """
    if y is None:
        average: Tensor = mapping.average  # type: ignore[assignment]
        return average
    z = prior.sample(_DRAWS).repeat(len(y), 1)
    w = call(mapping, z, y.repeat_interleave(_DRAWS, 0))
    return w.unflatten(0, (len(y), _DRAWS)).mean(1, keepdim=True)
