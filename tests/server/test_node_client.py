import asyncio
import json
import os
import shutil
import subprocess
from pathlib import Path

import platformdirs
import pytest

from frieza_tui.backends.scripted import Reply, ScriptedBackend, final
from tests.support.loopback import running_server

PROGRAM = Path(__file__).parent / "node_client"
OUTER_WORLD = dict(os.environ)
INSTALLED = Path(
    os.environ.get("FRIEZA_NODE_CLIENT") or platformdirs.user_cache_path("frieza-tui-tests") / "node_client"
)
LONG = "変身をあと二回も残している。" * 20_000
SPLITTING = "一\u2028二\u2029三\u0085四\x0b五"


@pytest.fixture(scope="module")
def node_client() -> Path:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None:
        pytest.skip("node is not installed")
    if not (INSTALLED / "node_modules" / "openai").is_dir():
        if npm is None:
            pytest.skip("npm is not installed, and the Node client is not either")
        _install(npm)
    shutil.copy(PROGRAM / "article.mjs", INSTALLED)
    return INSTALLED


def _install(npm: str) -> None:
    fresh = INSTALLED.with_name(f"{INSTALLED.name}.{os.getpid()}")
    shutil.copytree(PROGRAM, fresh)
    command = [npm, "install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"]
    done = subprocess.run(command, cwd=fresh, capture_output=True, text=True, timeout=150, check=False, env=OUTER_WORLD)
    if done.returncode:
        shutil.rmtree(fresh)
        pytest.skip(f"the Node client could not be installed: {done.stderr.strip()[-200:]}")
    shutil.rmtree(INSTALLED, ignore_errors=True)
    fresh.rename(INSTALLED)


@pytest.mark.node
@pytest.mark.timeout(180)
async def test_the_node_client_of_april_2024_holds_the_articles_conversation(node_client: Path) -> None:
    cut = Reply("途中", final("incomplete", incomplete_reason="max_completion_tokens"))
    backend = ScriptedBackend([Reply("こん", "にちは"), Reply("フリ", SPLITTING, LONG), cut, Reply("終")])
    async with running_server(backend) as (base_url, token):
        env = OUTER_WORLD | {"BASE_URL": base_url, "KEY": token, "NO_PROXY": "127.0.0.1"}
        process = await asyncio.create_subprocess_exec(
            "node",
            "article.mjs",
            cwd=node_client,
            env=env,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        printed, complaints = await process.communicate()
    assert process.returncode == 0, complaints.decode()
    told = json.loads(printed)
    assert told["kinds"][:2] == ["thread.run.created", "thread.run.queued"]
    assert told["kinds"][-2:] == ["thread.run.step.completed", "thread.run.completed"]
    assert told["iterated"] == "こんにちは"
    assert told["listened"] == f">フリ{SPLITTING}{LONG}>途中"
    assert told["done"] == f"フリ{SPLITTING}{LONG}途中"
    assert (told["status"], told["cut"], told["polled"]) == ("completed", "incomplete", "completed")
    assert told["messages"] == ["user", "assistant", "user", "assistant", "user", "assistant", "assistant"]
    assert told["refused"] == "404 404 No run found with id 'run_none'."
    assert told["deleted"] == [True, True]
