"""Does a generator copy its training data? The C_T statistic, and authenticity."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import rankdata
from sklearn.cluster import KMeans

from sparring.core.errors import WrongUse
from sparring.metrics.neighbours import nearest, nearest_other
from sparring.metrics.vectors import Vectors, same_width, vectors

# Fewer in a cell say nothing: the authors' experiments take cells with more than 20.
_FEWEST_IN_CELL = 20


def data_copying(
    train: ArrayLike,
    heldout: ArrayLike,
    generated: ArrayLike,
    *,
    cells: int = 5,
    seed: int = 0,
) -> float:
    r"""The C_T statistic: are generated items nearer to the training data than held-out ones?

    Space is cut into k-means cells of the training data. In each, U counts how often a generated
    item is farther from its nearest training item than a held-out item is (ties count half), and
    $Z_U = \frac{U - (nm/2 - 1/2)}{\sqrt{nm(n + m + 1)/12}}$; C_T is the mean of $Z_U$ over the
    cells with more than 20 generated items, weighted by the held-out items in them (Meehan,
    Chaudhuri and Dasgupta 2020, arXiv 2004.05675; the 1/2 is from their code).

    It is far below 0 for a copier, far above 0 for an underfitted generator, and within about 3
    of 0 for a good one; it grows with the square root of the number of items.

    Differs from the authors' code in that a cell without held-out items is left out, not refused.

    Args:
        train: features (t, d), t at least `cells`.
        heldout: features (n, d) of real items that were not trained on.
        generated: features (m, d), more than 20.
        cells: how many k-means cells, at least 1.
        seed: of k-means.

    Returns:
        C_T, in standard deviations.

    Raises:
        WrongUse: if features aren't (n, d), are too few or not finite, or differ in width; if no
            cell has both more than 20 generated items and a held-out one.

    Example:
        >>> random = np.random.default_rng(0)
        >>> train, heldout = random.normal(size=(2, 500, 2))
        >>> data_copying(train, heldout, train + 1e-3, cells=2) < -15  # a copier
        True
    """
    known, unseen, made = _three_sets(train, heldout, generated, cells)
    partition = KMeans(n_clusters=cells, n_init=3, random_state=seed).fit(known)
    homes = [partition.predict(items) for items in (known, unseen, made)]
    scores, weights = [], []
    for cell in range(cells):
        t, n, m = (
            items[home == cell] for items, home in zip((known, unseen, made), homes, strict=True)
        )
        if len(m) > _FEWEST_IN_CELL and len(n) and len(t):
            scores.append(_standard_score(nearest(m, t)[0], nearest(n, t)[0]))
            weights.append(len(n))
    if not scores:
        raise WrongUse(
            f"generated must have more than {_FEWEST_IN_CELL} items in a cell that has held-out "
            f"items too, got no such cell among {cells}; generate more, or lower cells."
        )
    return float(np.average(scores, weights=weights))


def authenticity(train: ArrayLike, generated: ArrayLike) -> float:
    r"""Share of generated items that are no copies.

    An item is authentic if it is farther from its nearest training item than that one is from the
    nearest other training item (Alaa et al. 2022, arXiv 2102.08921).

    0 for a copier, 1 for one that is nowhere near the data. For a perfect generator it is
    $\frac{1 - c}{2 - c}$, where c is the share of a d-dimensional ball in its twin at a distance of
    one radius, where items are so dense that they are a Poisson process in the small: 1/3 in one
    dimension, 0.38 in two, towards 1/2 in many. Features of many dimensions are not dense: nearest
    training items are hubs near the centre, and a perfect generator gets more (0.8 for a normal
    distribution of 200 dimensions). So read it beside its value for held-out items, never alone.

    Differs from the paper in that distances are taken between features as they are, not after a
    one-class embedding.

    Args:
        train: features (t, d), t at least 2.
        generated: features (m, d).

    Returns:
        A share in [0, 1].

    Raises:
        WrongUse: if features aren't (n, d), are too few or not finite, or differ in width.

    Example:
        >>> authenticity([[0.0], [1.0], [3.0]], [[0.0], [3.5], [8.0]])
        0.3333333333333333
    """
    known, made = vectors(train, "train", least=2), vectors(generated, "generated")
    same_width(known, made, "train", "generated")
    distances, indices = nearest(made, known)
    return float((distances > nearest_other(known)[indices]).mean())


def _three_sets(
    train: ArrayLike, heldout: ArrayLike, generated: ArrayLike, cells: int
) -> tuple[Vectors, Vectors, Vectors]:
    if cells < 1:
        raise WrongUse(f"cells must be at least 1, got {cells}.")
    known = vectors(train, "train", least=cells)
    unseen = vectors(heldout, "heldout")
    made = vectors(generated, "generated", least=_FEWEST_IN_CELL + 1)
    same_width(known, unseen, "train", "heldout")
    same_width(known, made, "train", "generated")
    return known, unseen, made


def _standard_score(generated: Vectors, heldout: Vectors) -> float:
    m, n = len(generated), len(heldout)
    ranks = rankdata(np.concatenate([generated, heldout]))
    u = ranks[:m].sum() - m * (m + 1) / 2
    return float((u - (n * m / 2 - 0.5)) / np.sqrt(n * m * (n + m + 1) / 12))
