import os
import shutil
import subprocess

import pytest


@pytest.fixture(scope="module")
def script(tmp_path_factory):
    """script(shell) -> path of what the command prints for it."""
    from paddle_resample.commands import completion

    folder = tmp_path_factory.mktemp("completion")

    def write(shell):
        path = folder / shell
        path.write_text(completion.script(shell))
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


# A terminal of its own, in which a tab is typed: what a fresh shell completes.
TYPED_IN_ZSH = """
zmodload zsh/zpty
zpty shell zsh -f -i
read_until() {
  for (( i = 0; i < 100; i++ )); do
    zpty -r -t shell line && print -r -- $line && seen+=$line || sleep 0.1
    [[ $seen == *$1* ]] && { seen=; return }
  done
}
zpty -w shell "PS1='ready> '; source $1"
read_until 'ready> '
zpty -w -n shell $'paddle-resample chec\\t\\t'
read_until 'check-data'
zpty -d shell
"""


@pytest.mark.skipif(not shutil.which("zsh"), reason="zsh is not installed")
def test_zsh_completes_once_the_text_is_sourced(script, tmp_path):
    (tmp_path / "typed.zsh").write_text(TYPED_IN_ZSH)
    words = ["zsh", "-f", tmp_path / "typed.zsh", script("zsh")]
    environment = {**os.environ, "HOME": str(tmp_path), "TERM": "xterm"}
    done = subprocess.run(
        words, capture_output=True, text=True, env=environment, timeout=60
    )
    assert "check-data  -- every file that cannot be used" in done.stdout


def test_only_shells_that_are_known(command):
    status, _, stderr = command("completion", "fish")
    assert status == 2 and "'bash', 'zsh'" in stderr
