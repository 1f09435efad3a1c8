"""Words on the command line that mean nothing, or nothing possible."""

import pytest

from sparring import Synthesizer
from sparring.core.errors import WrongUse

FIT = ("fit", "digits", "--run", "run", "--set", "networks=mlp", "--set", "width=8")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--game", "r3gam"], ("'r3gam'", "did you mean r3gan?")),
        (["--game", "zzz"], ("'zzz'", "r3gan, gan, lsgan")),
        (["--set", "networks=mpl"], ("networks", "'mpl'", "did you mean mlp?")),
        (["--set", "batchsize=8"], ("'batchsize'", "did you mean batch_size?")),
        (["--set", "qqqq=8"], ("setting", "'qqqq'", "width")),
        (["--set", "width"], ("--set", "key=value", "'width'")),
        (["--set", "=8"], ("--set", "key=value", "'=8'")),
        (["--steps", "0"], ("steps", "at least 1", "got 0")),
        (["--steps=-5"], ("steps", "at least 1", "got -5")),
        (["--steps", "many"], ("--steps", "integer")),
        (["--steps", "2.5"], ("--steps", "integer")),
        (["--set", "steps=2.5"], ("steps", "whole number", "2.5")),
        (["--set", f"steps={10**30}"], ("steps", "2^63")),
        (["--minutes", "0"], ("minutes", "above 0", "got 0")),
        (["--minutes", "-1"], ("minutes", "above 0", "got -1")),
        (["--minutes", "nan"], ("minutes", "above 0", "nan")),
        (["--minutes", "inf"], ("minutes", "above 0", "inf")),
        (["--minutes", "soon"], ("--minutes", "number")),
        (["--seed", "x"], ("--seed", "integer")),
        (["--seed=-1"], ("seed", "at least 0", "-1")),
        (["--seed", str(2**70)], ("seed", "2^63")),
        (["--processes", "0"], ("processes", "at least 1", "got 0")),
        (
            ["--processes", "2", "--set", "batch_size=3"],
            ("batch_size", "multiple of the 2 processes", "3"),
        ),
        (["--set", "batch_size=0"], ("batch_size", "at least 1", "got 0")),
        (["--set", "batch_size=2.5"], ("batch_size", "whole number", "2.5")),
        (["--set", "batch_size=big"], ("batch_size", "whole number", "'big'")),
        (["--set", "batch_size=true"], ("batch_size", "whole number", "True")),
        (["--set", "latent=0"], ("latent", "at least 1")),
        (["--set", "width=-8"], ("width", "at least 1", "-8")),
        (["--set", "half_life=0"], ("half_life", "above 0")),
        (["--set", "heldout=0"], ("heldout", "above 0", "0.5")),
        (["--set", "heldout=1.5"], ("heldout", "0.5", "1.5")),
        (["--set", "device=tpu"], ("device", "auto, cpu or cuda", "'tpu'")),
        (["--set", "precision=float8"], ("precision", "float32", "'float8'")),
        (["--set", "alarms=maybe"], ("alarms", "true or false", "'maybe'")),
        (["--set", "previews=no"], ("previews", "true or false", "'no'")),
        (["--set", "conditional=some"], ("conditional", "true or false", "'some'")),
        (["--set", "networks=3"], ("networks", "text", "3")),
        (["--set", "size=1000"], ("size", "8 to 128", "1000")),
        (["--set", "separator=;"], ("separator", "leave it out")),
        (["--set", "target=age"], ("target", "leave it out")),
        (["--set", "options=3"], ("options", "gamma", "3")),
        (["--set", "rule=Extragradient"], ("rule", "part", "'Extragradient'")),
        (["--set", 'rule={part="Extragradiant"}'], ("Extragradiant", "did you mean Extragradient")),
        (["--set", 'rule={part="R1"}'], ("rule", "R1")),
        (["--set", 'rule={part="Consensus", wieght=1}'], ("Consensus", "'wieght'", "gamma")),
        (["--set", "gamma=big"], ("gamma", "number", "'big'")),
        (["--set", "gamma=-1"], ("gamma", "at least 0", "-1")),
        (["--set", 'generator_optimizer={part="Adm"}'], ("'Adm'", "did you mean Adam?")),
        (["--set", "generator_optimizer=Adam"], ("generator_optimizer", "part", "'Adam'")),
        (["--set", 'generator_optimizer={part="Adam", lr=-1}'], ("lr", "Adam", "-1")),
        (["--set", 'generator_optimizer={part="Adam", lr="x"}'], ("lr", "Adam", "'x'")),
        (["--set", 'generator_optimizer={part="Adam", betas=5}'], ("betas", "Adam", "5")),
        (["--set", 'generator_optimizer={part="SGD"}'], ("SGD", "lr")),
        (["--set", 'generator_optimizer={part="Hinge"}'], ("generator_optimizer", "Hinge")),
        (["--game", "gan", "--set", "gamma=1"], ("setting", "'gamma'", "gan")),
        (["--game", "gan", "--set", "discriminator_turns=0"], ("discriminator", "at least 1")),
        (["--game", "gan", "--set", 'loss={part="Adam"}'], ("loss", "Adam")),
        (["--game", "gan", "--set", 'regularizers={part="R1"}'], ("regularizers",)),
        (["--stepz", "3"], ("--stepz", "--steps")),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_a_setting_that_cannot_be(words, says, refused):
    steps = [] if any("steps" in w or "minutes" in w for w in words) else ["--steps", "2"]
    refused(*FIT, *steps, *words, says=says)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["fit"], ("DATA", "sparring fit --help")),
        (["fti", "digits"], ("'fti'", "did you mean 'fit'?")),
        (["fit", "digist"], ("'digist'", "did you mean 'digits'?")),
        (["fit", "no/such/file.csv"], ("no/such/file.csv", "sparring list data")),
        (["fit", "usps"], ("usps", "SPARRING_DATA")),
        (["fit", ""], ("''", "sparring list data")),
        (["list", "gmaes"], ("'gmaes'", "did you mean games?")),
        (["cite", "lsgn"], ("'lsgn'", "did you mean lsgan?")),
        (["play", "ring9"], ("'ring9'", "did you mean ring8?")),
        (["play", "no.toml"], ("no.toml", "can't be read")),
        (["reproduce", "gird25"], ("'gird25'", "did you mean grid25?")),
        (["reproduce", "demo"], ("demo", "no figure", "sparring play demo")),
        (["reproduce", "ring8", "--seeds", "0"], ("seeds", "at least 1", "got 0")),
        (["sample"], ("RUN", "sparring sample --help")),
        (["resume"], ("RUN", "sparring resume --help")),
        (["resume", "nowhere"], ("nowhere", "no run", "sparring fit")),
        (["report", "nowhere"], ("nowhere", "no run", "sparring fit")),
        (["sample", "nowhere"], ("nowhere", "no model", "sparring fit")),
        (["--bogus"], ("--bogus", "--help")),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_a_word_that_nothing_has(words, says, refused):
    refused(*words, says=says)


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ({"steps": "ten"}, "steps must be a whole number"),
        ({"seed": None}, "seed must be a whole number"),
        ({"game": 3}, "game must be a text"),
        ({"alarms": 1}, "alarms must be true or false"),
        ({"options": "gamma"}, "options must be a mapping"),
        ({"drop": [3]}, "drop must be a text"),
        ({"processes": 2}, "run='FOLDER'"),
    ],
)
def test_the_same_sentences_in_python(parameters, says):
    import numpy as np

    settings = {"steps": 1, "networks": "mlp", "width": 8, "batch_size": 8, **parameters}
    with pytest.raises(WrongUse, match=says):
        Synthesizer(**settings).fit(np.zeros((20, 8, 8), np.uint8))
