import pytest

from paddle_resample import UsageError
from paddle_resample.study.study_file import parse_vary, read_study_file


@pytest.mark.parametrize("items, text", [
    (["model.upsample"], "--vary takes key=value,value, not 'model.upsample'"),
    (["a=1", "a=2"], "--vary a is given twice"),
    (["a={"], "the values are no YAML"),
], ids=str)  # fmt: skip
def test_wrong_vary(items, text):
    with pytest.raises(UsageError, match=text):
        parse_vary(items)


def test_study_file(tmp_path):
    path = tmp_path / "study.yml"
    path.write_text("config: a.yml\nvary: {x: [1, 2]}\niters: 4\n")
    assert read_study_file(path) == {"base": "a.yml", "vary": {"x": [1, 2]}, "iters": 4}
    path.write_text("config: a.yml\nitres: 4\n")
    with pytest.raises(UsageError, match="unknown key 'itres'; did you mean 'iters'"):
        read_study_file(path)
    path.write_text("vary: {}\n")
    with pytest.raises(UsageError, match="needs the key 'config'"):
        read_study_file(path)
