"""Networks that look at the words of a text: places ask words, and words ask places.

y holds a text and its words, (n, 1 + words, condition), rows of zeros where there is no word. What
has no words (classes, attributes, a text's embedding alone) is taken as a whole.
"""

import itertools
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sparring.core import WrongUse
from sparring.networks.conditional_norm import ConditionalBatchNorm
from sparring.networks.conditioning import Conditioning
from sparring.networks.convolutional import DCGANDiscriminator, crop
from sparring.networks.embedding import Embedded
from sparring.networks.sizes import pyramid

MOST_WORDS = 24
"""Of which the order counts; later ones are looked at all the same."""
_USUAL = 10
_SHORT = 32


def words_of(y: Tensor | None) -> Tensor | None:
    """The words (n, words, condition) of a condition; None where it has none.

    Example:
        >>> words_of(torch.ones(2, 4, 5)).shape, words_of(torch.tensor([0, 1]))
        (torch.Size([2, 3, 5]), None)
    """
    return y[:, 1:] if y is not None and y.dim() == 3 and y.shape[1] > 1 else None


class Whole(nn.Module):
    """A condition as a whole, as a vector with elements of about size 1 at the start.

    As `Embedded`, but of numbers, whose mean square is about 1 in texts, the sum is brought back to
    that size. To a text's embedding its words are added in their order, each by a map of its place:
    what an encoder says of "a red circle above a blue square" is nearly what it says with both
    colours exchanged, and its words in their order aren't.

    Args:
        condition: how many classes or attributes there are, or how long a text's embedding is.
        width: of the vector.

    Example:
        >>> Whole(3, 2)(torch.ones(4, 5, 3)).shape
        torch.Size([4, 2])
    """

    def __init__(self, condition: int, width: int) -> None:
        super().__init__()
        self.embedding = Embedded(condition, width)
        self.scale = condition**-0.5
        self.short = nn.Linear(condition, _SHORT, bias=False)
        self.order = nn.Linear(MOST_WORDS * _SHORT, width, bias=False)
        nn.init.normal_(self.short.weight, 0.0, self.scale)
        nn.init.normal_(self.order.weight, 0.0, (_USUAL * _SHORT) ** -0.5)

    def forward(self, y: Tensor | None) -> Tensor:
        vector: Tensor = self.embedding(y)
        if y is None or y.dim() == 1:
            return vector
        vector, words = vector * self.scale, words_of(y)
        if words is None:
            return vector
        short = self.short(words[:, :MOST_WORDS]).flatten(1)  # (n, words short)
        # Words that aren't there are zeros, and their weights need not be looked at.
        return vector + F.linear(short, self.order.weight[:, : short.shape[1]])


class WordAttention(nn.Module):
    """Every place of a picture takes from the words what it asks for.

    Xu et al. 2018 (AttnGAN, arXiv 1711.10485), eq. 2: place j takes of word i the share b_ji =
    exp(s_ji) / sum over the words that are there, s_ji = <h_j, e'_i>. Differs from the paper:
    places ask through a projection of their own, <Q h_j, K e_i + p_i> / sqrt(k) with p_i for the
    word's place in the text, and what they get is added to them, not put beside them.

    Args:
        width: feature maps in and out.
        condition: length of a word's embedding.
        key: k, numbers by which places and words are compared.

    Shapes:
        x (n, width, s, s), words (n, words, condition) or None; returns x's.

    Raises:
        WrongUse: for words of another length.

    Example:
        >>> attention, words = WordAttention(8, 5), torch.randn(2, 3, 5)
        >>> words[:, 2] = 0  # no such word
        >>> shares = attention.shares(torch.randn(2, 8, 4, 4), words).detach()
        >>> (
        ...     shares.shape,
        ...     float(shares[:, 2].sum()),
        ...     float(shares[0, :, 0, 0].sum().round(decimals=5)),
        ... )
        (torch.Size([2, 3, 4, 4]), 0.0, 1.0)
    """

    def __init__(self, width: int, condition: int, key: int = 32) -> None:
        super().__init__()
        self.asks = nn.Conv2d(width, key, 1)
        self.answers = nn.Linear(condition, key)
        self.places = nn.Parameter(torch.zeros(MOST_WORDS, key))
        self.gives = nn.Linear(condition, width)

    def shares(self, x: Tensor, words: Tensor) -> Tensor:
        """How much each place takes of each word, (n, words, s, s).

        Over words they sum to 1 where there are words, and are 0 where there are none.
        """
        if words.shape[2] != self.answers.in_features:
            raise WrongUse(
                f"words must be of {self.answers.in_features} numbers, got {words.shape[2]}; make "
                f"the network with condition={words.shape[2]}."
            )
        asks = self.asks(x).flatten(2)  # (n, key, places)
        answers = placed(self.answers(words), self.places)  # (n, words, key)
        strength = (answers @ asks) / asks.shape[1] ** 0.5  # (n, words, places)
        return masked_softmax(strength, present(words)[:, :, None], 1).unflatten(2, x.shape[2:])

    def forward(self, x: Tensor, words: Tensor | None) -> Tensor:
        if words is None:
            return x
        return self.added(x, words, self.shares(x, words))

    def added(self, x: Tensor, words: Tensor, shares: Tensor) -> Tensor:
        """The places with what they take, by these shares (n, words, s, s)."""
        taken = self.gives(words).transpose(1, 2) @ shares.flatten(2)  # (n, width, places)
        return x + taken.unflatten(2, x.shape[2:])


def placed(words: Tensor, places: Tensor) -> Tensor:
    """Words (n, words, k) with what their place in the text adds, of the first so many places.

    Example:
        >>> placed(torch.zeros(1, 3, 1), torch.tensor([[1.0], [2.0]])).flatten()
        tensor([1., 2., 0.])
    """
    after = max(0, words.shape[1] - len(places))
    return words + F.pad(places[: words.shape[1]], (0, 0, 0, after))


def present(words: Tensor) -> Tensor:
    """Which words there are, (n, words): rows of zeros are none."""
    return words.ne(0).any(2)


def masked_softmax(x: Tensor, there: Tensor, dim: int) -> Tensor:
    """Shares along a dimension among what is there; zeros everywhere where nothing is.

    Example:
        >>> masked_softmax(torch.zeros(2, 3), torch.tensor([[True, True, False], [False] * 3]), 1)
        tensor([[0.5000, 0.5000, 0.0000],
                [0.0000, 0.0000, 0.0000]])
    """
    # A number as low as the type has it, not minus infinity, of which nothing could be taken.
    hidden = x.masked_fill(~there, torch.finfo(x.dtype).min)
    return torch.softmax(hidden, dim) * there


class WordsGenerator(nn.Module):
    """Transposed convolutions, told of the whole text at each, whose places then ask the words.

    The structure of DCGAN (Radford et al. 2016, arXiv 1511.06434) and one more convolution, with
    AttnGAN's attention over words (Xu et al. 2018, arXiv 1711.10485, section 3.1) at its largest
    resolutions below the picture's, and gains and biases of its normalisation from latent and text
    together, as deep fusion has them (Tao et al. 2022, arXiv 2008.05865).

    Args:
        latent: length of z.
        channels: of the pictures, 1 or 3.
        size: side length, 8 to 128.
        width: feature maps at half the picture's side, of which half as many are left at the whole;
            each layer before has twice as many, up to 8 times.
        condition: length of a text's and a word's embedding (or how many classes or attributes
            there are); 0 for none.
        looks: at how many resolutions places ask the words, at least 1 and as many as there are at
            most.

    Shapes:
        z (n, latent), y (n, 1 + words, condition); returns (n, channels, size, size) in [-1, 1].

    Example:
        >>> generator = WordsGenerator(16, 3, 32, width=8, condition=5)
        >>> z, y = torch.randn(2, 16), torch.randn(2, 7, 5)
        >>> generator(z, y).shape, generator.attention(z, y).shape
        (torch.Size([2, 3, 32, 32]), torch.Size([2, 6, 16, 16]))
    """

    def __init__(
        self,
        latent: int,
        channels: int,
        size: int,
        width: int = 64,
        condition: int = 0,
        looks: int = 2,
    ) -> None:
        super().__init__()
        if looks < 1:
            raise WrongUse(f"looks of WordsGenerator must be at least 1, got {looks}.")
        sides = pyramid(size)
        self.size = size
        told = min(condition, 64)
        self.whole = Whole(condition, told) if condition else None
        widths = [min(width * 2**level, 8 * width) for level in range(len(sides) - 1)][::-1]
        self.start = nn.ConvTranspose2d(latent + told, widths[0], sides[0], bias=False)
        self.ups = nn.ModuleList(
            nn.ConvTranspose2d(before, after, 4, 2, 1, bias=False)
            for before, after in itertools.pairwise(widths)
        )
        self.norms = nn.ModuleList(ConditionalBatchNorm(w, latent + told) for w in widths)
        first = max(0, len(widths) - looks)
        self.attentions = nn.ModuleDict(
            {
                str(level): WordAttention(widths[level], condition)
                for level in range(first, len(widths))
            }
            if condition
            else {}
        )
        # Edges that lie anywhere need maps as large as the picture, if few.
        fine = max(4, width // 2)
        self.fine = nn.ConvTranspose2d(widths[-1], fine, 4, 2, 1, bias=False)
        self.norm = ConditionalBatchNorm(fine, latent + told)
        self.picture = nn.Conv2d(fine, channels, 3, padding=1)
        for layer in (self.start, *self.ups, self.fine, self.picture):
            nn.init.normal_(layer.weight, 0.0, 0.02)  # type: ignore[arg-type]
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        return crop(torch.tanh(self._maps(z, y)[0]), self.size)

    def attention(self, z: Tensor, y: Tensor) -> Tensor:
        """How much each place takes of each word where the resolution is largest, (n, words, s, s).

        Raises:
            WrongUse: for a y without words.
        """
        shares = self._maps(z, y)[1]
        if shares is None:
            raise WrongUse(
                f"attention is asked for by texts with words (n, 1 + words, size), got a condition "
                f"of shape {tuple(y.shape)}."
            )
        return shares

    def _maps(self, z: Tensor, y: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """The picture before its limits, and the last shares of the words."""
        told = z if self.whole is None else torch.cat([z, self.whole(y)], 1)
        words, shares = words_of(y), None
        x = told[:, :, None, None]
        for level, (up, norm) in enumerate(zip([self.start, *self.ups], self.norms, strict=True)):
            x = torch.relu(norm(up(x), told))
            if words is not None and str(level) in self.attentions:
                attention = cast(WordAttention, self.attentions[str(level)])
                shares = attention.shares(x, words)
                x = attention.added(x, words, shares)
        return self.picture(torch.relu(self.norm(self.fine(x), told))), shares


class Words(Conditioning):
    """Adds how well the picture fits the whole text, and how well each word fits what it looks at.

    Every word asks the places of the last maps and takes from those that answer, as in AttnGAN's
    matching model (Xu et al. 2018, arXiv 1711.10485, eq. 7 to 9); what it finds is compared with
    it, and the mean over the words added to the score (the paper: a cosine, in a loss beside the
    discriminator's). The whole text is compared with all maps side by side, so that it matters what
    lies where.

    Args:
        features_width: of the maps, side by side: feature maps times places.
        condition: length of a text's and a word's embedding (or how many classes or attributes
            there are).
        places: of the maps.
        hidden: numbers by which text and picture are compared.
        key: numbers by which words and places are.

    Example:
        >>> Words(32, 5, places=4)(torch.ones(2, 32), torch.randn(2, 7, 5)).shape
        torch.Size([2])
    """

    def __init__(
        self,
        features_width: int,
        condition: int,
        places: int = 1,
        hidden: int = 128,
        key: int = 64,
    ) -> None:
        super().__init__(features_width, condition)
        if places < 1 or features_width % places:
            raise WrongUse(
                f"places of Words must divide the {features_width} features, got {places}."
            )
        self.places, self.hidden = places, hidden
        maps = features_width // places
        self.seen = nn.Sequential(nn.Linear(features_width, hidden), nn.LeakyReLU(0.2))
        self.whole = Whole(condition, hidden)
        self.asks = nn.Linear(condition, key)
        self.order = nn.Parameter(torch.zeros(MOST_WORDS, key))
        self.answers = nn.Linear(maps, key)
        self.where = nn.Parameter(torch.zeros(places, key))
        self.gives = nn.Linear(maps, key)
        self.meant = nn.Linear(condition, key)

    def forward(self, h: Tensor, y: Tensor | None) -> Tensor:
        whole = (self.seen(h) * self.whole(y)).sum(1) / self.hidden**0.5
        words = words_of(y)
        return whole if words is None else whole + self.matched(h, words)

    def attention(self, h: Tensor, words: Tensor) -> Tensor:
        """How much each word takes of each place, (n, words, places); rows sum to 1."""
        places = h.unflatten(1, (-1, self.places)).transpose(1, 2)  # (n, places, maps)
        answers = self.answers(places) + self.where
        asks = placed(self.asks(words), self.order)
        strength = asks @ answers.transpose(1, 2)  # (n, words, places)
        return torch.softmax(strength / answers.shape[2] ** 0.5, 2)

    def matched(self, h: Tensor, words: Tensor) -> Tensor:
        """How well words (n, words, condition) fit what they look at, the mean over them, (n,)."""
        places = h.unflatten(1, (-1, self.places)).transpose(1, 2)
        found = self.attention(h, words) @ self.gives(places)  # (n, words, key)
        fits = (found * self.meant(words)).sum(2) / found.shape[2] ** 0.5
        there = present(words)
        return (fits * there).sum(1) / there.sum(1).clamp(min=1)


class WordsDiscriminator(DCGANDiscriminator):
    """DCGAN's discriminator, whose condition looks at words and places: see `Words`.

    Args:
        channels: of the pictures, 1 or 3.
        size: side length, 8 to 128.
        width: feature maps of the first layer; each layer after has twice as many, up to 8 times.
        condition: length of a text's and a word's embedding (or how many classes or attributes
            there are); 0 for none.
        hidden: numbers by which text and picture are compared.

    Shapes:
        x (n, channels, size, size), y (n, 1 + words, condition); returns scores (n,).

    Example:
        >>> judge = WordsDiscriminator(3, 32, width=8, condition=5)
        >>> judge(torch.zeros(2, 3, 32, 32), torch.randn(2, 7, 5)).shape
        torch.Size([2])
    """

    def __init__(
        self, channels: int, size: int, width: int = 64, condition: int = 0, hidden: int = 128
    ) -> None:
        super().__init__(channels, size, width)
        places = pyramid(size)[0] ** 2
        self.features_width *= places
        if condition:
            self.conditioning = Words(self.features_width, condition, places, hidden)

    def pooled(self, maps: Tensor) -> Tensor:
        """The maps (n, c, s, s) side by side, (n, c s s)."""
        return maps.flatten(1)
