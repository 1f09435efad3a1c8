"""Games of tables under the contract, tiny, and their rows."""

from collections.abc import Callable

import torch

from sparring.core import (
    Game,
)
from sparring.data import InMemory
from sparring.data.conditioned import Categories
from sparring.games import (
    CTGAN,
    NADE,
    TVAE,
)
from sparring.networks import (
    Conditionals,
    CTGANDiscriminator,
    CTGANGenerator,
    TVAEDecoder,
    TVAEEncoder,
)
from sparring.priors import Normal

NUMBERS = (("bounded", 1), ("mode", 3), ("number", 1))
MIXED = (("category", 3), *NUMBERS, ("category", 2))


def encoded(spans: tuple[tuple[str, int], ...], rows: int = 40) -> InMemory:
    """Random rows of a table; their choices are one-hot."""
    source = torch.Generator().manual_seed(0)
    blocks = []
    for kind, width in spans:
        x = torch.rand(rows, width, generator=source)
        one_hot = torch.nn.functional.one_hot(x.argmax(1), width).to(x.dtype)
        blocks.append(one_hot if kind in ("mode", "category") else 2 * x - 1)
    return InMemory(torch.cat(blocks, 1))


def columns(spans: tuple[tuple[str, int], ...]) -> tuple[tuple[str, int], ...]:
    """The same table as columns of tokens: what is one number is put into bins."""
    return tuple(("token", width) if width > 1 else ("ordinal", 20) for _, width in spans)


def tokens(spans: tuple[tuple[str, int], ...], rows: int = 40) -> InMemory:
    """Random tokens and positions in them; some are not known."""
    source = torch.Generator().manual_seed(0)
    sizes = torch.tensor([size for _, size in columns(spans)])
    x = torch.rand(rows, len(sizes), generator=source) * sizes
    return InMemory(x.masked_fill(torch.rand(x.shape, generator=source) < 0.1, -1))


def ctgan(spans: tuple[tuple[str, int], ...]) -> Game:
    """Packs of 2, and no normalisation over the batch, which is each process's own."""
    asked = Categories(encoded(spans), spans)
    width, values = sum(width for _, width in spans), len(asked.counts)
    return CTGAN(
        CTGANGenerator(3, spans, hidden=(8, 8), norm=torch.nn.LayerNorm),
        CTGANDiscriminator(width, values, packing=2, hidden=(16, 16), dropout=0.2),
        Normal(3),
        spans=spans,
        frequencies=asked.frequencies,
    )


def tvae(spans: tuple[tuple[str, int], ...]) -> Game:
    """A game of one; of its conditional row it sees all, and is asked for nothing."""
    width = sum(width for _, width in spans)
    pair = TVAEEncoder(width, 3, hidden=(8,)), TVAEDecoder(width, 3, hidden=(8,))
    return TVAE(*pair, Normal(3), spans=spans)


def nade(spans: tuple[tuple[str, int], ...]) -> Game:
    """A game of one; every column can be asked for, whatever the row."""
    network = Conditionals(columns(spans), hidden=8, dropout=0.2)
    # A unit that sees nothing begins at its kink, where no slope is defined.
    torch.nn.init.normal_(network.bias)
    return NADE(network)


UNCONDITIONAL: dict[str, Callable[[], Game]] = {
    "nade": lambda: nade(NUMBERS),
    "ctgan": lambda: ctgan(NUMBERS),
    "tvae": lambda: tvae(NUMBERS),
}

CONDITIONAL: dict[str, Callable[[], Game]] = {
    "nade": lambda: nade(MIXED),
    "ctgan": lambda: ctgan(MIXED),
    "tvae": lambda: tvae(MIXED),
}
