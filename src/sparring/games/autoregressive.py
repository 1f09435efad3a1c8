"""Autoregressive models: a picture's pixels one after the other, each given those before."""

from typing import cast

from torch import Tensor, nn

from sparring.core import Batch, OptimizerSpec, WrongUse
from sparring.games.drawing import PixelByPixel, draw_pixels
from sparring.games.ordered import Ordered
from sparring.losses.pixels import Pixels
from sparring.priors import Prior


class Autoregressive(Ordered):
    """A game of one: log p(x) = sum over pixels i of log p(x_i | x_<i), raised on the data.

    Van den Oord et al. 2016 (arXiv 1601.06759), eq. 1, and 2 for colours. What is asked of pictures
    goes into every factor (van den Oord et al. 2016, arXiv 1606.05328, eq. 3).

    Args:
        network: from pictures to what is said of every pixel, of which it sees none that follow.
        pixels: the distribution that it says.
        side: length of the pictures.
        channels: of the pictures.
        labels: distribution of the conditions; None where there are none.
        optimizer: Adam(1e-3, (.9, .99)) by default.

    Raises:
        WrongUse: if the network can't draw pixel by pixel.

    Example:
        >>> from sparring.losses.pixels import Bernoulli
        >>> from sparring.networks.pixelcnn import PixelCNN
        >>> game = Autoregressive(PixelCNN(1, 1, width=4, blocks=1), Bernoulli(), 8)
        >>> x = game.sample(2)
        >>> x.shape, game.log_prob(x).shape
        (torch.Size([2, 1, 8, 8]), torch.Size([2]))
    """

    def __init__(
        self,
        network: nn.Module,
        pixels: Pixels,
        side: int,
        channels: int = 1,
        labels: Prior | None = None,
        *,
        optimizer: OptimizerSpec | None = None,
    ) -> None:
        if not isinstance(network, PixelByPixel):
            raise WrongUse(
                f"{type(network).__name__} can't draw pixel by pixel; Autoregressive needs a "
                f"network such as PixelCNN."
            )
        super().__init__(network, pixels, (channels, side, side), labels, optimizer)

    def drawn(self, uniform: Tensor, y: Tensor | None, given: Batch) -> Tensor:
        """Pictures, drawn row by row; see `draw_pixels`."""
        steps = cast(PixelByPixel, self.network)
        return draw_pixels(steps, self.pixels, uniform, self.shape, y, given, self.temperature)
