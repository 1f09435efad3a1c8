"""Items that are vectors already, once encoded: what tables and points are compared by."""

from pathlib import Path
from typing import Any

import numpy as np

from sparring.core.errors import WrongUse
from sparring.data import Dataset, Modality
from sparring.metrics.features import Features


class Encoded:
    """Items in model space, as the data set's modality encodes them.

    Args:
        modality: of the items.
        name: short, for the name of a metric.
        about: one sentence for the report.

    Example:
        >>> from sparring.data import Points
        >>> Encoded(Points((0.0, 0.0), 2.0), "points", "")(np.array([[2.0, 4.0]])).tolist()
        [[1.0, 2.0]]
    """

    def __init__(self, modality: Modality, name: str, about: str) -> None:
        self.name, self._modality, self._about = name, modality, about

    def __call__(self, values: Any) -> np.ndarray:
        """Items as (n, d) float64."""
        return self._modality.encode(values).flatten(1).double().numpy()

    def describe(self) -> str:
        """One sentence for the report."""
        return self._about


class EncodedBy:
    """The features of a modality that has no others.

    Args:
        name: short, for the name of a metric.
        about: one sentence for the report.
    """

    def __init__(self, name: str, about: str) -> None:
        self._name, self._about = name, about

    def __call__(
        self,
        dataset: Dataset,
        real: Any,
        labels: np.ndarray | None,
        named: Any,
        cache: Path | None,
    ) -> Features:
        """The encoded items; anything that is named is refused."""
        refuse(named, dataset)
        return Encoded(dataset.modality, self._name, self._about)


def refuse(named: Any, dataset: Dataset) -> None:
    """Refuse features that a user named for data that has no others than its own.

    Raises:
        WrongUse: if any are named.
    """
    if named is not None:
        raise WrongUse(
            f"features can be named for images alone, got {named!r} for the "
            f"{dataset.modality.name} data set {dataset.name}: leave them out."
        )
