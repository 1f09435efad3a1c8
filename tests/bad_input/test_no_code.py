"""Nothing that is loaded is ever executed."""

import ast
import json
import os
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest

import sparring as package
from sparring import Synthesizer
from sparring.callbacks import store
from sparring.core.errors import Failure, WrongUse


class Payload:
    """Touches a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (os.system, (f"touch {self.path}",))


@pytest.fixture
def touched(here):
    path = here / "touched"
    yield path
    assert not path.exists(), "the payload was executed"


def test_the_payload_works_where_pickles_are_loaded(here):
    pickle.loads(pickle.dumps(Payload(here / "touched")))  # noqa: S301 - our own
    assert (here / "touched").exists()


@pytest.mark.parametrize("name", ["a.npz", "a.npy"])
def test_pickled_objects_among_arrays(name, here, touched, refused):
    array = np.array([Payload(touched)] * 20, dtype=object)
    if name == "a.npz":
        np.savez(here / name, x=array)
    else:
        np.save(here / name, array, allow_pickle=True)
    refused("fit", name, "--steps", "1", says=(name, "numpy.save"))


@pytest.mark.parametrize("name", ["a.npz", "a.npy", "t.csv", "t.parquet", "a-idx3-ubyte", "a.png"])
def test_a_pickle_under_another_name(name, here, touched, refused):
    place = here / "folder" / name if name == "a.png" else here / name
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(pickle.dumps(Payload(touched)))
    for index in range(11):
        if name == "a.png":
            (place.parent / f"{index}.png").write_bytes(place.read_bytes())
    refused("fit", place.relative_to(here).parts[0], "--steps", "1", says=("",))


def test_a_pickle_inside_a_zip_of_arrays(here, touched, refused):
    with zipfile.ZipFile(here / "a.npz", "w") as archive:
        archive.writestr("x.npy", pickle.dumps(Payload(touched)))
    refused("fit", "a.npz", "--steps", "1", says=("a.npz",))


def sealed(folder: Path, files: dict[str, bytes]):
    """A stored folder of these bytes whose checksums are all right."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    sums = {name: store._checksum(folder / name) for name in files}
    (folder / store._MANIFEST).write_bytes(store._manifest(sums, store.FORMAT))


@pytest.mark.parametrize("file", ["state.safetensors", "state.json"])
def test_a_model_made_of_a_pickle(file, finished, touched, refused):
    model = finished / "model"
    files = {name: (model / name).read_bytes() for name in ("state.safetensors", "state.json")}
    sealed(model, {**files, file: pickle.dumps(Payload(touched))})
    refused("sample", finished, "-o", "x.npz", says=("finished/model", "damaged"), code=1)


def test_a_checkpoint_made_of_a_pickle(finished, touched, refused):
    for folder in (finished / "checkpoints").iterdir():
        files = {"state.json": (folder / "state.json").read_bytes()}
        sealed(folder, {**files, "state.safetensors": pickle.dumps(Payload(touched))})
    refused("resume", finished, says=("finished/checkpoints",), code=1)


CODE = "__import__('os').system('touch {}')"


@pytest.mark.parametrize(
    ("at", "value"),
    [
        (("model", "game"), CODE),
        (("model", "networks"), CODE),
        (("model", "options"), {"generator_optimizer": {"part": "os.system", "lr": CODE}}),
        (("model", "options"), {"generator_optimizer": {"part": CODE}}),
        (("model", "options"), {"gamma": CODE}),
        (("model", "fit"), {"shape": CODE}),
        (("modality", "modality"), CODE),
        (("modality", "size"), CODE),
    ],
    ids=str,
)
def test_a_model_that_names_code(at, value, finished, touched, sparring):
    tensors, meta = store.read_tensors(finished / "model")
    text = json.dumps(value).replace("{}", str(touched))
    meta[at[0]][at[1]] = json.loads(text)
    store.write_tensors(finished / "model", tensors, meta)
    with pytest.raises((WrongUse, Failure)):
        Synthesizer.load(finished)
    assert sparring("sample", finished, "-o", "x.npz").code in (1, 2)


@pytest.mark.parametrize(
    "line",
    [
        'game = "{code}"',
        'networks = "{code}"',
        'rule = {{part = "{code}"}}',
        'rule = {{part = "os.system", command = "touch {path}"}}',
        'options = {{gamma = "{code}"}}',
        'options = {{generator_optimizer = {{part = "builtins.eval", source = "{code}"}}}}',
        'callbacks = ["{code}"]',
    ],
)
def test_a_recipe_that_names_code(line, here, touched, refused):
    code = CODE.format(touched)
    text = 'data = "digits"\n[fit]\nsteps = 1\n' + line.format(code=code, path=touched)
    (here / "r.toml").write_text(text)
    refused("play", "r.toml", "--run", "run", says=("r.toml",))


def test_a_setting_on_the_command_line_is_data(here, touched, refused):
    for key in ("gamma", "networks", "rule", "steps"):
        refused("fit", "digits", "--set", f"{key}={CODE.format(touched)}", says=(key,))


def test_no_line_of_the_package_could_execute_a_file():
    """No pickle, eval or exec; torch.load reads weights only, numpy.load no pickles."""
    forbidden = {"pickle", "marshal", "shelve", "dill", "joblib", "cloudpickle"}
    for path in sorted(Path(package.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            where = f"{path}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.Import):
                names = {alias.name.partition(".")[0] for alias in node.names}
                assert not names & forbidden, where
            if isinstance(node, ast.ImportFrom):
                assert (node.module or "").partition(".")[0] not in forbidden, where
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                assert called not in ("eval", "exec", "compile"), where
                given = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
                assert called != "torch.load" or given.get("weights_only") == "True", where
                assert called != "np.load" or given.get("allow_pickle") == "False", where
                assert given.get("shell", "False") == "False", where
