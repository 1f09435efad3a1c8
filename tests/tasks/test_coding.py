"""Which games have codes, and what is read."""

from types import SimpleNamespace

import numpy as np
import pytest

from sparring.data import Image
from sparring.games import GAN, InfoGAN
from sparring.networks import MLP, DCGANDiscriminator, DCGANGenerator
from sparring.priors import Categorical, Normal
from sparring.report.measures import Sample
from sparring.tasks.coding import code_reader

IMAGE = Image(8, 1)


def infogan(**options):
    return InfoGAN(MLP((20,), (1, 8, 8)), MLP((1, 8, 8), ()), Normal(20), **options)


def test_the_value_of_the_first_choice_is_read():
    game = infogan(categories=(4, 2)).train()
    items = np.random.default_rng(0).integers(0, 256, (1500, 8, 8), dtype=np.uint8)
    found = code_reader(game, IMAGE)(items)
    expected = game.encode(IMAGE.encode(items))[:, :4].argmax(1)
    assert np.array_equal(found, expected.numpy())
    assert game.training


@pytest.mark.parametrize(
    "game",
    [
        lambda: GAN(MLP((3,), (1, 8, 8)), MLP((1, 8, 8), ()), Normal(3)),
        lambda: infogan(categories=(), continuous=2),
        lambda: InfoGAN(
            DCGANGenerator(16, 1, 8, 4, 2), DCGANDiscriminator(1, 8, 4, 2), Normal(16),
            Categorical([1.0, 1.0]),
        ),
    ],
    ids=["no codes", "numbers alone", "conditions"],
)  # fmt: skip
def test_other_games_have_nothing_to_read(game):
    assert code_reader(game(), IMAGE) is None


def test_a_synthesizer_is_judged_by_its_codes(monkeypatch):
    from sparring import Synthesizer
    from sparring.data import open_dataset
    from sparring.tasks import judging

    heard = {}
    monkeypatch.setattr(judging, "judge", lambda dataset, sample, **options: heard.update(options))
    options = {"width": 8, "latent": 20, "conditional": False, "alarms": False}
    synthesizer = Synthesizer("infogan", steps=1, batch_size=8, **options).fit("digits")
    digits = open_dataset("digits")
    judging.judge_synthesizer(synthesizer, digits)
    (measure,) = heard["more"]
    held = Sample(digits.unseen(50), np.asarray, np.zeros(50))
    read = measure.generated(SimpleNamespace(heldout=held)).items
    assert np.array_equal(read, code_reader(synthesizer.model_, synthesizer.modality_)(held.items))
