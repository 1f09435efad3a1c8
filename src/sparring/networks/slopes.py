"""Layers for networks whose slopes are penalised: the slope's own gradient costs little.

A penalty on |dD/dx| is differentiated twice. As torch has its layers, the second time also walks
back through the whole first evaluation with gradients that are zero on paper, for what is linear in
pieces has no curvature; and the gradients of a convolution's gradients are taken by convolutions
with the batch in the place of channels, which are slow. Here, where slopes are penalised
(`core.penalised`), what is constant is a constant, and the gradient of a convolution with respect
to its maps is a transposed convolution, which knows its own gradients. Values and gradients of
every order are those of torch's layers.
"""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd import Function

from sparring.core.penalised import are_penalised

_convolution_backward = torch.ops.aten.convolution_backward
_leaky_relu_backward = torch.ops.aten.leaky_relu_backward


class Conv2d(nn.Conv2d):
    """As `nn.Conv2d` padded by zeros, with slopes that are cheap to differentiate.

    Example:
        >>> layer, x = Conv2d(3, 4, 4, 2, 1), torch.randn(2, 3, 8, 8)
        >>> bool(torch.allclose(layer(x), nn.functional.conv2d(x, layer.weight, layer.bias, 2, 1)))
        True
    """

    def forward(self, x: Tensor) -> Tensor:
        how: Any = self.stride, self.padding, self.dilation, self.groups
        return conv2d(x, self.weight, self.bias, *how)


Pair = tuple[int, int]


def conv2d(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: Pair = (1, 1),
    padding: Pair = (0, 0),
    dilation: Pair = (1, 1),
    groups: int = 1,
) -> Tensor:
    """As `torch.nn.functional.conv2d`, with slopes that are cheap to differentiate."""
    how = stride, padding, dilation, groups
    if not _wanted():
        return F.conv2d(x, weight, bias, *how)
    if torch.is_autocast_enabled(x.device.type):
        dtype = torch.get_autocast_dtype(x.device.type)
        x, weight = x.to(dtype), weight.to(dtype)
        bias = None if bias is None else bias.to(dtype)
    maps = _Maps.apply(x, weight, bias, *how)
    # Weights get their gradient by a way of their own, which isn't gone for a slope alone.
    joined: Tensor = _Joined.apply(maps, _Weights.apply(weight, bias, [x], maps.shape, *how))
    return joined


def _wanted() -> bool:
    return not torch.compiler.is_compiling() and are_penalised() and torch.is_grad_enabled()


class _Maps(Function):
    """A convolution as a function of its maps."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None, stride: Any, padding: Any,
        dilation: Any, groups: int,
    ) -> Tensor:  # fmt: skip
        ctx.save_for_backward(weight)
        ctx.how = stride, padding, dilation, groups
        ctx.sides = x.shape[2:]
        return F.conv2d(x, weight, bias, stride, padding, dilation, groups)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Any:  # type: ignore[override]
        if not ctx.needs_input_grad[0]:
            return (None,) * 7
        (weight,) = ctx.saved_tensors
        stride, padding, dilation, groups = ctx.how
        # Rows and columns at the end that no place of the result saw.
        unseen = [
            side - ((out - 1) * s - 2 * p + d * (k - 1) + 1)
            for side, out, s, p, d, k in zip(
                ctx.sides, gradient.shape[2:], stride, padding, dilation, weight.shape[2:],
                strict=True,
            )
        ]  # fmt: skip
        x = F.conv_transpose2d(gradient, weight, None, stride, padding, unseen, groups, dilation)
        return x, *(None,) * 6


class _Weights(Function):
    """Zeros in the shape of the maps, by which the gradient comes to the weights.

    x is handed over in a list, so that no edge of the graph leads to it.
    """

    @staticmethod
    def forward(
        ctx: Any, weight: Tensor, bias: Tensor | None, hidden: list[Tensor], shape: torch.Size,
        *how: Any,
    ) -> Tensor:  # fmt: skip
        ctx.save_for_backward(weight)
        (ctx.x,), ctx.how, ctx.biased = hidden, how, bias is not None
        ctx.version = ctx.x._version
        return weight.new_zeros(()).expand(shape)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Any:  # type: ignore[override]
        if ctx.x._version != ctx.version:
            raise RuntimeError("what a Conv2d saw was changed in place before its gradient.")
        (weight,) = ctx.saved_tensors
        stride, padding, dilation, groups = ctx.how
        _, weights, biases = _convolution_backward(
            gradient, ctx.x, weight, [weight.shape[0]], stride, padding, dilation, False, (0, 0),
            groups, (False, ctx.needs_input_grad[0], ctx.needs_input_grad[1]),
        )  # fmt: skip
        return weights, biases if ctx.biased else None, *(None,) * 6


class _Joined(Function):
    """The maps, whose gradient goes both ways."""

    @staticmethod
    def forward(ctx: Any, maps: Tensor, zeros: Tensor) -> Tensor:
        ctx.mark_dirty(maps)
        return maps

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Any:  # type: ignore[override]
        return gradient, gradient


class LeakyReLU(nn.LeakyReLU):
    """As `nn.LeakyReLU`, with slopes that are cheap to differentiate; it works in place.

    Args:
        slope: below zero.

    Example:
        >>> LeakyReLU(0.2)(torch.tensor([-1.0, 2.0]))
        tensor([-0.2000,  2.0000])
    """

    def __init__(self, slope: float) -> None:
        super().__init__(slope, inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        return leaky_relu_(x, self.negative_slope)


def leaky_relu_(x: Tensor, slope: float) -> Tensor:
    """max(x, slope x) in the place of x, whose slope is a constant of each piece.

    Example:
        >>> from sparring.core.penalised import penalised
        >>> x = torch.tensor([-1.0, 2.0], requires_grad=True)
        >>> with penalised():
        ...     y = leaky_relu_(x * 1, 0.2)
        >>> (slope,) = torch.autograd.grad(y.sum(), x, create_graph=True)
        >>> slope, slope.requires_grad
        (tensor([0.2000, 1.0000]), False)
    """
    if not _wanted():
        return F.leaky_relu_(x, slope)
    y: Tensor = _Leaky.apply(x, slope)
    return y


class _Leaky(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, slope: float) -> Tensor:
        y = F.leaky_relu_(x, slope)
        ctx.mark_dirty(y)
        ctx.save_for_backward(y)
        ctx.slope = slope
        return y

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Any:  # type: ignore[override]
        (y,) = ctx.saved_tensors
        return _Sloped.apply(gradient, y.detach(), ctx.slope), None


class _Sloped(Function):
    """A gradient times the slope where it is: linear in the gradient, and nothing besides."""

    @staticmethod
    def forward(ctx: Any, gradient: Tensor, y: Tensor, slope: float) -> Tensor:
        ctx.save_for_backward(y)
        ctx.slope = slope
        product: Tensor = _leaky_relu_backward(gradient, y, slope, True)
        return product

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Any:  # type: ignore[override]
        (y,) = ctx.saved_tensors
        return _Sloped.apply(gradient, y, ctx.slope), None, None
