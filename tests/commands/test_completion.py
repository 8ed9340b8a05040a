import shutil
import subprocess

import pytest


@pytest.fixture(scope="module")
def script(tmp_path_factory):
    """script(shell) -> path of what the command prints for it."""
    import shtab

    from paddle_resample.commands.completion import whole_parser

    folder = tmp_path_factory.mktemp("completion")
    parser = whole_parser()

    def write(shell):
        path = folder / shell
        path.write_text(shtab.complete(parser, shell=shell))
        return path

    return write


@pytest.mark.parametrize(
    "typed, completed",
    [
        ("tr", "train"),
        ("check", "check check-data"),
        ("train --do", "--do_eval"),
        ("export --output_op ''", "argmax softmax none"),
        ("study --wh", "--where"),
        ("train --config {}/set", "{}/setup.yml"),
    ],
)
def test_bash(script, tmp_path, typed, completed):
    (tmp_path / "setup.yml").touch()
    words = typed.format(tmp_path)
    text = f"""
source {script("bash")}
COMP_WORDS=(paddle-resample {words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
_shtab_paddle_resample; echo "${{COMPREPLY[@]}}"
"""
    done = subprocess.run(["bash", "-c", text], capture_output=True, text=True)
    assert done.stdout.split() == completed.format(tmp_path).split(), done.stderr


def test_zsh(script):
    path = script("zsh")
    text = path.read_text()
    assert text.startswith("#compdef paddle-resample\n")
    for flag in ("--do_eval", "--no_check", "--equal_within"):
        assert flag in text
    if shutil.which("zsh"):
        done = subprocess.run(["zsh", "-n", path], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


def test_only_shells_that_are_known(command):
    status, _, stderr = command("completion", "fish")
    assert status == 2 and "'bash', 'zsh'" in stderr
