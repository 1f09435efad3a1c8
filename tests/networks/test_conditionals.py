"""Conditionals: shapes, what each column looks at, groups of neighbours, and the fast twin."""

import pytest
import torch

from sparring.core import WrongUse
from sparring.networks import Conditionals
from sparring.networks.conditionals import _bag

SPANS = [("token", 3), ("ordinal", 20), ("ordinal or missing", 6), ("token", 1)]
SIZES = [3, 20, 6, 1]
PARENTS = [[1, 2], [0], [], [0, 1, 2]]


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


def by_hand(net, x, known, row, column):
    """Logits of one row and column, from the formula."""
    own = net.first.tolist()
    hidden = net.bias[column].clone()
    for place, parent in enumerate(net.parents[column].tolist()):
        if parent < 0 or not known[row % len(known), column, parent] or x[row, parent] < 0:
            continue
        code = net.codes[own[parent] + int(x[row, parent])]
        for group in code[code >= 0]:
            hidden = hidden + net.lookup[int(net.begin[column, place]) + int(group)]
    hidden = hidden.relu()
    logits = []
    for token in range(SIZES[column]):
        shares = net.shares[own[column] + token]
        weight = net.output[shares[shares >= 0]].sum(0)
        logits.append(weight @ hidden + net.output_bias[own[column] + token])
    return torch.stack(logits)


@pytest.mark.parametrize("parents", [None, PARENTS], ids=["all", "some"])
def test_logits_are_those_of_the_formula(parents):
    net, x, known = network(parents), rows(), masks()
    logits = net(x, known)
    assert [part.shape for part in logits] == [(8, size) for size in SIZES]
    for row in range(8):
        for column in range(4):
            torch.testing.assert_close(logits[column][row], by_hand(net, x, known, row, column))


def test_one_mask_serves_all_rows():
    net, x, known = network(), rows(), masks(1)
    each = net(x, known.expand(8, -1, -1))
    for one, other in zip(net(x, known), each, strict=True):
        torch.testing.assert_close(one, other)


def test_neighbours_share_the_weights_of_their_groups():
    """Tokens 0 to 3 of the ordinal column are a group of 4, 0 to 15 one of 16."""
    codes = network().codes[3 : 3 + 20]
    assert codes[:, 0].tolist() == list(range(20))
    assert (codes[:4, 1] == codes[0, 1]).all()
    assert codes[4, 1] != codes[0, 1]
    assert (codes[:16, 2] == codes[0, 2]).all()
    assert (codes[16:, 2] == codes[16, 2]).all()
    assert len({codes[0, 1].item(), codes[0, 2].item(), *range(20)}) == 22


def test_missing_is_nobodys_neighbour():
    net = network()
    missing = net.codes[3 + 20 + 5]
    assert missing.tolist() == [5, -1, -1]
    assert (net.codes[:3, 1:] == -1).all()


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


def test_gradients_reach_the_tokens_that_were_seen_and_no_others():
    net, x = network(), rows(1, unknown=False)
    known = torch.zeros(1, 4, 4, dtype=torch.bool)
    known[0, 1, 0] = True
    net(x, known)[1].square().sum().backward()
    touched = set(torch.nonzero(net.lookup.grad.abs().sum(1)).flatten().tolist())
    place = net.parents[1].tolist().index(0)
    assert touched == {int(net.begin[1, place]) + int(x[0, 0])}


def test_the_row_for_nothing_stays_nothing():
    net = network()
    loss = sum(part.square().sum() for part in net(rows(), masks()))
    loss.backward()
    assert not net.lookup.grad[-1].any()
    assert not net.output.grad[-1].any()
    assert not net.lookup[-1].any()


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


def test_sums_of_rows_have_first_and_second_derivatives():
    """Against differences, in float64; the last row stands for nothing and gets none."""
    index = torch.tensor([[0, 1, 4], [2, 2, 4], [4, 4, 4], [3, 0, 2]])
    table = torch.randn(5, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    table[-1] = 0

    def squared(rows):
        padded = torch.cat([rows, torch.zeros(1, 2, dtype=torch.float64)])
        return _bag(index, padded).pow(3)

    rows = table[:-1].clone().requires_grad_()
    assert torch.autograd.gradcheck(squared, (rows,))
    assert torch.autograd.gradgradcheck(squared, (rows,))


def test_the_derivative_is_the_same_whether_or_not_it_is_differentiated_again():
    index = torch.tensor([[0, 1, 3], [2, 2, 3]])
    table = torch.randn(4, 2, generator=torch.Generator().manual_seed(0))
    slopes = []
    for again in (False, True):
        leaf = table.clone().requires_grad_()
        (slope,) = torch.autograd.grad(_bag(index, leaf).pow(2).sum(), leaf, create_graph=again)
        slopes.append(slope)
    torch.testing.assert_close(*slopes)


def test_the_whole_network_has_second_derivatives():
    net, x, known = network(), rows(4), masks(4)
    parameters = [net.lookup, net.output, net.bias, net.output_bias]

    def losses(*values):
        names = ("lookup", "output", "bias", "output_bias")
        made = torch.func.functional_call(net, dict(zip(names, values, strict=True)), (x, known))
        return torch.cat([part.log_softmax(1).flatten() for part in made])

    start = [p.detach().clone().requires_grad_() for p in parameters]
    with torch.no_grad():  # the rows for nothing are no parameters in truth
        values = losses(*start).sum()
    assert values.isfinite()
    biases = start[2:]
    assert torch.autograd.gradcheck(lambda *b: losses(start[0], start[1], *b), biases)
    assert torch.autograd.gradgradcheck(lambda *b: losses(start[0], start[1], *b), biases)


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
