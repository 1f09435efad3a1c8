"""Invertible networks whose change of volume is known: normalising flows.

Their layers are those of zuko (Rozet et al., https://github.com/probabilists/zuko), which comes
with `pip install 'sparring[flows]'`.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, TypedDict, Unpack

import torch
from torch import Tensor, nn
from torch.distributions import Distribution

from sparring.core import Failure, WrongUse
from sparring.networks.embedding import Embedded


class Sizes(TypedDict, total=False):
    """How large a flow is; see `FlowNetwork`."""

    width: int
    depth: int
    layers: int
    condition: int


class FlowNetwork(nn.Module, ABC):
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
        zuko = _zuko()
        made = [self.layer(zuko, number) for number in range(depth)]
        self.transform = zuko.lazy.LazyComposedTransform(*made)

    @abstractmethod
    def layer(self, zuko: Any, number: int) -> nn.Module:
        """The transform of that number, from 0: of zuko's kind."""

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
        shape, sizes: width, depth, layers and condition, as for `FlowNetwork`.

    Example:
        >>> _ = torch.manual_seed(0)
        >>> network, x = RealNVP((1, 2, 2), width=8), torch.ones(3, 4)
        >>> z, log_det = network(x)
        >>> log_det.shape, bool((network.inverse(z) - x).abs().max() < 1e-4)
        (torch.Size([3]), True)
    """

    def layer(self, zuko: Any, number: int) -> nn.Module:
        black = checkerboard(self.shape)
        made: nn.Module = zuko.flows.GeneralCouplingTransform(
            **self.common, **self.law(zuko), mask=black if number % 2 else ~black
        )
        return made

    def law(self, zuko: Any) -> dict[str, Any]:
        """What one half does to the other: affine where nothing is said."""
        return {}


class NICE(RealNVP):
    """Half of the numbers shift the other half, and at the end each number has a scale.

    Dinh et al. 2015 (arXiv 1410.8516), sections 3.2 and 3.3: additive couplings keep all volumes,
    the scales alone change them, alike everywhere. Both directions take one pass.

    Args:
        shape, sizes: as for `FlowNetwork`.

    Example:
        >>> _ = torch.manual_seed(0)
        >>> network, x = NICE((4,), width=8), torch.randn(3, 4)
        >>> z, log_det = network(x)
        >>> log_det, bool((network.inverse(z) - x).abs().max() < 1e-4)
        (tensor([0., 0., 0.], grad_fn=<AddBackward0>), True)
    """

    def __init__(self, shape: Sequence[int], **sizes: Unpack[Sizes]) -> None:
        super().__init__(shape, **sizes)
        self.log_scale = nn.Parameter(torch.zeros(self.numbers))

    def law(self, zuko: Any) -> dict[str, Any]:
        return {"univariate": zuko.transforms.AdditiveTransform, "shapes": ((),)}

    def forward(self, x: Tensor, y: Tensor | None = None) -> tuple[Tensor, Tensor]:
        z, log_det = super().forward(x, y)
        return z * self.log_scale.exp(), log_det + self.log_scale.sum()

    def inverse(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        return super().inverse(z * (-self.log_scale).exp(), y)


class MAF(FlowNetwork):
    """Each number is scaled and shifted by those before it; the order turns round every transform.

    Papamakarios et al. 2017 (arXiv 1705.07057), eq. 3 to 5 and section 3.1, with MADE's masked
    networks (Germain et al. 2015, arXiv 1502.03509). Latents take one pass, sampling one for every
    number. Differs from the paper: no normalisation over batches.

    Args:
        shape: as for `FlowNetwork`.
        passes: in which an x is made of z; None takes one for each number, 2 leaves numbers two
            groups of which one looks at the other, as couplings do.
        sizes: width, depth, layers and condition, as for `FlowNetwork`.

    Raises:
        WrongUse: for fewer than 2 passes.

    Example:
        >>> _ = torch.manual_seed(0)
        >>> network, x = MAF((3,), width=8), torch.ones(5, 3)
        >>> z, log_det = network(x)
        >>> log_det.shape, bool((network.inverse(z) - x).abs().max() < 1e-4)
        (torch.Size([5]), True)
    """

    def __init__(
        self, shape: Sequence[int], passes: int | None = None, **sizes: Unpack[Sizes]
    ) -> None:
        if passes is not None and passes < 2:
            raise WrongUse(f"passes of {type(self).__name__} must be at least 2, got {passes}.")
        self.passes = passes
        super().__init__(shape, **sizes)

    def layer(self, zuko: Any, number: int) -> nn.Module:
        order = torch.arange(self.numbers)
        made: nn.Module = zuko.flows.MaskedAutoregressiveTransform(
            **self.common,
            **self.law(zuko),
            passes=self.passes,
            order=order.flip(0) if number % 2 else order,
        )
        return made

    def law(self, zuko: Any) -> dict[str, Any]:
        """What is done to a number: affine where nothing is said."""
        return {}


class IAF(MAF):
    """A masked autoregressive flow the other way round: numbers are made of the latents before.

    Kingma et al. 2016 (arXiv 1606.04934), sections 3 and 4, as a model of data. Sampling takes one
    pass; the latents of given items, and so their density, one for every number.

    Args:
        shape, passes, sizes: as for `MAF`; the passes are those from x to z.

    Example:
        >>> _ = torch.manual_seed(0)
        >>> network, z = IAF((3,), width=8), torch.ones(5, 3)
        >>> again, log_det = network(network.inverse(z))
        >>> log_det.shape, bool((again - z).abs().max() < 1e-4)
        (torch.Size([5]), True)
    """

    def made(self, y: Tensor | None) -> Any:
        return super().made(y).inv


class NeuralSpline(MAF):
    """Each number goes through a rational-quadratic spline whose knots those before it set.

    Durkan et al. 2019 (arXiv 1906.04032), sections 3.1 and 3.2: autoregressive as `MAF`, or
    with `passes=2` as couplings. Beyond [-5, 5] numbers stay as they are. Differs from the paper:
    the numbers turn their order round between transforms in the stead of learnt linear layers.

    Args:
        shape, passes, sizes: as for `MAF`.
        bins: of each spline, at least 2.

    Raises:
        WrongUse: for fewer.

    Example:
        >>> _ = torch.manual_seed(0)
        >>> network, x = NeuralSpline((3,), width=8), torch.ones(5, 3)
        >>> z, log_det = network(x)
        >>> log_det.shape, bool((network.inverse(z) - x).abs().max() < 1e-4)
        (torch.Size([5]), True)
    """

    def __init__(
        self,
        shape: Sequence[int],
        bins: int = 8,
        passes: int | None = None,
        **sizes: Unpack[Sizes],
    ) -> None:
        if bins < 2:
            raise WrongUse(f"bins of NeuralSpline must be at least 2, got {bins}.")
        self.bins = bins
        super().__init__(shape, passes, **sizes)

    def law(self, zuko: Any) -> dict[str, Any]:
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
    checked = Distribution._validate_args
    try:
        import zuko
    except ImportError as error:
        raise Failure(
            "flows are made of zuko, which is not installed; run pip install 'sparring[flows]'."
        ) from error
    finally:
        # When it is first imported it turns the checks of everybody's distributions off.
        Distribution.set_default_validate_args(checked)
    return zuko
