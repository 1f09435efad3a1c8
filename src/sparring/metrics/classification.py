"""Classification accuracy score: what a classifier learns from generated images alone."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from sparring.metrics.trained import Settings, Trained


def classification_accuracy_score(
    generated: Any,
    asked: ArrayLike,
    heldout: Any,
    labels: ArrayLike,
    settings: Settings | None = None,
) -> float:
    """Accuracy on real held-out images of a classifier that has seen generated ones alone.

    Ravuri and Vinyals 2019 (arXiv 1905.10887), section 3: it needs the classes to be right, and all
    their variety. Here the classifier is the small network of `Trained`, so the score is compared
    with that of the same network on real images (the ceiling), and with nothing published.

    Args:
        generated: images, uint8, (n, h, w) or (n, h, w, 3).
        asked: (n,) the classes that were asked for.
        heldout: images that neither generator nor classifier has seen.
        labels: (m,) their classes.
        settings: of the classifier's training.

    Returns:
        A share in [0, 1].

    Raises:
        WrongUse: for images or labels that don't go together.

    Example:
        >>> random = np.random.default_rng(0)
        >>> dark, light = random.integers(0, 99, (40, 8, 8)), random.integers(150, 255, (40, 8, 8))
        >>> images, y = np.concatenate([dark, light]).astype(np.uint8), [0] * 40 + [1] * 40
        >>> classification_accuracy_score(images, y, images, y, Settings(steps=30))
        1.0
    """
    judge = Trained.on(generated, asked, settings=settings or Settings())
    return float((judge.predict(heldout) == np.asarray(labels)).mean())
