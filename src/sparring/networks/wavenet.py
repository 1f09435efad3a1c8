"""WaveNet: dilated convolutions, each sample's outputs from the samples before it."""

from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sparring.core import WrongUse
from sparring.networks.embedding import Embedded
from sparring.networks.gated_pixelcnn import gated


class WaveNet(nn.Module):
    """Gated layers that look twice as far back each, with what every layer finds added up.

    Van den Oord et al. 2016 (arXiv 1609.03499), section 2.1 to 2.5, eq. 2 and figure 4: a layer
    looks at h_t and h_(t - d), d = 1, 2, 4, ..., finds z = tanh(W_f * h + V_f y) sigmoid(W_g * h +
    V_g y), and h + W z goes on. Differs from the paper: a sample's level is looked up where there
    one-hot vectors are convolved, and residuals have no bias of their own.

    Args:
        outputs: k, numbers for a sample, as a distribution of `losses.sounds` takes them.
        width: maps of the layers.
        depth: layers of a stack, at least 1; the last looks back 2^(depth - 1) samples.
        stacks: how many stand on each other, at least 1.
        skips: maps of what the layers found together.
        condition: how many classes or attributes there are, or how long a text's embedding is; 0
            for none.
        levels: that a sample can have, at least 2.

    Raises:
        WrongUse: for fewer layers, stacks or levels.

    Attributes:
        reach: how many samples an output looks back.

    Shapes:
        x (n, 1, length) int64, the level of each sample, y (n, ...); returns (n, outputs, length).

    Example:
        >>> _ = torch.manual_seed(0)
        >>> network = WaveNet(4, width=8, depth=2, stacks=1, skips=16, levels=4)
        >>> x, other = torch.zeros(2, 1, 1, 9, dtype=torch.int64)
        >>> other[..., 4] = 3  # is seen by the next samples, as far as they reach
        >>> network.reach, (network(x) - network(other)).ne(0).any(1)[0].int().tolist()
        (4, [0, 0, 0, 0, 0, 1, 1, 1, 1])
    """

    def __init__(
        self,
        outputs: int = 256,
        width: int = 32,
        depth: int = 8,
        stacks: int = 2,
        skips: int = 128,
        condition: int = 0,
        levels: int = 256,
    ) -> None:
        super().__init__()
        if depth < 1 or stacks < 1 or levels < 2:
            raise WrongUse(
                f"WaveNet must have at least 1 layer, 1 stack and 2 levels, got {depth}, {stacks} "
                f"and {levels}."
            )
        self.dilations = [2**number for number in range(depth)] * stacks
        self.reach = 1 + sum(self.dilations)
        layers = len(self.dilations)
        self.first = nn.Embedding(levels, width)
        self.looks = nn.ModuleList(
            nn.Conv1d(width, 2 * width, 2, dilation=back) for back in self.dilations
        )
        # After the last layer nothing goes on.
        self.residuals = nn.ModuleList(
            nn.Conv1d(width, width, 1, bias=False) for _ in self.dilations[1:]
        )
        self.told = Embedded(condition, 2 * width * layers) if condition else None
        self.gather = nn.Conv1d(width * layers, skips, 1)
        self.middle, self.last = nn.Conv1d(skips, skips, 1), nn.Conv1d(skips, outputs, 1)

    def forward(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        h = F.pad(self.first(x[:, 0]).transpose(1, 2), (1, -1))  # (n, width, length)
        told = self.tell(y)
        found = []
        for number, back in enumerate(self.dilations):
            found.append(gated(self._look(number, back, h, told)))
            if number < len(self.residuals):
                h = h + self.residuals[number](found[-1])
        skips = F.relu(self.gather(torch.cat(found, 1)))
        outputs: Tensor = self.last(F.relu(self.middle(skips)))
        return outputs

    def _look(self, number: int, back: int, h: Tensor, told: Tensor | None) -> Tensor:
        """What a layer sees of h and of what lies so far back: (n, 2 width, length)."""
        layer = cast(nn.Conv1d, self.looks[number])
        # Two products: on a processor they take half as long as a dilated convolution.
        past, here = (part.expand(len(h), -1, -1) for part in layer.weight.unbind(2))
        bias = cast(Tensor, layer.bias)[:, None]
        if told is not None:
            bias = bias + told[number][:, :, None]
        shifted = F.pad(h, (back, 0))[..., : h.shape[2]]
        return torch.baddbmm(torch.baddbmm(bias, here, h), past, shifted)

    def tell(self, y: Tensor | None) -> Tensor | None:
        """What the condition adds to each layer, (layers, n, 2 width), if there is one."""
        if self.told is None:
            return None
        found: Tensor = self.told(y)
        return found.unflatten(1, (len(self.dilations), -1)).transpose(0, 1)

    def following(self, n: int, y: Tensor | None = None) -> "Queues":
        """Outputs for n sounds sample by sample: see `Queues`."""
        return Queues(self, n, y)


class Queues:
    """A WaveNet that is shown one sample after the other, and looks at no sample twice.

    Paine et al. 2016 (arXiv 1611.09482): each layer has a queue as long as it looks back. Here all
    of them lie in one tensor, as rings, so that one lookup and one product serve what all layers
    see of the past; what is left is four small operations a layer.

    Args:
        network: whose weights are taken as they are now.
        n: how many sounds follow at a time.
        y: the condition, (n, ...), if the network has one.

    Example:
        >>> network = WaveNet(4, width=8, depth=2, stacks=1, skips=16, levels=4)
        >>> x = torch.tensor([[[0, 3, 1]]])
        >>> follow = network.following(1)
        >>> found = [follow(None), follow(x[:, 0, 0]), follow(x[:, 0, 1])]
        >>> torch.allclose(torch.stack(found, 2), network(x), atol=1e-6)
        True
    """

    def __init__(self, network: WaveNet, n: int, y: Tensor | None = None) -> None:
        with torch.no_grad():
            self._prepare(network, n, y)

    def _prepare(self, network: WaveNet, n: int, y: Tensor | None) -> None:
        looks = cast(list[nn.Conv1d], list(network.looks))
        weight = torch.stack([look.weight for look in looks])  # (layers, 2 width, width, 2)
        self._past = weight[..., 0].transpose(1, 2).contiguous()  # (layers, width, 2 width)
        here = list(weight[..., 1].transpose(1, 2).contiguous())
        told = network.tell(y)
        bias = torch.stack([cast(Tensor, look.bias) for look in looks])[:, None].expand(-1, n, -1)
        self._bias = (bias if told is None else bias + told).contiguous()  # (layers, n, 2 width)
        residuals = cast(list[nn.Conv1d], list(network.residuals))
        onward = [layer.weight[:, :, 0].t().contiguous() for layer in residuals]
        ends = (network.gather, network.middle, network.last)
        self._ends = [
            (cast(Tensor, end.bias).detach(), end.weight[:, :, 0].t().contiguous()) for end in ends
        ]
        layers, width = len(looks), looks[0].in_channels
        self._rings = weight.new_zeros(sum(network.dilations), n, width)
        lengths = torch.tensor(network.dilations)
        period = int(lengths.max())  # all are powers of two
        start = lengths.cumsum(0) - lengths
        places = start + torch.arange(period)[:, None] % lengths
        self._places = list(places.to(weight.device))
        self._inputs = weight.new_zeros(layers, n, width)
        self._seen = weight.new_zeros(layers, n, 2 * width)
        # Views that are made once: of a step, most of the time goes into calls.
        self._first, *then = self._inputs.unbind()
        seen = self._seen.unbind()
        halves = [one[:, :width] for one in seen]
        self._layers = list(zip(self._inputs.unbind(), here, seen, halves, strict=True))
        self._onward = list(zip(onward, then, strict=True))
        self._table, self._time = network.first.weight.detach(), 0

    def __call__(self, before: Tensor | None) -> Tensor:
        """Outputs (n, k) for the next sample.

        Args:
            before: the level of the sample before it, (n,) int64; None for the first.
        """
        place = self._places[self._time % len(self._places)]
        self._time += 1
        if before is not None:
            torch.index_select(self._table, 0, before, out=self._first)
        torch.baddbmm(self._bias, self._rings.index_select(0, place), self._past, out=self._seen)
        found = []
        for number, (h, here, seen, half) in enumerate(self._layers):
            seen.addmm_(h, here)
            half.tanh_()
            found.append(F.glu(seen, 1))
            if number < len(self._onward):
                onward, then = self._onward[number]
                torch.addmm(h, found[-1], onward, out=then)
        self._rings.index_copy_(0, place, self._inputs)
        x = torch.cat(found, 1)
        for bias, weight in self._ends[:-1]:
            x = torch.addmm(bias, x, weight).relu_()
        bias, weight = self._ends[-1]
        return torch.addmm(bias, x, weight)
