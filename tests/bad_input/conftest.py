"""Bad input through the real entry of the command line, and what must hold for all of it."""

import hashlib
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from sparring import cli

SMALL = ["--set", "networks=mlp", "--set", "width=8", "--set", "batch_size=8"]
QUIET = ["--set", "alarms=false", "--set", "previews=false"]


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str


def tree(folder: Path) -> dict[str, str]:
    """Every path below a folder, and what its bytes are."""
    return {
        str(path.relative_to(folder)): (
            hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder"
        )
        for path in sorted(folder.rglob("*"))
    }


def one_sentence(err: str) -> str:
    """The one sentence on standard error, or a failed test."""
    assert "Traceback" not in err
    assert "a fault in sparring" not in err
    assert err.endswith("\n")
    lines = err.splitlines()
    assert len(lines) == 1, err
    (line,) = lines
    assert line.startswith("sparring: ")
    sentence = line.removeprefix("sparring: ")
    assert len(sentence) > 20
    assert sentence[-1] in ".?", sentence
    # No second sentence: nothing begins with a capital letter after a full stop.
    assert not re.search(r"[.?!] +[A-Z]", sentence), sentence
    return sentence


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty folder to work in, without data sets of the user's, without a network."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path.parent / "cache"))
    monkeypatch.delenv("SPARRING_DATA", raising=False)
    monkeypatch.delenv("SPARRING_DEBUG", raising=False)
    return tmp_path


@pytest.fixture
def sparring(here, capsys, monkeypatch) -> Callable[..., Outcome]:
    """The command line in this process: `sparring("fit", "digits")`."""

    def run(*words: str | Path) -> Outcome:
        monkeypatch.setattr("sys.argv", ["sparring", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            cli.main()
        out, err = capsys.readouterr()
        return Outcome(int(end.value.code or 0), out, err)

    return run


@pytest.fixture
def refused(sparring, here) -> Callable[..., str]:
    """A command that must fail with one sentence that says these words, and change no byte."""

    def check(*words: str | Path, says: tuple[str, ...], code: int = 2) -> str:
        before = tree(here)
        outcome = sparring(*words)
        print(outcome.err)
        assert outcome.code == code, outcome
        sentence = one_sentence(outcome.err)
        missing = [word for word in says if word not in sentence]
        assert not missing, (missing, sentence)
        # What breaks off later may have shown before what the data are taken for.
        assert outcome.out == "" or code == 1
        assert tree(here) == before
        return sentence

    return check


@pytest.fixture
def works(sparring) -> Callable[..., Outcome]:
    """A command that must succeed."""

    def check(*words: str | Path) -> Outcome:
        outcome = sparring(*words)
        assert outcome.code == 0, outcome
        return outcome

    return check


@pytest.fixture(scope="session")
def trained_once(tmp_path_factory) -> Path:
    """A folder that holds `digits` (with classes) and `points` (without), two finished runs."""
    from sparring import Synthesizer

    folder = tmp_path_factory.mktemp("trained")
    tiny = {"networks": "mlp", "width": 8, "batch_size": 8, "steps": 2, "alarms": False}
    for name, data in (("digits", "digits"), ("points", "ring8")):
        Synthesizer(**tiny, previews=False, run=folder / name).fit(data)
    return folder


@pytest.fixture
def finished(here, trained_once) -> Path:
    """A finished run with classes, the test's own copy."""
    shutil.copytree(trained_once / "digits", here / "finished")
    return Path("finished")


@pytest.fixture
def unconditional(here, trained_once) -> Path:
    """A finished run without classes, the test's own copy."""
    shutil.copytree(trained_once / "points", here / "unconditional")
    return Path("unconditional")
