"""Drawing a picture pixel by pixel, or group by group of pixels."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from sparring.core import Batch, WrongUse
from sparring.losses.pixels import Pixels


@runtime_checkable
class PixelByPixel(Protocol):
    """A network whose outputs for a pixel look at the pixels before it, in an order of its own.

    Attributes:
        colours: how many turns a pixel takes: 1 where all channels are drawn at once, else one a
            channel, each of which looks at those before.
    """

    colours: int

    def __call__(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """Outputs (n, k, s, s) for pictures (n, channels, s, s)."""

    def places(self, side: int) -> Iterable[tuple[slice, slice]]:
        """Rows and columns of the pixels that are drawn at once, in their order."""

    def at(self, x: Tensor, place: tuple[slice, slice], y: Tensor | None = None) -> Tensor:
        """Outputs (n, k, ...) for the pixels of a place, inside of `remembering`, in order."""

    def remembering(self, n: int, side: int) -> AbstractContextManager[None]:
        """Inside, the network keeps what it saw of n pictures."""


def draw_pixels(
    network: PixelByPixel,
    pixels: Pixels,
    uniform: Tensor,
    shape: tuple[int, ...],
    y: Tensor | None,
    given: Batch,
    temperature: float,
) -> Tensor:
    """Pictures whose pixels are drawn one after the other.

    Args:
        network: says of each pixel what follows from those before it.
        pixels: the distribution that it says.
        uniform: numbers that draw them, (n, noises, s, s).
        shape: of a picture, (channels, s, s).
        y: what they are asked to be.
        given: may hold pixels that stay, "x" (n, channels, s, s) and "known" (n, 1, s, s).
        temperature: of every draw.

    Raises:
        WrongUse: for given pixels of another shape.
    """
    x, known = begun(uniform, shape, given)
    with network.remembering(len(x), shape[1]):
        for place in network.places(shape[1]):
            here = (..., *place)
            for colour in range(network.colours):
                outputs = network.at(x, place, y)
                drawn = pixels.sample(outputs, temperature, uniform[here])
                if known is not None:
                    drawn = torch.where(known[here].bool(), x[here], drawn)
                channels = slice(None) if network.colours == 1 else slice(colour, colour + 1)
                x[here][:, channels] = drawn[:, channels]
    return x


def begun(uniform: Tensor, shape: tuple[int, ...], given: Batch) -> tuple[Tensor, Tensor | None]:
    """Empty items, or the given ones and which of their places are known.

    Args:
        uniform: as many numbers as there are items, of their kind and device.
        shape: of an item, (channels, *places).
        given: may hold "x" (n, channels, *places) and "known" (n, 1, *places).

    Raises:
        WrongUse: for others.
    """
    whole = (len(uniform), *shape)
    x, known = given.get("x"), given.get("known")
    if (x is None) != (known is None) or (x is not None and x.shape != whole):
        raise WrongUse(
            f"given places need 'x' of shape {whole} and 'known', got "
            f"{ {name: tuple(value.shape) for name, value in given.items()} }."
        )
    if x is None or known is None:
        return uniform.new_zeros(whole), None
    if known.shape != (whole[0], 1, *shape[1:]):
        raise WrongUse(
            f"'known' must have shape {(whole[0], 1, *shape[1:])}, one a place, got "
            f"{tuple(known.shape)}."
        )
    return x.clone(), known
