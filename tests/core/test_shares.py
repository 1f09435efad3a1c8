"""k processes see what one would."""

import pytest
import torch

from sparring.core import draw, over_processes, share
from sparring.core.shares import processes, set_share


@pytest.fixture
def as_process():
    yield set_share
    set_share(0, 1)


def test_one_process_has_it_all():
    whole = torch.arange(6)
    assert share(whole) is whole
    assert processes() == 1


def test_shares_are_the_whole_in_order(as_process):
    parts = []
    for rank in range(3):
        as_process(rank, 3)
        parts.append(share(torch.arange(12).reshape(6, 2)))
    assert [len(part) for part in parts] == [2, 2, 2]
    assert torch.equal(torch.cat(parts), torch.arange(12).reshape(6, 2))


def test_a_draw_for_k_processes_moves_the_random_state_as_one_would(as_process):
    torch.manual_seed(0)
    draw(lambda n: torch.randn(n, 2), 6)
    expected = torch.get_rng_state()
    torch.manual_seed(0)
    as_process(1, 3)
    draw(lambda n: torch.randn(n, 2), 2)
    assert torch.equal(torch.get_rng_state(), expected)


def test_a_mean_over_processes_is_asked_of_all_where_there_are_several(as_process):
    mine = torch.tensor([1.0, 2.0])
    assert over_processes(mine) is mine
    others = torch.tensor([3.0, 6.0])
    as_process(0, 2, lambda mean: (mean + others) / 2)
    assert over_processes(mine).tolist() == [2.0, 4.0]
