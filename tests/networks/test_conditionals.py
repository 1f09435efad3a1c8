"""Conditionals: shapes, what each column looks at, groups of neighbours, and the fast twin."""

import pytest
import torch

from sparring.core import WrongUse
from sparring.networks import Conditionals

SPANS = [("token", 3), ("ordinal", 20), ("ordinal or missing", 6), ("token", 1)]
SIZES = [3, 20, 6, 1]
PARENTS = [[1, 2], [0], [], [0, 1, 2]]
ALL = [[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]]


def network(parents=None, seed=0, **options):
    torch.manual_seed(seed)
    made = Conditionals(SPANS, hidden=5, parents=parents, **options).double()
    torch.nn.init.normal_(made.bias)
    torch.nn.init.normal_(made.output_bias)
    return made


def rows(n=8, seed=1, unknown=True):
    source = torch.Generator().manual_seed(seed)
    x = torch.stack([torch.randint(size, (n,), generator=source) for size in SIZES], 1)
    if unknown:
        x[torch.rand(x.shape, generator=source) < 0.2] = -1
    return x


def masks(n=8, seed=2):
    source = torch.Generator().manual_seed(seed)
    known = torch.rand(n, 4, 4, generator=source) < 0.6
    return known & ~torch.eye(4, dtype=torch.bool)


def rows_of(kind, tokens, token):
    """Of a token's weights: its own row and those of its groups of 4 and of 16."""
    rows = [token]
    grouped = tokens - 1 if kind == "ordinal or missing" else tokens if kind == "ordinal" else 0
    if token < grouped:
        rows += [tokens + token // 4, tokens + (grouped - 1) // 4 + 1 + token // 16]
    return rows


def block_size(kind, tokens):
    return max(max(rows_of(kind, tokens, token)) for token in range(tokens)) + 1


def by_hand(net, parents, x, known, row, column):
    """Logits of one row and column, from the formula."""
    start, hidden = 0, net.bias[column].clone()
    for child, mine in enumerate(parents):
        for parent in mine:
            token = int(x[row, parent])
            if child == column and known[row % len(known), column, parent] and token >= 0:
                for place in rows_of(*SPANS[parent], token):
                    hidden = hidden + net.lookup[start + place]
            start += block_size(*SPANS[parent])
    assert start == len(net.lookup) - 1
    hidden, first = hidden.relu(), sum(SIZES[:column])
    start = sum(block_size(*span) for span in SPANS[:column])
    return torch.stack(
        [
            net.output[[start + place for place in rows_of(*SPANS[column], token)]].sum(0) @ hidden
            + net.output_bias[first + token]
            for token in range(SIZES[column])
        ]
    )


@pytest.mark.parametrize("parents", [None, PARENTS], ids=["all", "some"])
def test_logits_are_those_of_the_formula(parents):
    net, x, known = network(parents), rows(), masks()
    logits = net(x, known)
    assert [part.shape for part in logits] == [(8, size) for size in SIZES]
    for row in range(8):
        for column in range(4):
            expected = by_hand(net, parents or ALL, x, known, row, column)
            torch.testing.assert_close(logits[column][row], expected)


def test_one_mask_serves_all_rows():
    net, x, known = network(), rows(), masks(1)
    each = net(x, known.expand(8, -1, -1))
    for one, other in zip(net(x, known), each, strict=True):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize("parents", [None, PARENTS], ids=["all", "some"])
def test_a_column_depends_on_its_known_parents_alone(parents):
    net, known = network(parents), masks(1)
    x = rows(1, unknown=False)
    start = net(x, known)
    for changed in range(3):
        other = x.clone()
        other[0, changed] = (x[0, changed] + 1) % SIZES[changed]
        for column, (was, now) in enumerate(zip(start, net(other, known), strict=True)):
            looks = changed in (parents or [range(4)] * 4)[column] and known[0, column, changed]
            assert torch.equal(was, now) == (not looks or SIZES[column] == 0), (changed, column)


def test_gradients_reach_what_was_seen_and_nothing_else():
    net = network()
    x, known = torch.tensor([[1, 17, 5, 0]]), torch.zeros(1, 4, 4, dtype=torch.bool)
    known[0, 0, 1] = True
    net(x, known)[0].square().sum().backward()
    touched = torch.nonzero(net.lookup.grad.abs().sum(1)).flatten().tolist()
    # Of the first block: token 17, of the groups of 4 number 4, of those of 16 number 1.
    assert touched == [17, 20 + 4, 20 + 5 + 1]


@pytest.mark.parametrize("parents", [None, PARENTS, [[], [], [], []]], ids=["all", "some", "none"])
def test_log_probabilities_are_those_of_the_logits(parents):
    net, x = network(parents), rows(40)
    turns = torch.rand(40, 4, generator=torch.Generator().manual_seed(4))
    known = turns[:, None, :] < turns[:, :, None]
    found = net.log_prob(x, turns)
    for column, logits in enumerate(net(x, known)):
        expected = logits.log_softmax(1).gather(1, x[:, column : column + 1].clamp(min=0))[:, 0]
        torch.testing.assert_close(found[:, column], torch.where(x[:, column] < 0, 0, expected))


def test_one_turn_serves_all_rows():
    net, x = network(), rows()
    turns = torch.tensor([[2, 0, 1, 3]])
    torch.testing.assert_close(net.log_prob(x, turns), net.log_prob(x, turns.expand(8, -1)))


def test_columns_of_many_sizes_come_out_in_their_own_order():
    """Their logits are made in groups of about as many tokens, many of them in several."""
    sizes = [300, 2, 130, 17, 1500, 5, 16, 1400, 300, 60]
    torch.manual_seed(0)
    net = Conditionals([("token", size) for size in sizes], hidden=3)
    x = torch.stack([torch.randint(size, (6,)) for size in sizes], 1)
    known = torch.ones(1, 10, 10, dtype=torch.bool).tril(-1)
    logits = net(x, known)
    assert [part.shape for part in logits] == [(6, size) for size in sizes]
    found = net.log_prob(x, torch.arange(10)[None])
    for column, part in enumerate(logits):
        expected = part.log_softmax(1).gather(1, x[:, column : column + 1])[:, 0]
        torch.testing.assert_close(found[:, column], expected)
        torch.testing.assert_close(net.folded().logits(x, column, known[0, column]), part)


@pytest.mark.parametrize("parents", [None, PARENTS], ids=["all", "some"])
def test_the_folded_network_is_the_network(parents):
    net, x, known = network(parents), rows(), masks()
    # Only what is known may be looked at; folded, that is said by the mask alone.
    known = known & (x >= 0)[:, None, :]
    folded = net.folded()
    for column, logits in enumerate(net(x, known)):
        torch.testing.assert_close(folded.logits(x, column, known[:, column]), logits)


@pytest.mark.parametrize("parents", [None, PARENTS], ids=["all", "some"])
@pytest.mark.parametrize("seen", [[], [0], [0, 1], [1, 2], [0, 1, 2, 3]], ids=str)
def test_rows_that_are_alike_in_what_is_seen_take_one_mask(parents, seen):
    net, x = network(parents), rows(unknown=False)
    mask = torch.tensor([column in seen for column in range(4)])
    folded = net.folded()
    for column in range(4):
        one = mask & (torch.arange(4) != column)
        each = folded.logits(x, column, one.expand(8, -1))
        torch.testing.assert_close(folded.logits(x, column, one), each)


def test_a_network_without_any_parents_is_a_table_of_frequencies():
    net = network([[], [], [], []])
    x = rows(unknown=False)
    for column, logits in enumerate(net(x, masks())):
        assert torch.equal(logits, logits[:1].expand_as(logits))
        torch.testing.assert_close(
            net.folded().logits(x, column, torch.ones(4, dtype=torch.bool)), logits
        )


class Probabilities(torch.nn.Module):
    """`log_prob` as a forward pass."""

    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, x, turns):
        return self.net.log_prob(x, turns)


def test_all_weights_have_first_and_second_derivatives():
    """Against differences, in float64."""
    module, x = Probabilities(network(PARENTS)), rows(3)
    turns = torch.rand(3, 4, generator=torch.Generator().manual_seed(4))
    names = [name for name, _ in module.named_parameters()]

    def found(*values):
        return torch.func.functional_call(module, dict(zip(names, values, strict=True)), (x, turns))

    start = tuple(p.detach().clone().requires_grad_() for p in module.parameters())
    assert torch.autograd.gradcheck(found, start)
    assert torch.autograd.gradgradcheck(found, start)


def test_units_are_left_out_in_training_alone():
    net, x, known = network(dropout=0.5), rows(64), masks(64)
    plain = network()(x, known)
    torch.manual_seed(3)
    first, second = net(x, known), net(x, known)
    assert not torch.equal(first[1], second[1])
    net.eval()
    for one, other in zip(net(x, known), plain, strict=True):
        torch.testing.assert_close(one, other)


def test_what_is_kept_in_training_is_scaled_up():
    net = network([[], [], [], []], dropout=0.25)
    x = torch.zeros(40_000, 4, dtype=torch.long)
    torch.manual_seed(0)
    logits = net(x, masks(1))[1]
    torch.testing.assert_close(logits.mean(0), net.eval()(x[:1], masks(1))[1][0], atol=0.05, rtol=0)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (([("number", 1)],), "a span of Conditionals must be 'token', 'ordinal'"),
        (([("token", 0)],), "with at least 1 token, got ('token', 0)"),
        (([("token", 2)] * 2, 4, [[0], []]), "a column of Conditionals can't be its own parent"),
    ],
)
def test_wrong_use_is_refused(arguments, sentence):
    with pytest.raises(WrongUse) as caught:
        Conditionals(*arguments)
    assert sentence in str(caught.value)
