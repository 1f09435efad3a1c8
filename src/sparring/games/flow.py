"""Normalising flows: exact densities through networks that can be undone."""

from torch import Tensor, nn

from sparring.core import Adam, Batch, OptimizerSpec, Player, Scores, Terms
from sparring.games.flowing import FlowGenerator, Flowing
from sparring.losses.spaces import Space
from sparring.priors import Prior


class Flow(Flowing, Scores):
    """A game of one: log p(x) = log p(f(x)) + log |det df/dx|, raised on the data.

    Which flow it is, the network says: Dinh et al. 2015 (NICE, arXiv 1410.8516), eq. 3; Dinh et al.
    2017 (RealNVP, arXiv 1605.08803), eq. 2 and 3; Papamakarios et al. 2017 (MAF, arXiv 1705.07057),
    eq. 1; Kingma et al. 2016 (IAF, arXiv 1606.04934), as a model of data; Durkan et al. 2019
    (neural splines, arXiv 1906.04032), eq. 1. Differs from the papers: no normalisation over
    batches, and latents are normal where NICE has logistic ones.

    Args:
        network: from vectors to latents and the logarithm of the change of volume, and back by its
            `inverse`.
        prior: of the latents.
        space: items as vectors; pictures and choices are spread by noise there.
        labels: distribution of the conditions; None where there are none.
        optimizer: Adam(1e-3, (.9, .999)) by default.

    Raises:
        WrongUse: for a network that can't be undone, or a prior of another size.

    Example:
        >>> from sparring.losses.spaces import Plain
        >>> from sparring.networks.flows import RealNVP
        >>> from sparring.priors import Normal
        >>> game = Flow(RealNVP((2,), width=8), Normal(2), Plain((2,)))
        >>> x = game.sample(3)
        >>> again = game.sample(3, latent=game.encode(x))
        >>> x.shape, game.log_prob(x).shape, bool((again - x).abs().max() < 1e-4)
        (torch.Size([3, 2]), torch.Size([3]), True)
    """

    averaged = ("generator",)

    def __init__(
        self,
        network: nn.Module,
        prior: Prior,
        space: Space,
        labels: Prior | None = None,
        *,
        optimizer: OptimizerSpec | None = None,
    ) -> None:
        super().__init__()
        self.prior, self.labels, self.space = prior, labels, space
        self.generator = FlowGenerator(network, space)
        self.check_latents()
        optimizer = optimizer or Adam(1e-3, (0.9, 0.999))
        self.players = {"model": Player([self.generator], self.loss, optimizer)}
        self.turns = ["model"]

    def loss(self, batch: Batch) -> Terms:
        """The surprise of an item, in nats."""
        return {"loss": -self.log_prob(self.need("x", batch), batch).mean()}

    def score(self, x: Tensor, condition: Batch | None = None) -> Tensor:
        """The log-density of each item."""
        return self.log_prob(x, condition)
