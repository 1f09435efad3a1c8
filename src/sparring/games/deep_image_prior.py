"""The deep image prior: a network that has seen nothing restores a picture. A game of one."""

import torch
from torch import Tensor, nn

from sparring.core import Adam, Batch, Game, OptimizerSpec, Player, Terms, WrongUse


class DeepImagePrior(Game):
    """A convolutional network learns to make one picture of which something is observed.

    Ulyanov et al. 2018 (arXiv 1711.10925), eq. 2: min over the weights of |A f(z) - y|^2, with y
    what is observed, A the operator that observes, and z a fixed input, uniform in [0, .1], to
    which normal noise is added at each step. What pictures have in common is made sooner than noise
    is: the training must be ended before all is fitted, which is the caller's to do. What is
    averaged beside the training is the picture that comes out, not the weights; half-lives of 69
    steps are the paper's .99. Several observations of one picture are fitted together.

    Args:
        network: from (1, inputs, h, w) to a picture (1, channels, h, w).
        shape: of the picture, (channels, h, w).
        inputs: channels of the input.
        observe: the operator A, from pictures to what batches hold as "x", (n, ...); None for all.
        noise: deviation of what is added to the input, at least 0; the paper has 1/30 for
            denoising and .03 for the rest.
        optimizer: Adam(.01, (.9, .999)) by default.

    Attributes:
        picture: the latest, (channels, h, w); 0 before the first step.

    Raises:
        WrongUse: for numbers out of range.

    Example:
        >>> from sparring.networks import Hourglass
        >>> game = DeepImagePrior(Hourglass(4, 1, width=4, scales=2), (1, 9, 12), inputs=4)
        >>> list(game.loss({"x": torch.zeros(1, 1, 9, 12)})), game.picture.shape
        (['loss'], torch.Size([1, 9, 12]))
    """

    averaged = ("canvas",)
    start: Tensor

    def __init__(
        self,
        network: nn.Module,
        shape: tuple[int, int, int],
        inputs: int = 32,
        observe: nn.Module | None = None,
        *,
        noise: float = 1 / 30,
        optimizer: OptimizerSpec | None = None,
    ) -> None:
        super().__init__()
        if noise < 0 or inputs < 1:
            raise WrongUse(
                f"DeepImagePrior takes noise of at least 0 and at least 1 channel of inputs, got "
                f"{noise} and {inputs}."
            )
        self.network, self.noise = network, noise
        self.observe = nn.Identity() if observe is None else observe
        self.canvas = _Canvas(shape)
        self.register_buffer("start", torch.rand(1, inputs, *shape[1:]) / 10)
        optimizer = optimizer or Adam(0.01, (0.9, 0.999))
        self.players = {"network": Player([network], self.loss, optimizer)}
        self.turns = ["network"]

    @property
    def picture(self) -> Tensor:
        """The latest picture; inside `state.averaged()` the average."""
        return self.canvas.picture

    def loss(self, batch: Batch) -> Terms:
        """The mean squared difference to what is observed.

        Raises:
            WrongUse: for a batch without "x", or of another shape than what is observed.
        """
        # One picture, whoever plays: all processes draw the same noise.
        noise = torch.randn(self.start.shape).to(self.start)
        made = self.network(self.start + self.noise * noise)
        self.canvas.picture.copy_(made.detach()[0])
        seen = self.observe(made)
        x = batch.get("x")
        if x is None or x.shape[1:] != seen.shape[1:]:
            got = "nothing" if x is None else str(tuple(x.shape[1:]))
            raise WrongUse(
                f"DeepImagePrior observes {tuple(seen.shape[1:])} of its picture, and got {got} as "
                f"'x'; give what the same operator sees of a picture."
            )
        return {"loss": (seen - x).square().mean()}


class _Canvas(nn.Module):
    """Where the picture lies, as averages and checkpoints find it."""

    picture: Tensor

    def __init__(self, shape: tuple[int, int, int]) -> None:
        super().__init__()
        self.register_buffer("picture", torch.zeros(shape))
