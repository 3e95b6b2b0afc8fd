"""What a module may load, looked at in a process of its own: the static graph cannot see when an import happens."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import frieza_tui

HEAVY = (
    "openai",
    "httpx2",
    "pydantic",
    "starlette",
    "uvicorn",
    "xllamacpp",
    "textual",
    "rich",
    "markdown_it",
    "pygments",
    "sqlite3",
)
PROGRAM = "import json, sys\n{statement}\nprint(json.dumps(sorted(name for name in {heavy} if name in sys.modules)))"


def loaded_by(statement: str) -> list[str]:
    program = PROGRAM.format(statement=statement, heavy=HEAVY)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize(
    "statement",
    [
        "import frieza_tui.cli",
        "import frieza_tui.cli; frieza_tui.cli.main(['--version'])",
        "import frieza_tui.chat, frieza_tui.plain, frieza_tui.settings, frieza_tui.arguments",
        "import frieza_tui.backends.registry, frieza_tui.assistant_files",
    ],
)
def test_nothing_heavy_loads_before_a_face_asks_for_it(statement: str) -> None:
    assert loaded_by(statement) == []


@pytest.mark.parametrize("api", ["assistants", "embedded"])
def test_a_backend_is_made_without_its_sdk(api: str) -> None:
    statement = (
        "from frieza_tui.backends.registry import BackendConfig, load_backend\n"
        f"load_backend(BackendConfig(api={api!r}, base_url='http://127.0.0.1:9/v1', api_key='x'))"
    )
    assert loaded_by(statement) == []


def test_the_screen_loads_no_sdk_and_no_parser() -> None:
    assert set(loaded_by("import frieza_tui.tui.app, frieza_tui.tui.screens.chat")) <= {
        "textual",
        "rich",
    }


def test_what_is_imported_is_declared() -> None:
    package = Path(frieza_tui.__file__).parent
    project = tomllib.loads((package.parent / "pyproject.toml").read_text())["project"]
    extras = [one for extra in project["optional-dependencies"].values() for one in extra]
    names = {
        re.split(r"[^\w-]", one)[0].removesuffix("-py").replace("-", "_") for one in extras + project["dependencies"]
    }
    source = "\n".join(file.read_text() for file in package.rglob("*.py"))
    imported = set(re.findall(r"^ *(?:from|import) (\w+)(?:$|[\w.]* import )", source, re.MULTILINE))
    assert imported - names - set(sys.stdlib_module_names) - {"frieza_tui"} == set()
    assert {"textual", "openai", "msgspec"} <= imported
