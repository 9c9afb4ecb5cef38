"""The arrows between layers, proven by running without what must not be needed."""

from __future__ import annotations

import subprocess
import sys

import pytest

BLOCK = """
import sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.split('.')[0] in {blocked!r}:
            raise ImportError(name + ' is not to be imported here')
sys.meta_path.insert(0, Blocker())
"""


def run_without(blocked: set[str], code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", BLOCK.format(blocked=blocked) + code], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["restore", "--help"], ["models", "--help"]])
def test_asking_for_help_imports_neither_torch_nor_qt(arguments: list[str]) -> None:
    code = f"sys.argv[1:] = {arguments!r}\nfrom gpen_desktop.__main__ import main\nmain()"
    result = run_without({"torch", "PySide6", "cv2", "numpy", "PIL"}, code)
    assert result.returncode == 0, result.stderr
    assert "gpen-desktop" in result.stdout


def test_importing_the_package_imports_nothing_heavy() -> None:
    result = run_without({"torch", "PySide6", "cv2", "numpy", "PIL"}, "import gpen_desktop")
    assert result.returncode == 0, result.stderr


def test_core_models_and_command_line_run_without_qt() -> None:
    code = """
import pkgutil, importlib, gpen_desktop.core, gpen_desktop.models, gpen_desktop.cli.main, gpen_desktop.cli.restore
for package in (gpen_desktop.core, gpen_desktop.models):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):
        importlib.import_module(module.name)
"""
    result = run_without({"PySide6", "shiboken6"}, code)
    assert result.returncode == 0, result.stderr
