"""How well groups that were found without names agree with classes that have them."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import linear_sum_assignment

from sparring.core.errors import WrongUse


def matched_accuracy(groups: ArrayLike, classes: ArrayLike) -> float:
    """The share of items whose group is that of their class, under the best pairing of the two.

    Each group is paired with at most one class and each class with at most one group, so that the
    most items agree (Kuhn 1955, the Hungarian method). So Chen et al. 2016 (arXiv 1606.03657,
    section 7.2) match the values of a code to kinds of digits.

    Args:
        groups: (n,), of any kind.
        classes: (n,), of any kind.

    Returns:
        In [0, 1]; groups drawn by chance get little more than the share of the largest class.

    Raises:
        WrongUse: if they aren't one an item, or there is no item.

    Example:
        >>> matched_accuracy([0, 0, 1, 1, 1], ["b", "b", "a", "a", "b"])
        0.8
    """
    found, known = np.asarray(groups), np.asarray(classes)
    if found.ndim != 1 or found.shape != known.shape or len(found) == 0:
        raise WrongUse(
            f"groups and classes must be one an item, (n,), got shapes {found.shape} and "
            f"{known.shape}."
        )
    _, rows = np.unique(found, return_inverse=True)
    _, columns = np.unique(known, return_inverse=True)
    table = np.zeros((rows.max() + 1, columns.max() + 1), dtype=np.int64)
    np.add.at(table, (rows, columns), 1)
    agreed = table[linear_sum_assignment(table, maximize=True)].sum()
    return float(agreed / len(found))
