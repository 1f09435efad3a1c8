"""A small network a column: what its token is, given the tokens of any other columns."""

import math
from collections.abc import Iterator, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sparring.core import WrongUse, draw
from sparring.networks.folded import Folded
from sparring.networks.sums import Bags, FixedSums, sums

_ORDERED = ("ordinal", "ordinal or missing")
_GROUPS = (4, 16)
# How large the weights of single tokens begin beside those of their groups.
_OWN = 0.1
# Columns of up to so many tokens, of up to twice as many, ... have their logits made together.
_FEW = 16
# At most so many logits an item, which then stay in the processor's cache.
_TOGETHER = 2048


class Conditionals(nn.Module):
    """For each of d columns of tokens, a network of one hidden layer over its parent columns.

    h_j = relu(b_j + sum over known parents i of W_ij[x_i]), logits_j = V_j h_j + c_j, after the
    neural autoregressive distribution estimator (Larochelle and Murray 2011; Uria et al. 2014,
    arXiv 1310.1757). Tokens are looked up and never made one-hot. Differs from the paper: each
    column has hidden units of its own, and the weights of an ordered token are a sum of its own and
    those of its groups of 4 and of 16 neighbours, so that what was learnt of one holds a little for
    the next.

    Args:
        spans: kind and number of tokens of every column, such as ("token", 5), ("ordinal", 64).
        hidden: units a column.
        parents: for every column the columns that it may look at; all others by default.
        dropout: share of hidden units left out in training, to a 256th.

    Raises:
        WrongUse: for an unknown kind, a span without tokens, or a column that is its own parent.

    Example:
        >>> network = Conditionals([("token", 2), ("ordinal", 9)], hidden=4)
        >>> x, known = torch.tensor([[1, 8]]), torch.zeros(1, 2, 2, dtype=torch.bool)
        >>> [logits.shape[1] for logits in network(x, known)]
        [2, 9]
    """

    def __init__(
        self,
        spans: Sequence[tuple[str, int]],
        hidden: int = 128,
        parents: Sequence[Sequence[int]] | None = None,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        for kind, tokens in spans:
            if kind not in ("token", *_ORDERED) or tokens < 1:
                raise WrongUse(
                    f"a span of Conditionals must be 'token', 'ordinal' or 'ordinal or missing' "
                    f"with at least 1 token, got {(kind, tokens)}."
                )
        columns = len(spans)
        if parents is None:
            parents = [[i for i in range(columns) if i != j] for j in range(columns)]
        if any(j in mine for j, mine in enumerate(parents)):
            raise WrongUse("a column of Conditionals can't be its own parent.")
        self.tokens = [tokens for _, tokens in spans]
        self.hidden, self.dropout = hidden, dropout
        codes, sizes = _codes(spans)
        self._lay_out_lookup(parents, codes, sizes)
        self._lay_out_output(codes, sizes)
        # The last row of each is for nothing: models that were saved have it.
        rows, most = self.fold_lookup.size, self.parents.shape[1]
        self.lookup = nn.Parameter(torch.randn(rows, hidden) / math.sqrt(most))
        self.bias = nn.Parameter(torch.zeros(columns, hidden))
        rows = self.fold_output.size
        self.output = nn.Parameter(torch.randn(rows, hidden) * 0.5 / hidden**0.5)
        self.output_bias = nn.Parameter(torch.zeros(sum(self.tokens)))
        self._start(codes)

    first: Tensor
    parents: Tensor
    begin: Tensor
    looked: Tensor
    shift: Tensor
    places: Tensor
    order: Tensor

    def _lay_out_lookup(
        self, parents: Sequence[Sequence[int]], codes: Tensor, sizes: Tensor
    ) -> None:
        """A block for each parent of each column, with a row for each of its tokens."""
        counts = torch.tensor(self.tokens)
        first = counts.cumsum(0) - counts
        most = max(1, *(len(mine) for mine in parents))
        padded = torch.tensor([[*mine, *[-1] * (most - len(mine))] for mine in parents])  # (d, p)
        looked = counts[padded.clamp(min=0)] * (padded >= 0)
        block = torch.arange(padded.numel()).repeat_interleave(looked.flatten())
        begin = _before(looked)
        token = first[padded].flatten()[block] + torch.arange(len(block)) - begin.flatten()[block]
        # The blocks of what is learnt hold rows of groups too.
        kept = sizes[padded.clamp(min=0)] * (padded >= 0)
        rows = codes[token] + _before(kept).flatten()[block][:, None]
        self.fold_lookup = FixedSums(rows.masked_fill(codes[token] < 0, -1), int(kept.sum()) + 1)
        self._register(
            first=first,
            parents=padded,
            begin=begin.int(),
            looked=token.int(),
            shift=(block - padded.flatten()[block]).int(),
        )

    def _lay_out_output(self, codes: Tensor, sizes: Tensor) -> None:
        """Groups of columns of about as many tokens, each padded to the most of its group."""
        by_size: dict[int, list[int]] = {}
        for j, tokens in enumerate(self.tokens):
            by_size.setdefault(max(_FEW, tokens - 1).bit_length(), []).append(j)
        self.groups: list[tuple[list[int], int]] = []
        for _, alike in sorted(by_size.items()):
            most = max(self.tokens[j] for j in alike)
            together = max(1, _TOGETHER // most)
            for start in range(0, len(alike), together):
                self.groups.append((alike[start : start + together], most))
        starts = _before(sizes)
        rows, places = [], torch.empty(len(codes), dtype=torch.long)
        at = 0
        for mine, most in self.groups:
            for j in mine:
                own = slice(int(self.first[j]), int(self.first[j]) + self.tokens[j])
                shared = (codes[own] + starts[j]).masked_fill(codes[own] < 0, -1)
                rows.append(F.pad(shared, (0, 0, 0, most - self.tokens[j]), value=-1))
                places[own] = torch.arange(at, at + self.tokens[j])
                at += most
        self.fold_output = FixedSums(torch.cat(rows), int(sizes.sum()) + 1)
        order = torch.tensor([j for mine, _ in self.groups for j in mine])
        self._register(places=places, order=order)

    @torch.no_grad()
    def _start(self, codes: Tensor) -> None:
        """Weights of single ordered tokens begin small, and the row for nothing is nothing."""
        ordered = (codes[:, 1:] >= 0).any(1)
        looked = torch.nonzero(ordered[self.looked.long()])[:, 0]
        for table, fold, rows in (
            (self.lookup, self.fold_lookup, looked),
            (self.output, self.fold_output, self.places[ordered]),
        ):
            table[fold.index[fold.offsets[rows].long()].long()] *= _OWN
            table[-1] = 0

    def _register(self, **values: Tensor) -> None:
        for name, value in values.items():
            self.register_buffer(name, value, persistent=False)

    def forward(self, x: Tensor, known: Tensor) -> list[Tensor]:
        """Logits of every column.

        Args:
            x: (n, d) int64 tokens; negative ones are never known.
            known: (n, d, d) or (1, d, d) bool: whether column j, the second index, may look at
                column i, the third.

        Returns:
            For each column (n, tokens).
        """
        chosen = self.parents.clamp(min=0).expand(len(known), -1, -1)
        seen = known.gather(2, chosen).permute(1, 2, 0)  # (d, p, n)
        logits: list[Tensor] = [x] * x.shape[1]
        for mine, some in self._logits(self._hidden(x, seen)):
            for place, j in enumerate(mine):
                logits[j] = some[place, :, : self.tokens[j]]
        return logits

    def log_prob(self, x: Tensor, turns: Tensor) -> Tensor:
        """Log-probability of every token given those whose turn was before, in nats.

        Args:
            x: (n, d) int64 tokens; negative ones are not known, and have 0.
            turns: (n, d) or (1, d) numbers: a column looks at those of smaller ones.

        Returns:
            (n, d).
        """
        turn = turns.t()  # (d, n)
        seen = turn[self.parents.clamp(min=0)] < turn[:, None]
        tokens = x.t()
        found = []
        for mine, logits in self._logits(self._hidden(x, seen)):
            asked = tokens[mine]
            losses = F.cross_entropy(
                logits.flatten(0, 1),
                asked.clamp(min=-1).flatten(),
                ignore_index=-1,
                reduction="none",
            )
            found.append(-losses.view_as(asked))
        return torch.cat(found)[self.order.argsort()].t()

    def _hidden(self, x: Tensor, seen: Tensor) -> Tensor:
        """(d, n, hidden) units, of tokens (n, d) and what is seen of them (d, p, n or 1)."""
        tokens, parents = x.t().clamp(min=0), self.parents.clamp(min=0)
        d, n = tokens.shape
        there = (x.t() >= 0)[parents] & (self.parents >= 0)[..., None]
        weights = (seen & there).to(self.lookup.dtype)  # (d, p, n)
        total = self.lookup.new_zeros(d * n, self.hidden)
        if len(self.looked):
            # One column after the other: its weights stay in the processor's cache.
            index = (tokens.int()[parents] + self.begin[..., None]).transpose(1, 2).flatten()
            ends = torch.arange(d * n + 1, dtype=torch.int32, device=x.device) * parents.shape[1]
            bags = Bags(index, ends, weights.transpose(1, 2).flatten())
            table = self.fold_lookup(self.lookup)
            total = sums(table, bags, lambda: self._who_looked(tokens, weights))
        hidden = F.relu(total.view(d, n, -1) + self.bias[:, None])
        return hidden * self._kept(hidden) if self.dropout and self.training else hidden

    def _who_looked(self, tokens: Tensor, weights: Tensor) -> Bags:
        """For each row of the lookup the columns and items (d n) that looked at it."""
        d, n = tokens.shape
        parents = self.parents.clamp(min=0)
        sorted_items = tokens.argsort(1)[parents]  # (d, p, n)
        place = torch.arange(d, device=tokens.device)[:, None, None] * n + sorted_items
        counts = (tokens + self.first[:, None]).flatten().bincount(minlength=sum(self.tokens))
        # In the order of tokens column i begins at item i n, in that of blocks block k at k n.
        begin = (counts.cumsum(0) - counts)[self.looked] + n * self.shift
        begin[0] = 0
        ends = F.pad(begin, (0, 1), value=place.numel()).int()
        return Bags(place.int().flatten(), ends, weights.gather(2, sorted_items).flatten())

    def _logits(self, hidden: Tensor) -> Iterator[tuple[list[int], Tensor]]:
        """For groups of columns their logits (g, n, most tokens), those that aren't there -inf."""
        weights = self.fold_output(self.output)
        biases = weights.new_full((len(weights),), -torch.inf)
        biases = biases.index_copy(0, self.places, self.output_bias)
        # Split, for the derivative of a slice is as large as what it was cut from.
        rows = [len(mine) * tokens for mine, tokens in self.groups]
        units = hidden[self.order].split([len(mine) for mine, _ in self.groups])
        parts = zip(self.groups, units, weights.split(rows), biases.split(rows), strict=True)
        for (mine, tokens), some, weight, bias in parts:
            weight, bias = weight.view(len(mine), tokens, -1), bias.view(len(mine), 1, tokens)
            yield mine, torch.baddbmm(bias, some, weight.transpose(1, 2))

    def _kept(self, hidden: Tensor) -> Tensor:
        """Which hidden units (d, n, hidden) stay, scaled up, drawn for all processes together."""
        d, n, units = hidden.shape
        left_out = round(256 * self.dropout)
        # Bytes cost a tenth of what Bernoulli's draws do.
        words = -(-d * units // 8)

        def bytes_of(m: int) -> Tensor:
            drawn = torch.empty(m, words, dtype=torch.int64, device=hidden.device)
            return drawn.random_(-(2**63), None).view(torch.uint8)

        stays = draw(bytes_of, n)[:, : d * units] >= left_out
        scaled = stays.view(n, d, units).transpose(0, 1).to(hidden.dtype)
        return scaled.mul_(256 / (256 - left_out))

    def folded(self) -> Folded:
        """The same network with the groups' weights added up, for fast draws."""
        table = self.fold_lookup(self.lookup)
        weights = self.fold_output(self.output)[self.places]
        return Folded(
            [[i for i in mine if i >= 0] for mine in self.parents.tolist()],
            torch.cat([table, table.new_zeros(1, self.hidden)]),
            self.bias,
            weights.split(self.tokens),
            self.output_bias.split(self.tokens),
        )


def _before(sizes: Tensor) -> Tensor:
    """The sum of all sizes before each."""
    return (sizes.flatten().cumsum(0) - sizes.flatten()).view_as(sizes)


def _codes(spans: Sequence[tuple[str, int]]) -> tuple[Tensor, Tensor]:
    """(all tokens, levels) rows of each token within its column's block, and rows a block."""
    codes, sizes = [], []
    for kind, tokens in spans:
        token = torch.arange(tokens)
        levels, rows = [token], tokens
        for size in _GROUPS:
            if kind in _ORDERED:
                group = token // size + rows
                rows = int(group.max()) + 1
                if kind == "ordinal or missing":
                    group[-1] = -1
            else:
                group = torch.full_like(token, -1)
            levels.append(group)
        codes.append(torch.stack(levels, 1))
        sizes.append(rows)
    return torch.cat(codes), torch.tensor(sizes)
