"""What every game with conditions asks of batches."""

from torch import Tensor

from sparring.core import Batch, Game, WrongUse
from sparring.priors import Prior


class Conditional(Game):
    """A game of items that may be asked to be something.

    Attributes:
        labels: a distribution of conditions, from which one comes when none is asked for; None
            where there are none.
    """

    labels: Prior | None

    def wanted(self, n: int, condition: Batch | None) -> Tensor | None:
        """What n items are asked to be: what is said, or n draws; None without conditions.

        Raises:
            WrongUse: if another number of items is asked for.
        """
        if self.labels is None:
            return None
        y = self.labels.sample(n) if condition is None else self.need("y", condition)
        if len(y) != n:
            raise WrongUse(f"condition['y'] must have {n} rows, one a sample, got {len(y)}.")
        return y

    def condition_of(self, batch: Batch) -> Tensor | None:
        """What a batch's items are, or None without conditions."""
        return None if self.labels is None else self.need("y", batch)
