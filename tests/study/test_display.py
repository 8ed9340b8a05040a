"""What a study shows while it runs, where there is no terminal."""

from types import SimpleNamespace

from paddle_resample.study.display import StudyDisplay


def test_a_notebook_gets_plain_lines(monkeypatch, capsys):
    monkeypatch.setattr("rich.console._is_jupyter", lambda: True)
    monkeypatch.setenv("FORCE_COLOR", "1")  # as ipykernel does
    with StudyDisplay(SimpleNamespace(), total=2) as display:
        display.show([])
        display.line("1/2  upsample=nearest,seed=0")
    assert capsys.readouterr().out == "1/2  upsample=nearest,seed=0\n"
