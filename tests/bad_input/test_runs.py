"""Folders that hold another run, none, a damaged one, or one of a newer version."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from sparring import Synthesizer
from sparring.callbacks import store

TINY = ("--set", "networks=mlp", "--set", "width=8", "--set", "batch_size=8")
QUIET = ("--set", "alarms=false", "--set", "previews=false")
SAME = ("fit", "digits", "--steps", "2", *TINY, *QUIET)


def flip(path: Path, at: float = 0.5):
    """Change one bit of a file."""
    content = bytearray(path.read_bytes())
    content[int(len(content) * at)] ^= 1
    path.write_bytes(content)


def newer(folder: Path, what: str):
    """Make a stored folder look as if a later version had written it, checksums and all."""
    tensors, meta = store.read_tensors(folder)
    if what == "the store":
        store.FORMAT += 1
        try:
            store.write_tensors(folder, tensors, meta)
        finally:
            store.FORMAT -= 1
    else:
        store.write_tensors(folder, tensors, {**meta, "format": 99})


# A folder that is taken


def test_the_same_run_again_is_refused_and_the_earlier_one_unharmed(finished, refused):
    sentence = refused(*SAME, "--run", finished, says=("finished", "already", "sparring resume"))
    assert "differs" not in sentence


def test_another_run_in_the_folder_is_refused_with_the_difference(finished, refused):
    words = ("--set", "latent=7", "--game", "gan", "--run", finished)
    says = ("finished", "fit.steps: 2 there, 3 here", "fit.latent: 64 there, 7 here", "'gan' here")
    refused("fit", "digits", "--steps", "3", *TINY, *QUIET, *words, says=says)


def test_a_recipe_played_into_another_run_is_refused(finished, here, refused):
    (here / "r.toml").write_text('data = "digits"\n[fit]\nsteps = 1')
    refused("play", "r.toml", "--run", finished, says=("finished", "already", "fit.steps"))


def test_a_run_whose_recipe_is_damaged_is_not_overwritten(finished, refused):
    (finished / "recipe.toml").write_text("fit = [")
    refused(*SAME, "--run", finished, says=("finished/recipe.toml", "isn't a recipe"))


def test_checkpoints_without_a_recipe_are_not_overwritten(finished, refused):
    (finished / "recipe.toml").unlink()
    refused(*SAME, "--run", finished, says=("finished", "checkpoints, model, log.jsonl", "new"))


@pytest.mark.parametrize("place", ["taken", "taken/run", "taken/deep/run"])
def test_a_file_where_the_folder_should_be(place, here, refused):
    (here / "taken").write_text("mine")
    refused(*SAME, "--run", place, says=(place, "could not be written"), code=1)
    assert (here / "taken").read_text() == "mine"


def test_a_folder_that_may_not_be_written(here, refused):
    """A mount that is read-only, for root too; where none can be made, the test is skipped."""
    place = here / "readonly"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", place]
    if not shutil.which("mount") or subprocess.run(mount, check=False).returncode:
        pytest.skip("mounting needs root")
    try:
        says = ("readonly/run", "Read-only file system", "permissions")
        refused(*SAME, "--run", "readonly/run", says=says, code=1)
    finally:
        subprocess.run(["umount", place], check=True)


# Going on


@pytest.mark.parametrize("command", ["resume", "report"])
def test_a_folder_without_a_run(command, here, refused):
    (here / "empty").mkdir()
    refused(command, "empty", says=("empty", "no run", "recipe.toml", "sparring fit"))


def test_resuming_a_finished_run_changes_no_weight(finished, works):
    before = tree_of_weights(finished)
    works("resume", finished)
    assert tree_of_weights(finished) == before


def tree_of_weights(run):
    stored = [run / "model", *sorted((run / "checkpoints").iterdir())]
    return {folder.name: (folder / "state.safetensors").read_bytes() for folder in stored}


def test_a_run_broken_off_before_its_first_checkpoint_begins_again(finished, works):
    for name in ("checkpoints", "model"):
        for file in sorted((finished / name).rglob("*"), reverse=True):
            file.rmdir() if file.is_dir() else file.unlink()
        (finished / name).rmdir()
    works("resume", finished)
    assert (finished / "model").is_dir()


@pytest.mark.parametrize("file", ["state.safetensors", "state.json", "manifest.json"])
def test_a_damaged_checkpoint_is_passed_over_and_told(file, finished, works):
    model = (finished / "model" / "state.safetensors").read_bytes()
    flip(finished / "checkpoints" / "step-00000002" / file)
    outcome = works("resume", finished)
    assert "damaged checkpoint" in outcome.err
    assert "step-00000002" in outcome.err
    log = [json.loads(line) for line in (finished / "log.jsonl").read_text().splitlines()]
    assert any("damaged checkpoint" in str(line.get("alarm")) for line in log)
    # It went back to step 0 and came to the same end.
    assert (finished / "model" / "state.safetensors").read_bytes() == model


def test_a_run_whose_checkpoints_are_all_damaged(finished, refused):
    for folder in (finished / "checkpoints").iterdir():
        flip(folder / "state.safetensors")
    says = ("finished/checkpoints", "none of the 2 checkpoints", "another folder")
    refused("resume", finished, says=says, code=1)


def test_a_run_whose_data_is_gone(here, works, refused):
    (here / "t.csv").write_text("a,b\n" + "\n".join(f"{i},{i % 3}" for i in range(40)))
    works("fit", "t.csv", "--run", "run", "--steps", "1", "--set", "width=8", *QUIET)
    (here / "t.csv").unlink()
    refused("resume", "run", says=("t.csv", "no file"))


def test_a_run_whose_data_has_changed(here, works, refused):
    text = "a,b\n" + "\n".join(f"{i},{i % 3}" for i in range(40))
    (here / "t.csv").write_text(text)
    works("fit", "t.csv", "--run", "run", "--steps", "1", "--set", "width=8", *QUIET)
    (here / "t.csv").write_text(text + "\n7,1" * 40)
    refused("resume", "run", says=("data has changed", "65 items", "33 before"))


def test_a_run_whose_data_was_in_memory(here, refused):
    import numpy as np

    images = np.random.default_rng(0).integers(0, 256, (20, 8, 8), dtype=np.uint8)
    tiny = {"networks": "mlp", "width": 8, "batch_size": 8, "alarms": False, "previews": False}
    Synthesizer(**tiny, steps=1, run="run").fit(images)
    refused("resume", "run", says=("run", "in memory", "Synthesizer.resume"))
    assert Synthesizer.resume("run", images).sample(2).shape == (2, 8, 8)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("format = 2\n", ("recipe.toml", "newer", "format 2")),
        ("format = 'new'\n", ("recipe.toml", "format", "'new'")),
        ("[fit", ("recipe.toml", "isn't a recipe")),
        ("format = 1\ndata = 'digits'\n", ("recipe.toml", "fit")),
        ("format = 1\nfit = {steps = 3}\n", ("recipe.toml", "data")),
        ("format = 1\ndata = 'digits'\nfit = {stepz = 3}\n", ("recipe.toml", "'stepz'")),
    ],
)
def test_a_run_whose_recipe_cannot_be_read(change, says, finished, refused):
    (finished / "recipe.toml").write_text(change)
    refused("resume", finished, says=says)


# A newer version


@pytest.mark.parametrize("what", ["the store", "the meta"])
def test_a_model_of_a_newer_version(what, finished, refused):
    newer(finished / "model", what)
    refused("sample", finished, "-o", "x.npz", says=("finished/model", "newer", "format"), code=1)


def test_a_checkpoint_of_a_newer_version(finished, refused):
    newer(finished / "checkpoints" / "step-00000002", "the store")
    refused("resume", finished, says=("step-00000002", "newer"), code=1)


# A model


@pytest.mark.parametrize("file", ["state.safetensors", "state.json", "manifest.json"])
def test_a_damaged_model(file, finished, refused):
    flip(finished / "model" / file)
    refused("sample", finished, "-o", "x.npz", says=("finished/model", "resume"), code=1)


@pytest.mark.parametrize("file", ["state.safetensors", "state.json", "manifest.json"])
def test_a_model_that_lacks_a_file(file, finished, refused):
    (finished / "model" / file).unlink()
    refused("sample", finished, "-o", "x.npz", says=("finished/model", "resume"), code=1)


def test_a_model_whose_weights_are_of_another(finished, unconditional, refused):
    tensors, _ = store.read_tensors(unconditional / "model")
    _, meta = store.read_tensors(finished / "model")
    store.write_tensors(finished / "model", tensors, meta)
    refused("sample", finished, "-o", "x.npz", says=("finished/model", "don't fit"), code=1)


def test_a_run_that_has_no_model_yet(finished, refused):
    for file in (finished / "model").iterdir():
        file.unlink()
    (finished / "model").rmdir()
    refused("sample", finished, says=("finished", "no model", "sparring resume finished"))


def test_a_damaged_model_is_mended_by_resuming(finished, works):
    flip(finished / "model" / "state.json")
    works("resume", finished)
    works("sample", finished, "-n", "1", "-o", "x.npz")
