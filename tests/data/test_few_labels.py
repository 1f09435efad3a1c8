"""Data of which some items alone have a label."""

import pytest
import torch

from sparring.core.errors import WrongUse
from sparring.data import FewLabels, InMemory, Relabelled, hide

Y = torch.arange(3).repeat(40)


@pytest.mark.parametrize(("share", "kept"), [(1.0, 40), (0.5, 20), (0.1, 4), (0.001, 1)])
def test_every_class_keeps_the_same_share_of_its_labels_and_at_least_one(share, kept):
    y = hide(Y, share, seed=3)
    assert [int((y == label).sum()) for label in range(3)] == [kept] * 3
    assert torch.equal(y[y >= 0], Y[y >= 0])


def test_what_is_hidden_follows_from_the_seed():
    assert torch.equal(hide(Y, 0.1, seed=1), hide(Y, 0.1, seed=1))
    assert not torch.equal(hide(Y, 0.1, seed=1), hide(Y, 0.1, seed=2))


@pytest.mark.parametrize("share", [0, -0.1, 1.1])
def test_another_share_is_refused(share):
    with pytest.raises(WrongUse, match="must be above 0 and at most 1"):
        hide(Y, share)


def numbered(y):
    """Item i is the number i."""
    return Relabelled(InMemory(torch.arange(len(y)).float()[:, None]), y)


def test_the_labelled_part_holds_every_labelled_item_once_an_epoch_and_no_other():
    y = hide(Y, 0.1)  # 12 of 120
    batches = FewLabels(numbered(y), batch_size=24, labelled=4)
    seen = [next(batches) for _ in range(3)]
    rows = torch.cat([batch["x_labelled"][:, 0] for batch in seen]).long()
    assert sorted(rows.tolist()) == (y >= 0).nonzero().flatten().tolist()
    assert torch.equal(torch.cat([batch["y_labelled"] for batch in seen]), Y[rows])


def test_the_batches_themselves_hold_all_items():
    y = hide(Y, 0.1)
    batches = FewLabels(numbered(y), batch_size=24)
    seen = [next(batches) for _ in range(5)]
    rows = torch.cat([batch["x"][:, 0] for batch in seen]).long()
    assert sorted(rows.tolist()) == list(range(120))
    assert torch.equal(torch.cat([batch["y"] for batch in seen]), y[rows])
    assert len(seen[0]["x_labelled"]) == 6


def test_a_kept_position_goes_on_with_the_same_batches():
    batches, again = (FewLabels(numbered(hide(Y, 0.1)), batch_size=7, seed=1) for _ in range(2))
    for _ in range(9):
        next(batches)
    again.load_state_dict(batches.state_dict())
    for left, right in zip((next(batches) for _ in range(5)), again, strict=False):
        assert all(torch.equal(left[name], right[name]) for name in left)


def test_two_processes_share_both_parts(monkeypatch):
    from sparring.core import shares

    whole = next(FewLabels(numbered(Y), batch_size=8, labelled=4))
    parts = []
    for rank in range(2):
        monkeypatch.setattr(shares, "_current", shares._Share(rank, 2))
        parts.append(next(FewLabels(numbered(Y), batch_size=8, labelled=4)))
    for name, tensor in whole.items():
        assert torch.equal(torch.cat([part[name] for part in parts]), tensor)


@pytest.mark.parametrize("source", [numbered(torch.full((5,), -1)), InMemory(torch.zeros(5, 1))])
def test_data_without_any_label_is_refused(source):
    with pytest.raises(WrongUse, match="at least one item must have a label"):
        FewLabels(source, batch_size=2)


def test_labels_must_fit_the_items():
    with pytest.raises(WrongUse, match="must have 3 labels, one an item, got 2"):
        Relabelled(InMemory(torch.zeros(3, 1)), torch.zeros(2, dtype=torch.long))


def test_relabelled_files_are_still_fetched_ahead():
    begun = []

    class Slow(InMemory):
        def prefetch(self, indices):
            begun.append(indices.tolist())

    Relabelled(Slow(torch.zeros(3, 1)), torch.zeros(3, dtype=torch.long)).prefetch(
        torch.tensor([1])
    )
    assert begun == [[1]]
