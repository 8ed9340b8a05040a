"""A program whose children are there to be killed."""

import json
import os
import subprocess
import sys

import pytest

from checkout import ROOT


@pytest.fixture(scope="session")
def victims():
    """victims(name, *arguments): the answer of a command of `victims.py`."""
    if not hasattr(os, "fork"):
        pytest.skip("this system has no fork")
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "tests" / "seg" / "victims.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        text=True,
    )

    def ask(name, *arguments):
        print(
            json.dumps([name, *arguments], default=str), file=process.stdin, flush=True
        )
        answer = process.stdout.readline()
        assert answer, "the program of the victims has ended"
        return json.loads(answer)

    yield ask
    process.stdin.close()
    process.wait(60)
    process.stdout.close()
