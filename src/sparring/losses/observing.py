"""What is observed of a picture: some of its pixels, or a smaller one.

Operators are modules without weights, so that they follow a game to its device; several in a row
are an `nn.Sequential`.
"""

import torch.nn.functional as F
from torch import Tensor, nn

from sparring.core import WrongUse


class Known(nn.Module):
    """Some pixels and no others: what isn't known can't be looked at.

    Args:
        known: boolean, (h, w): which pixels are seen, at least one.

    Shapes:
        (n, c, h, w) to (n, c, k), the known pixels row by row.

    Raises:
        WrongUse: if no pixel is known, or pictures have other sides.

    Example:
        >>> import torch
        >>> known = torch.tensor([[True, False], [False, True]])
        >>> Known(known)(torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]]))
        tensor([[[1., 4.]]])
    """

    places: Tensor

    def __init__(self, known: Tensor) -> None:
        super().__init__()
        if known.dim() != 2 or not bool(known.any()):
            raise WrongUse(
                f"known of Known must be (h, w) with at least one True, got "
                f"{int(known.sum())} in {tuple(known.shape)}."
            )
        self.shape = tuple(known.shape)
        self.register_buffer("places", known.flatten().nonzero().flatten())

    def forward(self, x: Tensor) -> Tensor:
        if tuple(x.shape[-2:]) != self.shape:
            raise WrongUse(
                f"Known knows pixels of pictures {self.shape}, got {tuple(x.shape[-2:])}."
            )
        return x.flatten(-2).index_select(-1, self.places)

    def extra_repr(self) -> str:
        return f"{len(self.places)} of {self.shape}"


class Shrunk(nn.Module):
    """Pictures with sides divided by a whole factor: bicubic, and filtered against aliases.

    Each pixel is a weighted mean of those within 2 * factor of its middle, by the cubic kernel with
    a = -.5 stretched by the factor (Keys 1981, "Cubic convolution interpolation for digital image
    processing"); a plain picture stays plain. Differs from Ulyanov et al. 2018 (arXiv 1711.10925),
    who take a Lanczos kernel.

    Args:
        factor: at least 1.

    Shapes:
        (n, c, h, w) to (n, c, h / factor, w / factor).

    Raises:
        WrongUse: for a factor below 1, or sides that it doesn't divide.

    Example:
        >>> import torch
        >>> Shrunk(2)(torch.ones(1, 3, 6, 8)).shape
        torch.Size([1, 3, 3, 4])
    """

    def __init__(self, factor: int) -> None:
        super().__init__()
        if factor < 1:
            raise WrongUse(f"factor of Shrunk must be at least 1, got {factor}.")
        self.factor = factor

    def forward(self, x: Tensor) -> Tensor:
        height, width = x.shape[-2:]
        if height % self.factor or width % self.factor:
            raise WrongUse(
                f"Shrunk by {self.factor} takes pictures whose sides are multiples of it, got "
                f"{height} x {width}; crop them."
            )
        size = height // self.factor, width // self.factor
        return F.interpolate(x, size, mode="bicubic", antialias=True, align_corners=False)

    def extra_repr(self) -> str:
        return str(self.factor)
