"""Translations: collect what the window says, update the .ts files, compile the .qm files, and say no to gaps.

    python packaging/translate.py            update and compile; fails if anything is left to translate
    python packaging/translate.py --check    change nothing; fails if anything is stale or left to translate

Needs the tools that come with PySide6 (lupdate, lrelease).
"""

from __future__ import annotations

import argparse
import ast
import re
import string
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import PySide6

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "gpen_desktop"
TRANSLATIONS = ROOT / "resources" / "translations"
LANGUAGES = ("zh_CN",)
_TOOLS = Path(PySide6.__file__).parent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="change nothing, only say what is wrong")
    faults = check() if parser.parse_args().check else update()
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


def update() -> list[str]:
    """Bring everything up to date; returns what is left for a translator to do."""
    faults = _wrongly_said(_said())
    for language in LANGUAGES:
        ts = TRANSLATIONS / f"gpen_{language}.ts"
        _lupdate(ts)
        _lrelease(ts, ts.with_suffix(".qm"))
        faults += unfinished(ts)
    return faults


def check() -> list[str]:
    """What is stale or missing, one sentence each; empty when all is well."""
    faults = _wrongly_said(_said())
    for language in LANGUAGES:
        ts = TRANSLATIONS / f"gpen_{language}.ts"
        faults += [*_stale(ts), *unfinished(ts)]
    return faults


def unfinished(ts: Path) -> list[str]:
    """Messages without a translation, marked unfinished, or that lose or invent a placeholder."""
    faults = []
    for context in ET.parse(ts).getroot().iter("context"):
        for message in context.iter("message"):
            source = message.findtext("source", "")
            if fault := _fault(message, source):
                faults.append(f"{ts.name}, {context.findtext('name')}: '{source}' {fault}")
    return faults


def collected() -> str:
    """A module that lupdate understands, with the sentences that are written outside the window and said in it."""
    sections = {
        "messages": sorted({said.template for said in _said()}),
        "settings": _setting_texts(),
        "catalog": _catalog_texts(),
    }
    calls = (f"QT_TRANSLATE_NOOP({_quoted(name)}, {_quoted(text)})" for name in sections for text in sections[name])
    return "\n".join(calls)


def _fault(message: ET.Element, source: str) -> str:
    translation = message.find("translation")
    assert translation is not None
    if translation.get("type") == "unfinished":
        return "is not translated."
    forms = [form.text or "" for form in translation.iter("numerusform")] or [translation.text or ""]
    for form in forms:
        if not form.strip():
            return "is not translated."
        if _placeholders(form) != _placeholders(source):
            return f"has other placeholders in its translation: '{form}'."
    return ""


def _placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"\{\w*[^{}]*\}|%\d|%n|%L\d", text))


def _quoted(text: str) -> str:
    body = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{body}"'


def _setting_texts() -> list[str]:
    from gpen_desktop.settings import Group, declared  # noqa: PLC0415 -- the product is only read, not needed to start

    texts = [str(group) for group in Group]
    for setting in declared():
        texts += [setting.label, setting.help, setting.lowest_label, *(choice.label for choice in setting.choices)]
        texts += [choice.help for choice in setting.choices]
        texts.append(setting.unit)
    return _unique(texts)


def _catalog_texts() -> list[str]:
    from gpen_desktop.models.catalog import MODELS  # noqa: PLC0415 -- as above

    return _unique([text for info in MODELS for text in (info.title, info.purpose, info.licence, info.hash_from)])


def _unique(texts: list[str]) -> list[str]:
    return list(dict.fromkeys(text for text in texts if text))


class _Said(NamedTuple):
    """A call of `say`: code and template, empty where they are no literals, and the names of its values."""

    place: str
    code: str
    template: str
    values: frozenset[str]


def _said() -> Iterator[_Said]:
    """Every message that the window may have to say; the command line and the lab speak English."""
    for file in sorted(PACKAGE.rglob("*.py")):
        if file.relative_to(PACKAGE).parts[0] not in ("bench", "cli", "lab", "messages.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "say":
                    texts = [arg.value if isinstance(arg, ast.Constant) else "" for arg in node.args]
                    values = frozenset(keyword.arg or "**" for keyword in node.keywords)
                    code, template = (*map(str, texts), "", "")[:2]
                    yield _Said(f"{file.relative_to(ROOT)}:{node.lineno}", code, template, values)


def _wrongly_said(messages: Iterable[_Said]) -> list[str]:
    """Calls of `say` that cannot be translated: no literals, another template under one code, a place without value."""
    faults = []
    templates: dict[str, str] = {}
    for said in messages:
        if not said.code or not said.template:
            faults.append(f"{said.place}: code and template have to be literals.")
        elif templates.setdefault(said.code, said.template) != said.template:
            faults.append(f"{said.place}: '{said.code}' says '{templates[said.code]}' elsewhere.")
        elif {name for _, name, _, _ in string.Formatter().parse(said.template) if name is not None} != said.values:
            faults.append(f"{said.place}: the values do not fit the places in '{said.template}'.")
    return faults


def _stale(ts: Path) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / ts.name
        fresh.write_bytes(ts.read_bytes())
        _lupdate(fresh)
        faults = []
        if _messages(fresh) != _messages(ts):
            faults.append(f"{ts.name} is stale: run python packaging/translate.py")
        _lrelease(ts, fresh.with_suffix(".qm"))
        if fresh.with_suffix(".qm").read_bytes() != ts.with_suffix(".qm").read_bytes():
            faults.append(f"{ts.stem}.qm is stale: run python packaging/translate.py")
        return faults


def _messages(ts: Path) -> set[tuple[str, str, str]]:
    return {
        (context.findtext("name", ""), message.findtext("source", ""), message.findtext("comment", ""))
        for context in ET.parse(ts).getroot().iter("context")
        for message in context.iter("message")
    }


def _lupdate(ts: Path) -> None:
    """Merge what the sources say now into a .ts file."""
    sources = [str(path) for path in sorted((PACKAGE / "gui").rglob("*.py"))]
    language = ts.stem.removeprefix("gpen_")
    with tempfile.TemporaryDirectory() as folder:
        outside = Path(folder) / "collected.py"
        outside.write_text(collected(), encoding="utf-8")
        _run_lupdate([*sources, str(outside)], language, ts)


def _run_lupdate(sources: list[str], language: str, ts: Path) -> None:
    _run(
        "lupdate",
        *sources,
        "-tr-function-alias",
        "QT_TRANSLATE_NOOP+=marked",
        "-no-obsolete",
        "-locations",
        "none",
        "-source-language",
        "en",
        "-target-language",
        language,
        "-disable-heuristic",
        "similartext",
        "-ts",
        str(ts),
    )


def _lrelease(ts: Path, qm: Path) -> None:
    _run("lrelease", "-silent", "-nounfinished", str(ts), "-qm", str(qm))


def _run(tool: str, *arguments: str) -> None:
    done = subprocess.run([str(_TOOLS / tool), *arguments], capture_output=True, text=True, check=False)
    if done.returncode or "Warning" in done.stderr:
        raise SystemExit(f"{tool} failed:\n{done.stdout}\n{done.stderr}")


if __name__ == "__main__":
    raise SystemExit(main())
