"""Boosted two-sample test: can trees tell generated items from real ones?"""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold

from sparring.core.errors import WrongUse
from sparring.metrics.columns import check_tables, for_trees, teachable
from sparring.metrics.vectors import two_sets


def two_sample_auc(
    real: ArrayLike | pd.DataFrame,
    generated: ArrayLike | pd.DataFrame,
    *,
    folds: int = 3,
    seed: int = 0,
) -> float:
    """Cross-validated AUC of boosted trees that tell real from generated items.

    The classifier two-sample test (Lopez-Paz and Oquab 2017, arXiv 1610.06545), with the area
    under the ROC curve for their accuracy, so that the two sets may differ in size, and with
    histogram gradient boosting, which sees point masses, gaps and interactions where a linear
    classifier is blind to them.

    Give real items that were not trained on: items that stand in both sets pull the score below
    one half, as a fold learns to call the twins of its test items by the wrong name.

    Args:
        real: (n, d), or a table; at least `folds` items.
        generated: (m, d), or a table with the same columns; at least `folds` items. In tables
            numbers, dates, categories, booleans and missing values are used as what they are.
        folds: of the cross-validation, at least 2.
        seed: of the folds and the trees.

    Returns:
        Mean over the folds, about 0.5 if they can't be told apart, 1 if always.

    Raises:
        WrongUse: if items are too few for the folds, or the two sets don't fit together.

    Example:
        >>> random = np.random.default_rng(0)
        >>> real, same = random.normal(size=(2, 300, 2))
        >>> two_sample_auc(real, same) < 0.6 < 0.9 < two_sample_auc(real, same + 3)
        True
    """
    if folds < 2:
        raise WrongUse(f"folds must be at least 2, got {folds}.")
    if isinstance(real, pd.DataFrame) and isinstance(generated, pd.DataFrame):
        check_tables(real, generated, "generated")
        (first, second), categorical = for_trees(real, generated[list(real.columns)])
    else:
        first, second = two_sets(real, generated)
        categorical = [False] * first.shape[1]
    if min(len(first), len(second)) < folds:
        raise WrongUse(
            f"real and generated must have at least {folds} items each, one a fold, got "
            f"{len(first)} and {len(second)}; give more."
        )
    items = np.concatenate([first, second])  # (n + m, d)
    origin = np.repeat([0, 1], [len(first), len(second)])
    scores = []
    splits = StratifiedKFold(folds, shuffle=True, random_state=seed)
    for learn, judge in splits.split(items, origin):
        trees = HistGradientBoostingClassifier(categorical_features=categorical, random_state=seed)
        trees.fit(teachable(items[learn]), origin[learn])
        scores.append(roc_auc_score(origin[judge], trees.predict_proba(items[judge])[:, 1]))
    return float(np.mean(scores))
