"""A user with a terminal, and a survey's server on loopback that has two releases."""

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from unittest import mock
from urllib.parse import urlsplit

import yaml

from galdask.catalog.release import load_release
from galdask.cli.main import main

RELEASES = Path(load_release.__code__.co_filename).parent / "releases"


class Terminal:
    """Types commands in a folder of its own, and reads what they print.

    Each is a process of its own, or with `capsys` a call of what the command calls.
    """

    def __init__(self, folder, capsys=None):
        self.folder, self.capsys = folder, capsys
        (folder / "home").mkdir()

    def type(self, words, code=0):
        """Type a command; return what it prints, on both streams, when it exits with `code`."""
        if self.capsys is None:
            command = [sys.executable, "-m", "galdask", *words.split()]
            home = {"HOME": str(self.folder / "home"), "MPLBACKEND": "Agg"}
            done = subprocess.run(
                command, cwd=self.folder, env={**os.environ, **home}, capture_output=True, text=True
            )
            found, said = done.returncode, done.stdout + done.stderr
        else:
            with contextlib.chdir(self.folder), mock.patch("sys.argv", ["galdask", *words.split()]):
                found = main(words.split())
            said = "".join(self.capsys.readouterr())
        assert found == code, f"galdask {words}\n{said}"
        assert "Traceback" not in said, said
        return said


def serve(terminal, server, name, rows, more=""):
    """Let a server give the mock of a release, at the survey's own paths, and describe it in NAME.yaml.

    The description is the shipped one with the mock's checksums. Returns the paths on the server.
    """
    terminal.type(f"mock {name} --stars {rows} --seed 1 --to published/{name}{more}")
    content = yaml.safe_load((RELEASES / f"{name}.yaml").read_text())
    paths = []
    for table in content["tables"].values():
        known = table.pop("source", None)
        for one in known if isinstance(known, list) else [known]:
            path = urlsplit(one["url"]).path
            file = terminal.folder / "published" / name / path.rpartition("/")[2]
            if file.is_file():
                server.files[path] = data = file.read_bytes()
                table["source"] = one | {"sha1": hashlib.sha1(data).hexdigest(), "size": len(data)}
                paths.append(path)
    (terminal.folder / f"{name}.yaml").write_text(yaml.safe_dump(content, sort_keys=False))
    shutil.rmtree(terminal.folder / "published" / name)
    return paths
