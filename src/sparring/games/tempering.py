"""Drawing with a temperature."""

from collections.abc import Iterator
from contextlib import contextmanager

from sparring.core import Truncates, WrongUse


class Tempered(Truncates):
    """A game whose draws have a temperature, 1 in training.

    Attributes:
        temperature: with which items are drawn; see `truncated`.
    """

    temperature = 1.0
    truncations = (1.0, 0.9, 0.8, 0.6)

    @contextmanager
    def truncated(self, truncation: float) -> Iterator[None]:
        """Inside, items are drawn with this temperature: below 1 the more probable more often.

        Raises:
            WrongUse: for a temperature that isn't above 0.
        """
        if not truncation > 0:
            raise WrongUse(f"temperature must be a number above 0, got {truncation!r}.")
        kept, self.temperature = self.temperature, truncation
        try:
            yield
        finally:
            self.temperature = kept
