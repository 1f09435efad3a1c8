"""The pair of CTGAN: a generator that keeps what it was given, a discriminator of packs of rows."""

import itertools
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from sparring.core import WrongUse, draw
from sparring.networks.mixed import MixedOutput

Norm = Callable[[int], nn.Module]


class _Joined(nn.Module):
    """A linear layer of numbers joined with one-hot values, which are given by their numbers.

    Looking a value's weights up is multiplying them with its one-hot vector, and cheaper.
    """

    def __init__(self, numbers: int, values: int, outputs: int) -> None:
        super().__init__()
        self.linear = nn.Linear(numbers, outputs)
        self.values = nn.Embedding(values, outputs) if values else None
        for parameter in self.parameters():  # as if the values were inputs of the linear layer
            nn.init.uniform_(parameter, -((numbers + values) ** -0.5), (numbers + values) ** -0.5)

    def forward(self, x: Tensor, values: Tensor | None) -> Tensor:
        """x (n, numbers), values (n, several) -> (n, outputs)."""
        result: Tensor = self.linear(x)
        if self.values is not None:
            result = result + self.values(values).sum(1)
        return result


class SharedDropout(nn.Module):
    """Dropout whose masks are drawn for the rows of all processes together.

    Srivastava et al. 2014, Journal of Machine Learning Research 15; what is kept is scaled up.

    Args:
        rate: of what is dropped, in [0, 1).

    Example:
        >>> SharedDropout(0.5)(torch.ones(100, 10)).unique().tolist()
        [0.0, 2.0]
    """

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.rate == 0:
            return x
        uniform = draw(lambda n: torch.rand(n, *x.shape[1:], device=x.device), len(x))
        return x * (uniform >= self.rate).to(x.dtype) / (1 - self.rate)

    def extra_repr(self) -> str:
        return str(self.rate)


class CTGANGenerator(nn.Module):
    """Layers of batch normalisation and ReLU, each joined with all that it was given.

    Xu et al. 2019 (arXiv 1907.00503), section 4.4: h0 = z and the condition; h' = h joined with
    ReLU(BN(FC(h))), twice; tanh for places within a mode, a Gumbel softmax at temperature .2 for
    modes and categories. On several processes batch normalisation is of each one's share.

    Args:
        latent: length of z.
        spans: kinds and widths of the columns to be made; what can be asked for is a value of a
            "category".
        hidden: widths of the hidden layers.
        norm: makes the normalisation of a layer from its width.
        temperature: of the Gumbel softmax, above 0.

    Shapes:
        z (n, latent), condition (n,) int64, the number of the asked value among those of all
        categories, or None where there are none; returns (n, columns).

    Example:
        >>> generator = CTGANGenerator(8, [("bounded", 1), ("mode", 2), ("category", 3)])
        >>> generator(torch.randn(5, 8), torch.tensor([0, 1, 2, 0, 1])).shape
        torch.Size([5, 6])
    """

    def __init__(
        self,
        latent: int,
        spans: Sequence[tuple[str, int]],
        hidden: Sequence[int] = (256, 256),
        norm: Norm = nn.BatchNorm1d,
        temperature: float = 0.2,
    ) -> None:
        super().__init__()
        values = sum(width for kind, width in spans if kind == "category")
        widths = itertools.accumulate(hidden, initial=latent)
        *given, last = widths
        self.layers = nn.ModuleList(
            _Joined(before, values, width) for before, width in zip(given, hidden, strict=True)
        )
        self.norms = nn.ModuleList(norm(width) for width in hidden)
        self.last = _Joined(last, values, sum(width for _, width in spans))
        self.output = MixedOutput(spans, temperature)

    def logits(self, z: Tensor, condition: Tensor | None = None) -> Tensor:
        """What `output` turns into rows, of shape (n, columns)."""
        values = None if condition is None else condition[:, None]
        h = z
        for layer, norm in zip(self.layers, self.norms, strict=True):
            h = torch.cat([h, norm(layer(h, values)).relu()], 1)
        result: Tensor = self.last(h, values)
        return result

    def forward(self, z: Tensor, condition: Tensor | None = None) -> Tensor:
        result: Tensor = self.output(self.logits(z, condition))
        return result


class CTGANDiscriminator(nn.Module):
    """Scores packs of rows with what was asked of them: leaky ReLU (slope .2) and dropout.

    Xu et al. 2019 (arXiv 1907.00503), section 4.4; packs after Lin et al. 2018 (PacGAN, arXiv
    1712.04086): a generator that makes too few kinds of rows is told by their being alike.

    Args:
        width: of a row.
        values: how many can be asked for; 0 where there are no categories.
        packing: rows in a pack, at least 1.
        hidden: widths of the hidden layers.
        dropout: rate of the dropout after each, in [0, 1).

    Raises:
        WrongUse: for a packing below 1.

    Shapes:
        x (n, packing, width), condition (n, packing) int64 or None; returns scores (n,).

    Example:
        >>> judge = CTGANDiscriminator(6, 3, packing=2)
        >>> judge(torch.randn(4, 2, 6), torch.zeros(4, 2, dtype=torch.long)).shape
        torch.Size([4])
    """

    def __init__(
        self,
        width: int,
        values: int = 0,
        packing: int = 10,
        hidden: Sequence[int] = (256, 256),
        dropout: float = 0.5,
    ) -> None:
        super().__init__()
        if packing < 1:
            raise WrongUse(f"packing of CTGANDiscriminator must be at least 1, got {packing}.")
        first, *others = hidden
        self.packing = packing
        self.first = _Joined(packing * width, packing * values, first)
        self.values = values
        layers: list[nn.Module] = [nn.LeakyReLU(0.2), SharedDropout(dropout)]
        for before, after in itertools.pairwise([first, *others]):
            layers += [nn.Linear(before, after), nn.LeakyReLU(0.2), SharedDropout(dropout)]
        layers.append(nn.Linear(hidden[-1], 1))
        self.layers = nn.Sequential(*layers)

    def forward(self, x: Tensor, condition: Tensor | None = None) -> Tensor:
        if condition is not None:  # each place in the pack has weights of its own
            places = torch.arange(condition.shape[1], device=condition.device)
            condition = condition + self.values * places
        scores: Tensor = self.layers(self.first(x.flatten(1), condition))
        return scores.squeeze(1)
