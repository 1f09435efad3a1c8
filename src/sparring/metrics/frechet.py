"""Fréchet distance between two sets of features, each taken as one Gaussian."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from sparring.metrics.vectors import Vectors, same_width, vectors


@dataclass(frozen=True)
class Gaussian:
    """Mean and covariance of features: all that a Fréchet distance needs of a set.

    Attributes:
        mean: (d,).
        covariance: (d, d), symmetric, with n - 1 in the denominator.
        items: from how many items they were taken.

    Example:
        >>> Gaussian.of([[0.0, 0.0], [2.0, 4.0]]).covariance
        array([[2., 4.],
               [4., 8.]])
    """

    mean: Vectors
    covariance: Vectors
    items: int

    @staticmethod
    def of(features: ArrayLike, name: str = "features") -> "Gaussian":
        """The Gaussian with the mean and covariance of features, (n, d) with n at least 2.

        Example:
            >>> Gaussian.of([[0.0], [2.0]]).mean
            array([1.])
        """
        items = vectors(features, name, least=2)
        mean = items.mean(axis=0)
        centred = items - mean
        return Gaussian(mean, centred.T @ centred / (len(items) - 1), len(items))

    def root(self) -> Vectors:
        """A factor of the covariance, (d, rank): `root @ root.T` is the covariance.

        Example:
            >>> Gaussian.of([[0.0, 0.0], [2.0, 4.0]]).root().shape
            (2, 1)
        """
        values, directions = np.linalg.eigh(self.covariance)
        # With fewer items than dimensions most directions have no variance but rounding errors,
        # whose square roots would add up to a visible number.
        kept = values > values[-1] * len(values) * np.finfo(np.float64).eps
        factor: Vectors = directions[:, kept] * np.sqrt(values[kept])
        return factor


def frechet_distance(real: ArrayLike | Gaussian, generated: ArrayLike | Gaussian) -> float:
    r"""Squared 2-Wasserstein distance between the Gaussians that fit two sets of features.

    $|m_r - m_g|^2 + \mathrm{tr}(C_r + C_g - 2 (C_r C_g)^{1/2})$, eq. 6 of Heusel et al. 2017
    (arXiv 1706.08500). It is called by the features that it is taken in, and FID in Inception's
    alone; values in other features can't be compared with published ones. It falls with the
    number of items: compare only values from equal numbers.

    The trace of the root is taken as the sum of the singular values of $R_r^T R_g$ with
    $C = R R^T$ from symmetric eigen-decompositions, which is the same number, needs no root of an
    unsymmetric matrix, and stays right when there are fewer items than dimensions.

    Args:
        real: features (n, d), n at least 2, or their `Gaussian` where it was kept.
        generated: features (m, d), m at least 2, or their `Gaussian`.

    Returns:
        The distance, 0 or more, in squared units of the features.

    Raises:
        WrongUse: if features aren't (n, d), are too few or not finite, or differ in width.

    Example:
        >>> unit = Gaussian(np.zeros(2), np.eye(2), 100)
        >>> wide = Gaussian(np.ones(2), 4 * np.eye(2), 100)
        >>> round(frechet_distance(unit, wide), 6)  # |1|^2 + tr(1 + 4 - 2 * 2) = 2 + 2
        4.0
    """
    first = real if isinstance(real, Gaussian) else Gaussian.of(real, "real")
    second = generated if isinstance(generated, Gaussian) else Gaussian.of(generated, "generated")
    same_width(first.mean[None], second.mean[None], "real", "generated")
    shift = first.mean - second.mean
    spread = np.trace(first.covariance) + np.trace(second.covariance)
    shared = np.linalg.svd(first.root().T @ second.root(), compute_uv=False).sum()
    return max(float(shift @ shift + spread - 2 * shared), 0.0)
