"""The page about reliability names tests that exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
NAMED = re.compile(r"`([\w/]+\.py)::(test_\w+)`")


def named() -> list[tuple[str, str]]:
    """(file, test) of every test that the page, or a part of it, mentions."""
    pages = sorted((TESTS.parent / "docs").glob("reliability*.md"))
    return sorted({found for page in pages for found in NAMED.findall(page.read_text(encoding="utf-8"))})


@pytest.mark.parametrize("file", sorted({file for file, _ in named()}))
def test_every_test_that_the_page_names_exists(file: str) -> None:
    parsed = ast.parse((TESTS / file.removeprefix("tests/")).read_text(encoding="utf-8"))
    there = {node.name for node in ast.walk(parsed) if isinstance(node, ast.FunctionDef)}
    assert {test for in_file, test in named() if in_file == file} <= there


def test_every_scenario_of_this_folder_is_on_the_page() -> None:
    """Read from the files, so that a scenario added later is not forgotten."""
    files = ("claims_and_crashes", "workers_that_stop", "answers_racing", "ordering")
    for name in files:
        file = f"reliability/test_{name}.py"
        parsed = ast.parse((TESTS / file).read_text(encoding="utf-8"))
        tests = {one.name for one in parsed.body if isinstance(one, ast.FunctionDef)}
        shown = {test for in_file, test in named() if in_file.removeprefix("tests/") == file}
        assert {one for one in tests if one.startswith("test_")} - shown <= {
            "test_words_are_what_the_model_is_asked_about"
        }
