"""Conditions of the training data as a prior, from which one comes when none is asked for."""

import torch
from torch import Tensor

from sparring.data.conditions import Condition
from sparring.priors import Prior


class Asked(Prior):
    """What the training items are, as often as they are it: attributes, or texts.

    Texts are read when the first is drawn, not before.

    Args:
        condition: that has seen the training data.

    Example:
        >>> import pandas as pd
        >>> from sparring.data.conditions import Attributes
        >>> hats = pd.DataFrame({"hat": [True, False, False, False]})
        >>> Asked(Attributes.fit(hats).seen(hats)).sample(2).shape
        torch.Size([2, 1])
    """

    weights: Tensor

    def __init__(self, condition: Condition) -> None:
        super().__init__()
        self.condition = condition
        self.register_buffer("weights", condition.frequencies(), persistent=False)

    def _draw(self, n: int) -> Tensor:
        chosen = torch.multinomial(self.weights, n, replacement=True)
        return self._rows(chosen.cpu()).to(self.device)

    def log_prob(self, z: Tensor) -> Tensor:
        same = (z.flatten(1)[:, None].cpu() == self._rows().flatten(1)).all(2)  # (n, m)
        return (same * self.weights.cpu()).sum(1).log()

    def _rows(self, numbers: Tensor | None = None) -> Tensor:
        rows = self.condition.rows(numbers)
        if rows is None:
            raise TypeError(f"conditions of the kind {self.condition.name} are drawn by number.")
        return rows
