"""Pictures made again from their latents, in a report."""

import pytest
import torch

from sparring import Synthesizer
from sparring.data import open_dataset
from sparring.tasks.judging import judge_synthesizer
from sparring.tasks.reconstructing import manifold_of, reconstructor

torch.set_num_threads(1)

TINY = {"steps": 300, "width": 32, "alarms": False, "latent": 2}


def fitted(game="vae", **more):
    return Synthesizer(game, **{**TINY, "conditional": False, **more}).fit("digits")


@pytest.mark.parametrize("conditional", [True, False])
def test_a_vae_is_above_the_mean_image_and_shows_its_plane(conditional):
    model, data = fitted(conditional=conditional), open_dataset("digits")
    judgement = judge_synthesizer(model, data, n=60, features="identity")
    figure = judgement["reconstruction"]
    assert figure.floor.name == "the mean image"
    assert figure.value > figure.floor.value + 0.5
    titles = [exhibit.title for exhibit in judgement.exhibits]
    assert "Reconstructions" in titles
    assert ("The latent plane" in titles) == (not conditional)


def test_the_plane_has_its_middle_at_the_priors_and_runs_evenly():
    model = fitted(steps=1)
    plane = manifold_of(model, side=3)()
    with torch.no_grad():
        middle = model.model_.eval().sample(1, None, torch.zeros(1, 2))
    assert plane.shape == (9, 8, 8)
    assert (plane[4] == model.modality_.decode(middle)[0]).all()


def test_games_that_cannot_are_not_asked():
    assert reconstructor(fitted("gan", steps=1)) is None
    assert manifold_of(fitted(steps=1, latent=3)) is None
    assert manifold_of(fitted(steps=1, conditional=True)) is None
