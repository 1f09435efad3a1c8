"""The deep image prior: a network that has seen nothing restores a picture. A game of one."""

import torch
from torch import Tensor, nn

from sparring.core import Adam, Batch, Game, OptimizerSpec, Player, Terms, WrongUse


class DeepImagePrior(Game):
    """A convolutional network learns to make one picture of which something is observed.

    Ulyanov et al. 2018 (arXiv 1711.10925), eq. 2: min over the weights of |A f(z) - y|^2, with y
    what is observed, A the operator that observes, and z a fixed input, uniform in [0, .1], to
    which normal noise is added at each step (section 4, "Denoising"). What pictures have in common
    is made sooner than noise is: the training must be ended before all is fitted, which is the
    caller's to do. Several observations of one picture are fitted together.

    Args:
        network: from (1, inputs, h, w) to a picture (1, channels, h, w).
        size: h and w of the picture.
        inputs: channels of the input.
        observe: the operator A, from pictures to what batches hold as "x": (n, ...).
        noise: deviation of what is added to the input, at least 0; the paper has 1/30 for
            denoising and .03 otherwise.
        optimizer: Adam(.01, (.9, .999)) by default.

    Attributes:
        output: the picture that the latest step was judged by, (channels, h, w); None before.

    Raises:
        WrongUse: for noise below 0, or an observation of another shape than the batch's.

    Example:
        >>> from sparring.networks import Hourglass
        >>> game = DeepImagePrior(Hourglass(4, 1, width=4, scales=2), (9, 12), 4)
        >>> game.picture().shape
        torch.Size([1, 9, 12])
    """

    averaged = ("network",)
    start: Tensor

    def __init__(
        self,
        network: nn.Module,
        size: tuple[int, int],
        inputs: int = 32,
        observe: nn.Module | None = None,
        *,
        noise: float = 1 / 30,
        optimizer: OptimizerSpec | None = None,
    ) -> None:
        super().__init__()
        if noise < 0:
            raise WrongUse(f"noise of DeepImagePrior must be at least 0, got {noise}.")
        self.network, self.noise = network, noise
        self.observe = nn.Identity() if observe is None else observe
        self.register_buffer("start", torch.rand(1, inputs, *size) / 10)
        self.output: Tensor | None = None
        self.players = {
            "network": Player([network], self.loss, optimizer or Adam(0.01, (0.9, 0.999)))
        }
        self.turns = ["network"]

    def loss(self, batch: Batch) -> Terms:
        """The mean squared difference to what is observed."""
        x = batch.get("x")
        # One picture, whoever plays: all processes draw the same noise.
        noise = torch.randn(self.start.shape).to(self.start)
        made = self.network(self.start + self.noise * noise)
        self.output = made.detach()[0]
        seen = self.observe(made)
        if x is None or x.shape[1:] != seen.shape[1:]:
            got = "nothing" if x is None else str(tuple(x.shape[1:]))
            raise WrongUse(
                f"DeepImagePrior observes {tuple(seen.shape[1:])} of its picture, and was given "
                f"{got} as 'x'; give what the same operator sees of the picture."
            )
        return {"loss": (seen - x).square().mean()}

    def picture(self) -> Tensor:
        """The picture that the network makes of its input without noise, (channels, h, w)."""
        with torch.no_grad():
            made: Tensor = self.network(self.start)[0]
        return made
