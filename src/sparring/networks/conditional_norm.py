"""Batch normalisation whose gains and biases follow from a condition."""

import torch
from torch import Tensor, nn

from sparring.networks.embedding import Embedded


class ConditionalBatchNorm(nn.BatchNorm2d):
    """(1 + gain(y)) (x - mean) / sqrt(variance + eps) + bias(y), one gain and bias a feature map.

    Dumoulin et al. 2017 (arXiv 1610.07629), eq. 5, and Miyato and Koyama 2018 (arXiv 1802.05637),
    section 5.1. Gains and biases are rows of a class, sums of rows of attributes, or a linear map
    of any conditioning vector (Brock et al. 2019, arXiv 1809.11096, appendix B); they start at 0,
    so that every condition starts as none. Mean and variance are the batch's in training, as each
    process sees it, and running averages in evaluation.

    Args:
        features: feature maps.
        condition: how many classes or attributes there are, or how long a conditioning vector is; 0
            for one gain and bias whatever is asked for.

    Shapes:
        x (n, features, s, s), y (n,) or (n, condition); returns x's.

    Example:
        >>> norm = ConditionalBatchNorm(4, condition=3)
        >>> norm(torch.randn(6, 4, 5, 5), torch.arange(6) % 3).shape
        torch.Size([6, 4, 5, 5])
    """

    def __init__(self, features: int, condition: int = 0) -> None:
        super().__init__(features, affine=condition == 0)
        self.gain = Embedded(condition, features) if condition else None
        self.shift = Embedded(condition, features) if condition else None
        for table in (self.gain, self.shift):
            if table is not None:
                nn.init.zeros_(table.weight)

    def forward(self, x: Tensor, y: Tensor | None = None) -> Tensor:  # type: ignore[override]
        x = super().forward(x)
        if self.gain is None or self.shift is None:
            return x
        gain, shift = 1 + self.gain(y), self.shift(y)  # (n, features) each
        return torch.addcmul(shift[:, :, None, None], x, gain[:, :, None, None])
