import pytest

from sparring.core.errors import Failure, WrongUse
from sparring.data.writing import aside


def test_a_failure_leaves_nothing_behind_and_the_old_file_untouched(tmp_path):
    target = tmp_path / "a.txt"
    target.write_text("old")

    def fail_half_way():
        with aside(target) as part:
            part.write_text("half")
            raise KeyError

    with pytest.raises(KeyError):
        fail_half_way()
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
    assert target.read_text() == "old"


def test_a_half_written_folder_is_removed(tmp_path):
    def fail_half_way():
        with aside(tmp_path / "out") as part:
            part.mkdir()
            (part / "0.png").write_text("x")
            raise KeyError

    with pytest.raises(KeyError):
        fail_half_way()
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_a_failure_in_one_sentence(tmp_path):
    sentence = r"could not be written \(No space left on device\)"
    with pytest.raises(Failure, match=sentence), aside(tmp_path / "a.txt"):
        raise OSError(28, "No space left on device")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_holds_files_is_never_replaced(tmp_path):
    (tmp_path / "mine").write_text("precious")
    with pytest.raises(WrongUse, match="already holds files"), aside(tmp_path):
        pass
    assert (tmp_path / "mine").read_text() == "precious"


def test_an_empty_folder_is_filled(tmp_path):
    (tmp_path / "out").mkdir()
    with aside(tmp_path / "out") as part:
        part.mkdir()
        (part / "a").write_text("x")
    assert (tmp_path / "out" / "a").exists()
