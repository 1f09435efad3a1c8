"""Training by sampling: what is asked, how often, and of which rows."""

import json

import numpy as np
import pytest
import torch
from scipy import stats

import sparring.data.conditioned as module
from sparring.core.errors import WrongUse
from sparring.data.conditioned import Categories, Conditioned
from sparring.data.sources import InMemory

SPANS = [("category", 3), ("number", 1), ("category", 2)]
COUNTS = [1, 9, 90, 40, 60]


def table():
    """100 rows, the number in the middle that of the row."""
    first = np.repeat([0, 1, 2], COUNTS[:3])
    second = np.repeat([0, 1], COUNTS[3:])
    numbers = np.arange(100.0)[:, None]
    return InMemory(
        torch.from_numpy(np.concatenate([np.eye(3)[first], numbers, np.eye(2)[second]], axis=1))
    )


def conditioned(batch_size=20_000, seed=0):
    return Conditioned(table(), SPANS, batch_size, seed)


def test_blocks_are_asked_evenly_and_values_by_the_logarithm_of_their_counts():
    counts = torch.bincount(next(conditioned())["condition"], minlength=5).numpy()
    logs = np.log1p(COUNTS)
    expected = np.append(logs[:3] / logs[:3].sum(), logs[3:] / logs[3:].sum()) / 2
    assert stats.chisquare(counts, 20_000 * expected).pvalue > 1e-3


def test_every_row_has_what_is_asked_of_it():
    batch = next(conditioned())
    one_hot = batch["x"][:, [0, 1, 2, 4, 5]]
    assert (one_hot.gather(1, batch["condition"][:, None]) == 1).all()


def test_the_rows_of_a_value_come_evenly():
    batch = next(conditioned())
    asked = batch["x"][batch["condition"] == 3, 3].long()
    counts = torch.bincount(asked, minlength=100).numpy()
    assert counts[40:].sum() == 0
    assert stats.chisquare(counts[:40]).pvalue > 1e-3


def test_rows_that_lack_a_block_are_never_asked_for_it():
    """A category that the table was not fitted to is encoded as zeros."""
    x = torch.tensor([[1.0, 0], [0, 1], [0, 0], [0, 1]])
    batches = Conditioned(InMemory(x), [("category", 2)], 1000)
    assert Categories(InMemory(x), [("category", 2)]).counts.tolist() == [1, 2]
    assert (next(batches)["x"].sum(1) == 1).all()


def test_values_that_never_occur_are_never_asked_for(monkeypatch):
    """Not even by the numbers at the very ends of a block."""
    x = torch.tensor([[0.0, 1, 0, 0, 1, 0]] * 3)
    batches = Conditioned(InMemory(x), [("category", 3), ("category", 3)], 4)

    class Ends:
        def random(self, n):
            return np.array([0.0, 0.5, np.nextafter(0.5, 0), np.nextafter(1.0, 0)])

    assert batches._ask(Ends()).tolist() == [1, 4, 1, 4]


def test_frequencies_are_the_true_ones():
    found = Categories(table(), SPANS).frequencies
    assert found == pytest.approx([0.01, 0.09, 0.9, 0.4, 0.6])


def test_long_data_is_counted_piece_by_piece(monkeypatch):
    whole = Categories(table(), SPANS)
    monkeypatch.setattr(module, "_CHUNK", 7)
    pieces = Categories(table(), SPANS)
    assert np.array_equal(whole.rows, pieces.rows)
    assert np.array_equal(whole.starts, pieces.starts)


def test_without_categories_rows_come_evenly_and_nothing_is_asked():
    batches = Conditioned(InMemory(torch.arange(50.0)[:, None]), [("bounded", 1)], 5000)
    batch = next(batches)
    assert set(batch) == {"x"}
    counts = torch.bincount(batch["x"].flatten().long(), minlength=50).numpy()
    assert stats.chisquare(counts).pvalue > 1e-3
    assert batches.categories.frequencies == []


def test_the_seed_alone_decides():
    first, again, other = (conditioned(50, seed) for seed in (1, 1, 2))
    drawn = [[next(b)["x"] for _ in range(3)] for b in (first, again, other)]
    assert all(torch.equal(a, b) for a, b in zip(drawn[0], drawn[1], strict=True))
    assert not torch.equal(drawn[0][0], drawn[2][0])
    assert not torch.equal(drawn[0][0], drawn[0][1])


def test_a_restored_stream_goes_on_as_if_nothing_had_happened():
    straight, restored = conditioned(20), conditioned(20)
    for _ in range(3):
        next(straight)
    restored.load_state_dict(json.loads(json.dumps(straight.state_dict())))
    assert restored.state_dict() == straight.state_dict()
    for _ in range(3):
        ours, theirs = next(restored), next(straight)
        assert all(torch.equal(ours[name], theirs[name]) for name in ("x", "condition"))


def test_a_position_in_other_data_is_refused():
    with pytest.raises(WrongUse, match="The data has changed"):
        conditioned().load_state_dict({**conditioned().state_dict(), "items": 99})


def test_two_processes_share_what_one_would_read(monkeypatch):
    whole = next(conditioned(40))
    halves = []
    for rank in (0, 1):
        monkeypatch.setattr(module, "share", lambda t, r=rank: t[20 * r : 20 * r + 20])
        halves.append(next(conditioned(40)))
    for name in ("x", "condition"):
        assert torch.equal(torch.cat([half[name] for half in halves]), whole[name])


def test_a_block_of_zeros_alone_is_refused():
    with pytest.raises(WrongUse, match="must be one-hot in at least one row"):
        Conditioned(InMemory(torch.zeros(4, 2)), [("category", 2)], 2)


@pytest.mark.parametrize("size", [0, 2.0, True])
def test_impossible_batch_sizes_are_refused(size):
    with pytest.raises(WrongUse, match="whole number of at least 1"):
        conditioned(size)
