"""LeCam by paper and pencil."""

import pytest
import torch

from sparring.regularizers import Evaluation, LeCam


def evaluation(real, fake):
    scores = torch.tensor([*real, *fake], requires_grad=True)
    return Evaluation(torch.abs, scores, scores, 0)


def test_each_side_is_held_near_the_others_past_mean():
    lecam = LeCam(weight=0.5, decay=0.9)
    terms = lecam(evaluation([1.0, 3.0], [-1.0, 0.0]))
    # a_R = 2, a_F = -.5: real 1.5^2 and 3.5^2, made 3^2 and 2^2
    assert float(terms["lecam"]) == pytest.approx(0.5 * ((2.25 + 12.25) / 2 + (9 + 4) / 2))


def test_averages_are_means_while_there_are_few_and_decay_after():
    lecam = LeCam(decay=0.75)
    seen = []
    for real in (4.0, 2.0, 0.0, 6.0, 0.0):
        lecam(evaluation([real], [-real]))
        seen.append(float(lecam.real))
        assert float(lecam.fake) == -seen[-1]
    assert seen == pytest.approx([4.0, 3.0, 2.0, 3.0, 2.25])  # plain means of 4, then 3/4 of it


def test_averages_are_constants_to_the_gradient():
    lecam = LeCam(weight=1.0)
    seen = evaluation([1.0], [-2.0])
    lecam(seen)["lecam"].backward()
    assert seen.scores.grad.tolist() == [2 * (1 - -2), 2 * (-2 - 1)]


def test_averages_are_saved_and_restored():
    lecam, again = LeCam(), LeCam()
    for _ in range(3):
        lecam(evaluation([1.0], [-1.0]))
    again.load_state_dict(lecam.state_dict())
    first, second = (one(evaluation([5.0], [0.0]))["lecam"] for one in (lecam, again))
    assert float(first) == float(second)
    assert float(lecam.real) == 2.0  # (1 + 1 + 1 + 5) / 4


def test_averages_are_over_all_processes(monkeypatch):
    monkeypatch.setattr("sparring.regularizers.lecam.over_processes", lambda mean: mean + 1)
    lecam = LeCam()
    lecam(evaluation([1.0], [-1.0]))
    assert (float(lecam.real), float(lecam.fake)) == (2.0, 0.0)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: LeCam(-1.0), "weight of LeCam must be at least 0"),
        (lambda: LeCam(decay=1.0), "decay of LeCam must be at least 0 and below 1"),
    ],
)
def test_arguments_out_of_range_are_refused(make, says):
    with pytest.raises(ValueError, match=says):
        make()
