"""Ship the top-level folders `pipelines` and `cluster_configs` inside the package.

They stand at the top of the repository because users edit copies of them; an installed wheel finds
them under `galdask/shipped`.
"""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent
FOLDERS = ("pipelines", "cluster_configs")


class BuildWithFolders(build_py):
    """Copy the folders after the modules."""

    def run(self) -> None:
        """Build, then copy."""
        super().run()
        if self.editable_mode:
            return
        for folder in FOLDERS:
            target = Path(self.build_lib) / "galdask" / "shipped" / folder
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(ROOT / folder, target)


setup(cmdclass={"build_py": BuildWithFolders})
