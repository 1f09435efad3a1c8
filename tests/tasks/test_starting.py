"""Transfer and frozen layers through the front."""

import numpy as np
import pytest

from sparring import Synthesizer
from sparring.core.errors import WrongUse

TINY = {"steps": 3, "batch_size": 8, "width": 4, "latent": 4, "alarms": False, "previews": False}


def pictures(size=16, channels=1, seed=0):
    shape = (40, size, size) if channels == 1 else (40, size, size, channels)
    return np.random.default_rng(seed).integers(0, 255, shape).astype(np.uint8)


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    folder = tmp_path_factory.mktemp("first") / "run"
    Synthesizer(run=folder, **TINY).fit(pictures())
    return folder


def layers(synthesizer):
    return [p.detach() for p in synthesizer.model_.discriminator.parameters() if p.dim() > 1]


def test_frozen_layers_stay_those_of_the_first_run_and_others_move(first, tmp_path):
    other = Synthesizer(start=first, frozen=1, run=tmp_path / "run", **TINY)
    other.fit(pictures(seed=1))
    before, after = layers(Synthesizer.load(first)), layers(other)
    assert (before[0] == after[0]).all()
    assert not any((a == b).all() for a, b in zip(before[1:], after[1:], strict=True))
    resumed = Synthesizer.resume(tmp_path / "run", pictures(seed=1))
    assert (layers(resumed)[0] == before[0]).all()


def test_other_channels_and_nothing_to_start_from_are_refused(first, tmp_path):
    with pytest.raises(WrongUse, match="a transfer needs items of one shape, got 3x16x16 here"):
        Synthesizer(start=first, **TINY).fit(pictures(channels=3))
    with pytest.raises(WrongUse, match="frozen needs a run to start from"):
        Synthesizer(frozen=2, **TINY).fit(pictures())
    with pytest.raises(WrongUse, match="there is no model in"):
        Synthesizer(start=tmp_path / "nowhere", **TINY).fit(pictures())
