"""WaveNet: a sound's samples one after the other, each given those before."""

from typing import cast

import torch
from torch import Tensor, nn

from sparring.core import Batch, OptimizerSpec, WrongUse
from sparring.games.ordered import Ordered
from sparring.games.sampling import SampleBySample, draw_samples
from sparring.losses.sounds import MuLaw
from sparring.priors import Prior

_AT_ONCE = 1 << 15
"""Samples whose probabilities are looked up at the same time."""


class Waveforms(Ordered):
    """A game of one: log p(x) = sum over samples t of log p(x_t | x_<t, y), raised on the data.

    Van den Oord et al. 2016 (arXiv 1609.03499), eq. 1, with conditions as in section 2.5. A sound
    goes on from where a given one ends by `sample(n, {"x": x, "known": known})`, known (n, 1,
    length) being 1 where it is given. Differs from the paper: there are global conditions alone.

    Args:
        network: from sounds to what is said of every sample, of which it sees none that follow.
        law: the distribution that it says.
        length: of the sounds, in samples.
        labels: distribution of the conditions; None where there are none.
        optimizer: Adam(1e-3, (.9, .99)) by default.

    Raises:
        WrongUse: if the network can't draw sample by sample.

    Example:
        >>> from sparring.losses.sounds import MuLaw
        >>> from sparring.networks.wavenet import WaveNet
        >>> network = WaveNet(16, width=4, depth=3, stacks=1, skips=8, levels=16)
        >>> game = Waveforms(network, MuLaw(levels=16), 20)
        >>> x = game.sample(2)
        >>> x.shape, game.log_prob(x).shape
        (torch.Size([2, 1, 20]), torch.Size([2]))
    """

    def __init__(
        self,
        network: nn.Module,
        law: MuLaw,
        length: int,
        labels: Prior | None = None,
        *,
        optimizer: OptimizerSpec | None = None,
    ) -> None:
        if not isinstance(network, SampleBySample):
            raise WrongUse(
                f"{type(network).__name__} can't draw sample by sample; Waveforms needs a network "
                f"such as WaveNet."
            )
        super().__init__(network, law, (1, length), labels, optimizer)

    def log_prob(self, x: Tensor, condition: Batch | None = None) -> Tensor:
        """Log-probability of sounds (n, 1, length), in nats, of shape (n,)."""
        y = self.condition_of(condition or {})
        # A sound has many numbers: of some hundred at once, layers and levels would fill gigabytes.
        rows = max(1, _AT_ONCE // x.shape[2])
        told = [None] * len(x) if y is None else y.split(rows)
        parts = zip(x.split(rows), told, strict=False)
        return -torch.cat([self._surprise(part, y) for part, y in parts])

    def drawn(self, uniform: Tensor, y: Tensor | None, given: Batch) -> Tensor:
        """Sounds, drawn from their beginning; see `draw_samples`."""
        steps, law = cast(SampleBySample, self.network), cast(MuLaw, self.pixels)
        return draw_samples(steps, law, uniform, y, given, self.temperature)
