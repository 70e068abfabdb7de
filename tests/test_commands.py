"""The commands of make and manage.py, and their messages when something is wrong."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT


def run(tmp_path, **environment):
    """Run scripts/run on a machine with a problem, so that it stops by itself."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME")}
    return subprocess.run(
        ["/bin/sh", "scripts/run", "run"],
        env={
            **inherited,
            "SECRET_KEY": "x" * 50,
            "DATA_DIR": str(tmp_path),
            **environment,
        },
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )


def only_line(done):
    assert done.returncode == 1
    [line] = done.stderr.strip().splitlines()
    return line


def test_taken_port_is_named(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])

        line = only_line(run(tmp_path, PORT=port))

    assert line.startswith(f"Port {port} on 127.0.0.1 is taken")


def test_invalid_port_is_named(tmp_path):
    assert "Port seven" in only_line(run(tmp_path, PORT="seven"))


def test_unusable_data_folder_is_named(tmp_path):
    file = tmp_path / "file"
    file.touch()

    line = only_line(run(tmp_path, DATA_DIR=str(file)))

    assert line == f"This folder cannot be written: {file}"


def test_old_python_is_named(tmp_path):
    """The test uses a script that reports the version of Python 3.9."""
    old = tmp_path / "python"
    old.write_text(
        '#!/bin/sh\ncase "$2" in *platform*) echo 3.9.2;; *) exit 1;; esac\n'
    )
    old.chmod(0o755)

    line = only_line(run(tmp_path, PYTHON=str(old)))

    assert line == f"Python 3.11 or newer is needed; {old} is 3.9.2."


def test_make_help_explains_every_task():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    tasks = set(re.findall(r"^\.PHONY: (.*)$", makefile, re.M)[0].split()) - {"help"}

    done = subprocess.run(
        ["/bin/sh", "-c", "make help"], cwd=ROOT, capture_output=True, text=True
    )

    assert len(tasks) > 15
    assert set(re.findall(r"^  make (\S+)", done.stdout, re.M)) == tasks


def manage(*arguments, **environment):
    """Run manage.py with the system's Python, outside the virtual environment."""
    python = Path(sys.base_prefix, "bin", "python3")
    inherited = {name: os.environ[name] for name in ("PATH", "HOME")}
    return subprocess.run(
        [python, "manage.py", *arguments],
        env=inherited | environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_manage_uses_the_virtual_environment_of_the_project():
    done = manage("diffsettings", "--all", SECRET_KEY="x" * 50)

    assert done.returncode == 0, done.stderr
    assert "ROOT_URLCONF = 'directory.urls'" in done.stdout


def test_manage_without_a_key_is_one_sentence(tmp_path):
    for command in ("migrate", "prepare", "shell"):
        line = only_line(manage(command, XDG_DATA_HOME=str(tmp_path)))

        assert line.startswith("There is no secret key yet."), command


def test_missing_python_is_named(tmp_path):
    line = only_line(run(tmp_path, PYTHON="/nowhere/python3"))

    assert "no /nowhere/python3 was found" in line
