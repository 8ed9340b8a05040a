import pytest

from paddle_resample.commands import main


@pytest.fixture
def command(monkeypatch, capfd):
    """command(*words) -> (exit status, stdout, stderr)."""

    def leave(status):
        raise SystemExit(status)

    monkeypatch.setattr("paddle_resample.tool._leave", leave)

    def run(*words):
        capfd.readouterr()
        status = 0
        try:
            main(words=[*map(str, words)])
        except SystemExit as end:
            status = end.code or 0
        return (status, *capfd.readouterr())

    return run
