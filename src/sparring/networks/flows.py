"""Invertible networks whose change of volume is known: normalising flows.

Their layers are those of zuko (Rozet et al., https://github.com/probabilists/zuko), which comes
with `pip install 'sparring[flows]'`.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from sparring.core import Failure, WrongUse
from sparring.networks.embedding import Embedded


class FlowNetwork(nn.Module):
    """Layers that can be undone, from vectors x to latents z.

    Args:
        shape: of an item, of which the vectors are the numbers in order.
        width: of the hidden layers of each transform.
        depth: transforms after each other.
        layers: hidden layers of each.
        condition: how many classes or attributes every transform sees, or how long a text's
            embedding is; 0 for none.

    Raises:
        WrongUse: for items of one number, or numbers below 1.
        Failure: if zuko isn't installed.

    Shapes:
        x and z (n, numbers of the shape), y (n,) class numbers or (n, condition).
    """

    transform: nn.Module

    def __init__(
        self,
        shape: Sequence[int],
        width: int = 64,
        depth: int = 4,
        layers: int = 2,
        condition: int = 0,
    ) -> None:
        super().__init__()
        self.shape, self.numbers = tuple(shape), torch.Size(shape).numel()
        name = type(self).__name__
        if self.numbers < 2:
            raise WrongUse(f"items of {name} must have at least 2 numbers, got shape {self.shape}.")
        for what, value in (("width", width), ("depth", depth), ("layers", layers)):
            if value < 1:
                raise WrongUse(f"{what} of {name} must be at least 1, got {value}.")
        joined = min(condition, 32)
        self.embedding = Embedded(condition, joined) if joined else None
        self.common: dict[str, Any] = {
            "features": self.numbers,
            "context": joined,
            "hidden_features": (width,) * layers,
        }

    def made(self, y: Tensor | None) -> Any:
        """The transform from x to z, under a condition."""
        return self.transform(None if self.embedding is None else self.embedding(y))

    def forward(self, x: Tensor, y: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """The latents of x, and log |det dz/dx|, (n,)."""
        z, log_det = self.made(y).call_and_ladj(x)
        return z, log_det

    def inverse(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        """The x of latents."""
        x: Tensor = self.made(y).inv(z)
        return x


class RealNVP(FlowNetwork):
    """Half of the numbers scale and shift the other half, and the other way round.

    Dinh et al. 2017 (arXiv 1605.08803), eq. 4 and 5, with the checkerboard masks of figure 3. Both
    directions take one pass. Differs from the paper: linear layers, one scale, and no
    normalisation over batches.

    Args:
        shape, width, depth, layers, condition: as for `FlowNetwork`.

    Example:
        >>> network, x = RealNVP((1, 2, 2), width=8), torch.ones(3, 4)
        >>> z, log_det = network(x)
        >>> log_det.shape, bool((network.inverse(z) - x).abs().max() < 1e-4)
        (torch.Size([3]), True)
    """

    def __init__(
        self,
        shape: Sequence[int],
        width: int = 64,
        depth: int = 4,
        layers: int = 2,
        condition: int = 0,
    ) -> None:
        super().__init__(shape, width, depth, layers, condition)
        zuko = _zuko()
        black = checkerboard(self.shape)
        self.transform = zuko.lazy.LazyComposedTransform(
            *(
                zuko.flows.GeneralCouplingTransform(
                    **self.common, **self._law(zuko), mask=black if i % 2 else ~black
                )
                for i in range(depth)
            )
        )

    def _law(self, zuko: Any) -> dict[str, Any]:
        """What one half does to the other: affine where nothing is said."""
        return {}


class NICE(RealNVP):
    """Half of the numbers shift the other half, and at the end each number has a scale.

    Dinh et al. 2015 (arXiv 1410.8516), eq. 7 and 11 to 13 and section 3.3: additive couplings keep
    all volumes, the scales alone change them, alike everywhere. Both directions take one pass.

    Args:
        shape, width, depth, layers, condition: as for `FlowNetwork`.

    Example:
        >>> network, x = NICE((4,), width=8), torch.randn(3, 4)
        >>> z, log_det = network(x)
        >>> log_det, bool((network.inverse(z) - x).abs().max() < 1e-4)
        (tensor([0., 0., 0.], grad_fn=<AddBackward0>), True)
    """

    def __init__(
        self,
        shape: Sequence[int],
        width: int = 64,
        depth: int = 4,
        layers: int = 2,
        condition: int = 0,
    ) -> None:
        super().__init__(shape, width, depth, layers, condition)
        self.log_scale = nn.Parameter(torch.zeros(self.numbers))

    def _law(self, zuko: Any) -> dict[str, Any]:
        return {"univariate": zuko.transforms.AdditiveTransform, "shapes": ((),)}

    def forward(self, x: Tensor, y: Tensor | None = None) -> tuple[Tensor, Tensor]:
        z, log_det = super().forward(x, y)
        return z * self.log_scale.exp(), log_det + self.log_scale.sum()

    def inverse(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        return super().inverse(z * (-self.log_scale).exp(), y)


class MAF(FlowNetwork):
    """Each number is scaled and shifted by those before it; the order turns round every transform.

    Papamakarios et al. 2017 (arXiv 1705.07057), eq. 3 to 5 and section 3.2, with MADE's masked
    networks (Germain et al. 2015, arXiv 1502.03509). Latents take one pass, sampling one for every
    number. Differs from the paper: no normalisation over batches.

    Args:
        shape, width, depth, layers, condition: as for `FlowNetwork`.
        passes: in which an x is made of z; None takes one for each number, 2 leaves numbers two
            groups of which one looks at the other, as couplings do.

    Raises:
        WrongUse: for fewer than 2 passes.

    Example:
        >>> network, x = MAF((3,), width=8), torch.ones(5, 3)
        >>> z, log_det = network(x)
        >>> log_det.shape, bool((network.inverse(z) - x).abs().max() < 1e-4)
        (torch.Size([5]), True)
    """

    def __init__(
        self,
        shape: Sequence[int],
        width: int = 64,
        depth: int = 3,
        layers: int = 2,
        condition: int = 0,
        passes: int | None = None,
    ) -> None:
        super().__init__(shape, width, depth, layers, condition)
        if passes is not None and passes < 2:
            raise WrongUse(f"passes of {type(self).__name__} must be at least 2, got {passes}.")
        zuko, order = _zuko(), torch.arange(self.numbers)
        self.transform = zuko.lazy.LazyComposedTransform(
            *(
                zuko.flows.MaskedAutoregressiveTransform(
                    **self.common,
                    **self._law(zuko),
                    passes=passes,
                    order=order.flip(0) if i % 2 else order,
                )
                for i in range(depth)
            )
        )

    def _law(self, zuko: Any) -> dict[str, Any]:
        """What is done to a number: affine where nothing is said."""
        return {}


class IAF(MAF):
    """A masked autoregressive flow the other way round: numbers are made of the latents before.

    Kingma et al. 2016 (arXiv 1606.04934), eq. 9 to 11, as a model of data. Sampling takes one pass;
    the latents of given items, and so their density, one for every number.

    Args:
        shape, width, depth, layers, condition, passes: as for `MAF`; the passes are those from x
            to z.

    Example:
        >>> network, z = IAF((3,), width=8), torch.ones(5, 3)
        >>> again, log_det = network(network.inverse(z))
        >>> log_det.shape, bool((again - z).abs().max() < 1e-4)
        (torch.Size([5]), True)
    """

    def made(self, y: Tensor | None) -> Any:
        return super().made(y).inv


class NeuralSpline(MAF):
    """Each number goes through a rational-quadratic spline whose knots those before it set.

    Durkan et al. 2019 (arXiv 1906.04032), eq. 4 to 8 and section 3.2: autoregressive as `MAF`, or
    with `passes=2` as couplings. Beyond [-5, 5] numbers stay as they are. Differs from the paper:
    the numbers turn their order round between transforms in the stead of learnt linear layers.

    Args:
        shape, width, depth, layers, condition, passes: as for `MAF`.
        bins: of each spline, at least 2.

    Raises:
        WrongUse: for fewer.

    Example:
        >>> network, x = NeuralSpline((3,), width=8), torch.ones(5, 3)
        >>> z, log_det = network(x)
        >>> log_det.shape, bool((network.inverse(z) - x).abs().max() < 1e-4)
        (torch.Size([5]), True)
    """

    def __init__(
        self,
        shape: Sequence[int],
        width: int = 64,
        depth: int = 3,
        layers: int = 2,
        condition: int = 0,
        passes: int | None = None,
        bins: int = 8,
    ) -> None:
        if bins < 2:
            raise WrongUse(f"bins of NeuralSpline must be at least 2, got {bins}.")
        self.bins = bins
        super().__init__(shape, width, depth, layers, condition, passes)

    def _law(self, zuko: Any) -> dict[str, Any]:
        shapes = ((self.bins,), (self.bins,), (self.bins - 1,))
        return {"univariate": zuko.transforms.MonotonicRQSTransform, "shapes": shapes}


def checkerboard(shape: Sequence[int]) -> Tensor:
    """Which numbers of an item are on black fields, one after the other: bool (numbers,).

    Example:
        >>> checkerboard((2, 2)).int(), checkerboard((3,)).int()
        (tensor([0, 1, 1, 0], dtype=torch.int32), tensor([0, 1, 0], dtype=torch.int32))
    """
    places = torch.stack(torch.meshgrid(*map(torch.arange, shape), indexing="ij"))
    return places.sum(0).flatten() % 2 == 1


def _zuko() -> Any:
    """The library of the transforms, when a flow is made and not before."""
    try:
        import zuko
    except ImportError as error:
        raise Failure(
            "flows are made of zuko, which is not installed; run pip install 'sparring[flows]'."
        ) from error
    return zuko
