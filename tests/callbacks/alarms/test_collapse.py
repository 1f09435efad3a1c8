import pytest
import torch

from sparring.callbacks import ModeCollapse
from sparring.callbacks.alarms.probe import Probe, Projection, Reference
from sparring.core import Backend


class Made:
    """A training state whose game has made these items."""

    step, averages, backend = 0, {}, Backend("cpu")


def probe_of(generated, real):
    probe = Probe(Made(), Reference({"x": real}, Projection(), 16, 0), [], [])
    probe.generated = generated
    return probe


def test_a_tiny_generator_collapses(tiny, watched, names):
    game = tiny.GAN(numbers=64, latents=1, generator=(2,))
    state = watched(game, tiny.digits(), 400, [ModeCollapse()])
    assert names(state) == ["mode collapse"]
    (event,) = state.events
    assert event["numbers"]["spread"] < 0.2
    assert event["numbers"]["missing"] > 0.5
    assert 0 < event["since"] < event["step"]


def test_the_numbers_on_a_square_are_those_of_paper(tiny):
    corners = torch.tensor([[0.0, 0], [1, 0], [0, 1], [1, 1]]).repeat(8, 1)  # (32, 2)
    probe = probe_of(corners[:16] * torch.tensor([1.0, 0.0]), corners)
    # Of 16 items on two corners, 8 are 1 away: 8/15. Of 32 on four, 16 are 1 and 8 root 2 away.
    assert probe.spread == pytest.approx((8 / 15) / ((16 + 8 * 2**0.5) / 31), rel=1e-5)
    assert probe.missing == pytest.approx(0.5)


def look_often(alarm, generated, real, times=12):
    return [alarm.look(probe_of(x, real)) for x in generated[:1] * times or generated]


def test_half_of_the_modes_missing_is_collapse_though_the_spread_is_full(tiny):
    real = tiny.ring(512)
    half = real[(real.abs() > 0.85).any(1)][:64]
    findings = look_often(ModeCollapse(), [half], real)
    assert findings[-1].numbers["spread"] > 0.8
    assert findings[-1].ill


def test_real_items_are_well(tiny):
    real = tiny.ring(512)
    assert all(finding.well for finding in look_often(ModeCollapse(), [real[256:]], real))


def test_a_spread_that_still_grows_is_not_ill(tiny):
    real, alarm = tiny.ring(512), ModeCollapse()
    grows = [real[:128] * 0.02 * 1.1**step for step in range(20)]
    assert not any(alarm.look(probe_of(x, real)).ill for x in grows)


def test_items_wide_of_the_data_are_no_collapse(tiny):
    real = tiny.ring(512)
    assert not look_often(ModeCollapse(), [5 + 3 * torch.randn(64, 2)], real)[-1].ill


def test_one_item_for_each_mode_is_collapse_though_spread_and_modes_are_full(tiny):
    real = tiny.ring(512)
    centres = real[torch.cdist(real, real).argmin(1)][:32]
    ones = centres.repeat(8, 1) + 1e-5 * torch.randn(256, 2)
    finding = look_often(ModeCollapse(), [ones], real)[-1]
    assert finding.numbers["spread"] > 0.8
    assert finding.numbers["missing"] < 0.2
    assert finding.numbers["gap"] < 0.1
    assert finding.ill


def test_the_gap_of_points_on_a_line_is_that_of_paper():
    real = torch.arange(32.0)[:, None]  # nearest others are 1 away
    assert probe_of(real * 0.5, real).gap == pytest.approx(0.5)


def test_a_gap_that_still_grows_is_not_ill(tiny):
    real, alarm = tiny.ring(512), ModeCollapse()
    noise, centres = torch.randn(256, 2), tiny.ring(512)[:32].repeat(8, 1)
    grows = [centres + 1e-5 * 1.1**step * noise for step in range(20)]
    assert not any(alarm.look(probe_of(x, real)).ill for x in grows)
