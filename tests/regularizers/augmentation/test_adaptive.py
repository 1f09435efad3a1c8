"""When and how strongly: ADA, and probabilities that are given."""

import copy

import pytest
import torch

from sparring.core import Moving
from sparring.core.shares import set_share
from sparring.regularizers import ADA, Augment, DiffAugment
from sparring.regularizers.augmentation import Flip, Shift

OVERFIT, UNSURE = torch.ones(10), torch.tensor([1.0, -1.0] * 5)


@pytest.fixture
def as_process():
    yield set_share
    set_share(0, 1)


def all_three():
    return [ADA(), Augment(0.5), DiffAugment()]


def watch(ada, scores, times):
    for _ in range(times):
        ada.observe(scores, 0.0)
    return float(ada.probability)


def test_it_grows_while_nearly_all_real_items_are_taken_for_real():
    ada = ADA(ramp=1000, interval=1)
    assert watch(ada, OVERFIT, 10) == pytest.approx(0.1)  # 10 turns of 10 items


def test_it_falls_while_the_discriminator_is_unsure():
    ada = ADA(ramp=1000, interval=1)
    watch(ada, OVERFIT, 10)
    assert watch(ada, UNSURE, 4) == pytest.approx(0.06)


def test_it_stays_at_or_above_zero_and_below_its_most():
    ada = ADA(ramp=50, interval=1, most=0.7)
    assert watch(ada, UNSURE, 3) == 0.0
    assert watch(ada, OVERFIT, 20) == pytest.approx(0.7)
    assert watch(ADA(ramp=1, interval=1, most=1.0), OVERFIT, 3) == 1.0


def test_at_the_target_it_stays():
    ada = ADA(target=0.0, ramp=1000, interval=1)
    assert watch(ada, UNSURE, 5) == 0.0
    ada.probability.fill_(0.3)
    assert watch(ada, UNSURE, 5) == pytest.approx(0.3)


def test_it_moves_once_an_interval_by_all_items_of_it():
    ada = ADA(ramp=1000, interval=4)
    assert [watch(ada, OVERFIT, 1) for _ in range(9)] == pytest.approx(
        [0] * 3 + [0.04] * 4 + [0.08] * 2
    )


def test_an_interval_is_judged_by_its_mean():
    ada = ADA(target=0.6, ramp=1000, interval=2)
    watch(ada, OVERFIT, 1)
    assert watch(ada, torch.zeros(10), 1) == 0.0  # a mean of .5
    watch(ada, OVERFIT, 1)
    assert watch(ada, torch.tensor([1.0] * 9 + [-1.0]), 1) == pytest.approx(0.02)  # of .9


def test_how_far_a_score_is_from_zero_counts_for_nothing():
    ada = ADA(ramp=1000, interval=1)
    assert watch(ada, torch.tensor([100.0, -0.1] * 5), 3) == 0.0


def test_what_it_has_seen_is_saved_and_restored():
    ada = ADA(ramp=1000, interval=4)
    watch(ada, OVERFIT, 6)
    again = ADA(ramp=1000, interval=4)
    again.load_state_dict(ada.state_dict())
    assert watch(again, OVERFIT, 2) == watch(ada, OVERFIT, 2) == pytest.approx(0.08)


def test_a_copy_goes_on_alone():
    ada = ADA(ramp=1000, interval=1)
    other = copy.deepcopy(ada)
    watch(other, OVERFIT, 1)
    assert float(ada.probability) == 0.0


def test_two_processes_move_as_one(as_process, monkeypatch):
    """Each sees half of the scores; their means' mean is that of all."""
    one = ADA(ramp=1000, interval=1)
    scores = torch.tensor([1.0] * 5 + [-1.0] + [1.0] * 4)
    watch(one, scores, 3)
    for rank, half in enumerate(scores.chunk(2)):
        mine = ADA(ramp=1000, interval=1)
        means = lambda mean: mean * 0 + scores.sign().mean()  # noqa: E731
        as_process(rank, 2)
        monkeypatch.setattr("sparring.regularizers.augmentation.adaptive.over_processes", means)
        watch(mine, half, 3)
        assert float(mine.probability) == pytest.approx(float(one.probability))


@pytest.mark.parametrize("batches", [1, 2])
@pytest.mark.parametrize("make", [lambda: Augment(0.5), DiffAugment], ids=["ada's", "diff"])
def test_processes_together_change_what_one_would(make, batches, as_process):
    """Their items are parts of each batch: of the real ones, and of those that were generated."""
    x = torch.randn(8 * batches, 3, 6, 6)
    torch.manual_seed(0)
    expected = make()(x, batches).chunk(batches)
    for rank in range(2):
        as_process(rank, 2)
        mine = torch.cat([batch[4 * rank : 4 * rank + 4] for batch in x.chunk(batches)])
        torch.manual_seed(0)
        changed = make()(mine, batches).chunk(batches)
        for part, whole in zip(changed, expected, strict=True):
            assert torch.allclose(part, whole[4 * rank : 4 * rank + 4], atol=1e-5)


def test_nothing_changes_while_it_is_at_zero():
    x = torch.randn(8, 3, 6, 6)
    assert torch.equal(ADA()(x), x)
    assert torch.equal(Augment(0.0)(x), x)


def test_each_change_is_made_of_each_item_by_itself():
    x = torch.randn(4000, 1, 3, 3)
    torch.manual_seed(0)
    changed = Augment(0.5, (Flip(),))(x) != x
    whole = changed.flatten(1).any(1).float()
    assert float(whole.mean()) == pytest.approx(0.25, abs=0.03)  # a flip is none in one of two
    assert float((whole[1:] * whole[:-1]).mean()) == pytest.approx(0.25**2, abs=0.02)


@pytest.mark.parametrize("augmentation", all_three(), ids=lambda a: type(a).__name__)
def test_evaluation_sees_items_as_they_are(augmentation):
    x = torch.randn(4, 1, 6, 6)
    assert augmentation.eval()(x) is x


@pytest.mark.parametrize("augmentation", all_three(), ids=lambda a: type(a).__name__)
def test_only_square_pictures_are_changed(augmentation):
    for shape in ((4, 2), (4, 1, 6, 8)):
        with pytest.raises(ValueError, match="changes square pictures"):
            augmentation(torch.zeros(shape))


def test_half_precision_keeps_its_type_and_positions_keep_theirs():
    x = torch.randn(8, 3, 64, 64)
    torch.manual_seed(0)
    expected = Augment(1.0, (Flip(), Shift()))(x)
    torch.manual_seed(0)
    with torch.autocast("cpu", torch.bfloat16):
        changed = Augment(1.0, (Flip(), Shift()))(x.bfloat16())
    assert changed.dtype is torch.bfloat16
    assert float((changed.float() - expected).abs().max()) < 0.03


def test_a_moving_probability_follows_what_is_done():
    augmentation = Augment(Moving(0.0, 0.4))
    seen = [float(augmentation.probability)]
    for done in (0.5, 1.0):
        augmentation.observe(OVERFIT, done)
        seen.append(float(augmentation.probability))
    assert seen == pytest.approx([0.0, 0.2, 0.4])


def test_slopes_of_both_orders_come_through_all_changes():
    x = torch.randn(6, 3, 8, 8, requires_grad=True)
    (slope,) = torch.autograd.grad(Augment(0.9)(x).square().sum(), x, create_graph=True)
    (second,) = torch.autograd.grad(slope.square().sum(), x)
    assert bool((slope != 0).flatten(1).any(1).all())
    assert bool(second.isfinite().all())
    assert bool((second != 0).any())


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: ADA(target=1.1), "target of ADA must be between -1 and 1, got 1.1"),
        (lambda: ADA(ramp=0), "ramp of ADA must be at least 1, got 0"),
        (lambda: ADA(interval=0), "interval of ADA must be at least 1"),
        (lambda: ADA(most=1.5), "most of ADA must be between 0 and 1"),
        (lambda: ADA(changes=()), "changes of ADA must name at least one"),
        (lambda: Augment(-0.1), "p of Augment must be between 0 and 1"),
        (lambda: Augment(Moving(0.0, 2.0)), "p of Augment must be between 0 and 1, got 2.0"),
        (lambda: DiffAugment(()), "changes of DiffAugment must name at least one"),
    ],
)
def test_arguments_out_of_range_are_refused(make, says):
    with pytest.raises(ValueError, match=says):
        make()
