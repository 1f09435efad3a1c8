"""How a discriminator takes a condition into account, each way a module on its features.

h are features (n, width) of items, y what was asked of them: class numbers (n,), attributes or a
text's embedding (n, condition), or a text and its words (n, 1 + words, condition).
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sparring.core import Terms, WrongUse
from sparring.networks.embedding import Embedded


class Conditioning(nn.Module):
    """What a condition adds to scores and losses; of itself nothing.

    A new way needs `forward`, where the condition changes the score, or the two kinds of terms,
    where it has losses of its own.

    Args:
        features_width: of the features.
        condition: how many classes or attributes there are, or how long a text's embedding is.

    Example:
        >>> Conditioning(8, 3)(torch.ones(2, 8), torch.tensor([0, 2]))
        tensor([0., 0.])
    """

    def __init__(self, features_width: int, condition: int) -> None:
        super().__init__()
        for name, value in (("features_width", features_width), ("condition", condition)):
            if value < 1:
                raise WrongUse(f"{name} of {type(self).__name__} must be at least 1, got {value}.")
        self.features_width, self.condition = features_width, condition

    def forward(self, h: Tensor, y: Tensor | None) -> Tensor:
        """What the condition adds to each item's score, (n,)."""
        return h.new_zeros(len(h))

    def discriminator_terms(self, h_real: Tensor, h_fake: Tensor, y: Tensor) -> Terms:
        """Terms of the discriminator's loss, of real and generated items of the same y."""
        return {}

    def generator_terms(self, h_fake: Tensor, y: Tensor) -> Terms:
        """Terms of the generator's loss, of generated items."""
        return {}


class Projection(Conditioning):
    """Adds <e(y), h> to the score, e(y) the embedded condition.

    Miyato and Koyama 2018 (arXiv 1802.05637), eq. 3: right where the log ratio of p(y | x) under
    data and generator is linear in the features.

    Example:
        >>> Projection(8, 3)(torch.ones(2, 8), torch.tensor([0, 2])).shape
        torch.Size([2])
    """

    def __init__(self, features_width: int, condition: int) -> None:
        super().__init__(features_width, condition)
        self.embedding = Embedded(condition, features_width)

    def forward(self, h: Tensor, y: Tensor | None) -> Tensor:
        return (h * self.embedding(y)).sum(1)


class ScaledProjection(Projection):
    """`Projection` over the root of the features' number.

    For features of which each is about 1 in size, so that the sum begins at that size too. Where
    they are means over many places they are small already, and `Projection` is right.

    Example:
        >>> ScaledProjection(8, 3)(torch.ones(2, 8), torch.tensor([0, 2])).shape
        torch.Size([2])
    """

    def forward(self, h: Tensor, y: Tensor | None) -> Tensor:
        return super().forward(h, y) / self.features_width**0.5


class Concatenation(Conditioning):
    """Adds what a small network sees in the features and the embedded condition, side by side.

    Mirza and Osindero 2014 (arXiv 1411.1784), section 3.2: here condition and features join behind
    the discriminator's body instead of at its input, in one hidden layer.

    Args:
        features_width, condition: as for `Conditioning`.
        hidden: units of the hidden layer; as many as there are features where left out.

    Example:
        >>> Concatenation(8, 3)(torch.ones(2, 8), torch.tensor([0, 2])).shape
        torch.Size([2])
    """

    def __init__(self, features_width: int, condition: int, hidden: int | None = None) -> None:
        super().__init__(features_width, condition)
        hidden = features_width if hidden is None else hidden
        self.embedding = Embedded(condition, hidden)
        self.layers = nn.Sequential(
            nn.Linear(features_width + hidden, hidden), nn.LeakyReLU(0.2), nn.Linear(hidden, 1)
        )

    def forward(self, h: Tensor, y: Tensor | None) -> Tensor:
        score: Tensor = self.layers(torch.cat([h, self.embedding(y)], 1))  # (n, 1)
        return score.flatten()


class AuxiliaryClassifier(Conditioning):
    """Leaves the score alone; both players are rewarded for items whose condition can be told.

    Odena et al. 2017 (arXiv 1610.09585), eq. 3: L_C = log p(y | real) + log p(y | generated), which
    the discriminator raises; the generator raises its own part. Classes cost their cross entropy,
    attributes the mean of theirs, each of two cases. The generator so learns to make items that are
    easy to tell, and fewer kinds of them.

    Args:
        features_width, condition: as for `Conditioning`.
        weight: of the terms, at least 0.

    Raises:
        WrongUse: for a condition that is neither classes nor attributes between 0 and 1.

    Example:
        >>> classifier = AuxiliaryClassifier(8, 3)
        >>> list(classifier.generator_terms(torch.ones(2, 8), torch.tensor([0, 2])))
        ['class']
    """

    def __init__(self, features_width: int, condition: int, weight: float = 1.0) -> None:
        super().__init__(features_width, condition)
        self.weight = _weight(self, weight)
        self.classify = nn.Linear(features_width, condition)
        self._fits = False

    def discriminator_terms(self, h_real: Tensor, h_fake: Tensor, y: Tensor) -> Terms:
        real, fake = self._cost(h_real, y), self._cost(h_fake, y)
        return {"class_real": real, "class_generated": fake}

    def generator_terms(self, h_fake: Tensor, y: Tensor) -> Terms:
        return {"class": self._cost(h_fake, y)}

    def _cost(self, h: Tensor, y: Tensor) -> Tensor:
        self._check(y)
        logits = self.classify(h)  # (n, condition)
        if y.dim() == 1:
            return self.weight * F.cross_entropy(logits, y)
        return self.weight * F.binary_cross_entropy_with_logits(logits, y.to(logits.dtype))

    def _check(self, y: Tensor) -> None:
        # Values are looked at once only: on an accelerator each look would wait for it.
        if self._fits:
            return
        if y.dim() > 2 or (y.dim() == 2 and bool(((y < 0) | (y > 1)).any())):
            raise WrongUse(
                f"AuxiliaryClassifier tells classes, or attributes between 0 and 1, got a "
                f"condition of shape {tuple(y.shape)} with other numbers; use Projection for texts."
            )
        self._fits = True


class D2DCE(Conditioning):
    """Leaves the score alone; items are drawn to their condition and away from other conditions'.

    Kang et al. 2021 (ReACGAN, arXiv 2111.01118), the data-to-data cross entropy; the discriminator
    learns it on real items alone, the generator on its own. Attributes and texts have the sum of
    their parts for proxy, and all items of another y as negatives. Of several processes each
    compares the items of its own share.

    Args:
        features_width, condition: as for `Conditioning`.
        weight: of the terms, at least 0.
        temperature: above 0; lower ones look at the closest negatives alone.
        margin: cosine from which an item is near enough to its proxy, and 1 less the cosine below
            which it is far enough from others, 0 to 1.
        width: of the sphere on which items are compared; the features' where left out.

    Example:
        >>> similar = D2DCE(8, 3)
        >>> list(similar.generator_terms(torch.randn(2, 8), torch.tensor([0, 2])))
        ['similarity']
    """

    def __init__(
        self,
        features_width: int,
        condition: int,
        weight: float = 0.5,
        temperature: float = 0.5,
        margin: float = 0.98,
        width: int | None = None,
    ) -> None:
        super().__init__(features_width, condition)
        if temperature <= 0:
            raise WrongUse(f"temperature of D2DCE must be above 0, got {temperature}.")
        if not 0 <= margin <= 1:
            raise WrongUse(f"margin of D2DCE must be between 0 and 1, got {margin}.")
        self.weight, self.temperature, self.margin = _weight(self, weight), temperature, margin
        width = features_width if width is None else width
        self.project = nn.Linear(features_width, width)
        self.proxies = Embedded(condition, width)

    def discriminator_terms(self, h_real: Tensor, h_fake: Tensor, y: Tensor) -> Terms:
        return self._terms(h_real, y)

    def generator_terms(self, h_fake: Tensor, y: Tensor) -> Terms:
        return self._terms(h_fake, y)

    def _terms(self, h: Tensor, y: Tensor) -> Terms:
        y = y[:, 0] if y.dim() == 3 else y
        f = F.normalize(self.project(h), dim=1)
        proxies = F.normalize(self.proxies(y), dim=1)
        different = y[:, None] != y[None]  # (n, n), or (n, n, condition)
        if different.dim() == 3:
            different = different.any(2)
        cost = data_to_data(f, proxies, different, self.temperature, self.margin)
        return {"similarity": self.weight * cost}


def data_to_data(
    f: Tensor, proxies: Tensor, different: Tensor, temperature: float = 0.5, margin: float = 0.98
) -> Tensor:
    """The mean over items i of -log(a_i / (a_i + sum over others j of b_ij)).

    a_i = exp(min(0, <f_i, v_i> - m) / t), b_ij = exp(max(0, <f_i, f_j> - (1 - m)) / t). Kang et al.
    2021 (arXiv 2111.01118), with the margins tied as in its experiments: what is near enough or far
    enough is left in peace.

    Args:
        f: items on the unit sphere, (n, k).
        proxies: v, their conditions on it, (n, k).
        different: whether items i and j are of different conditions, (n, n).
        temperature: t, above 0.
        margin: m, 0 to 1.

    Example:
        >>> one = torch.eye(2)
        >>> float(data_to_data(one, one, ~one.bool()))  # a = b = 1: log 2
        0.6931...
    """
    near = ((f * proxies).sum(1) - margin).clamp(max=0) / temperature  # (n,)
    far = (f @ f.t() - (1 - margin)).clamp(min=0) / temperature  # (n, n)
    everything = torch.cat([near[:, None], far.masked_fill(~different, -torch.inf)], 1)
    return (torch.logsumexp(everything, 1) - near).mean()


def _weight(conditioning: Conditioning, weight: float) -> float:
    if weight < 0:
        raise WrongUse(f"weight of {type(conditioning).__name__} must be at least 0, got {weight}.")
    return weight
