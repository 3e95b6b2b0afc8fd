"""What `frieza-tui doctor` does: gathers the report, writes it, gives the exit status."""

import asyncio
import platform
import sys
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import TextIO

from frieza_tui import __version__
from frieza_tui.assistant_files import find_assistant
from frieza_tui.backends.embedded.engine_process import ENGINE_COMMAND
from frieza_tui.chat.answerers import Answerers
from frieza_tui.doctor.local_checks import look_at_disk, look_at_settings, look_at_terminal, without_name
from frieza_tui.doctor.model_check import look_at_model
from frieza_tui.doctor.report import Report
from frieza_tui.doctor.server_checks import look_at_servers
from frieza_tui.doctor.words import lines_of
from frieza_tui.i18n import _
from frieza_tui.settings import Loaded
from frieza_tui.store.records import readable_json
from frieza_tui.text.safe import make_safe


def run_doctor(
    loaded: Loaded,
    file: Path | None,
    count_leftovers: Callable[[], Coroutine[None, None, int]],
    out: TextIO,
    *,
    is_json: bool = False,
    engine_command: Sequence[str] = ENGINE_COMMAND,
) -> int:
    """Write the report; returns 1 if the default way to chat does not work.

    Args:
        loaded: the settings.
        file: the settings file that was named; None: the usual one.
        count_leftovers: counts what the ledger holds as left over. May raise StoreError.
        out: where the report goes.
        is_json: as JSON instead of text.
        engine_command: starts the engine of the embedded model.
    """
    if sys.stderr.isatty():
        sys.stderr.write(_("Looking at the servers and the model…") + "\n")
    report = asyncio.run(examine(loaded, file, count_leftovers, engine_command))
    if is_json:
        print(readable_json(report), file=out)
    else:
        print(make_safe("\n".join(lines_of(report))), file=out)
    return 0 if report.works else 1


async def examine(
    loaded: Loaded,
    file: Path | None,
    count_leftovers: Callable[[], Coroutine[None, None, int]],
    engine_command: Sequence[str] = ENGINE_COMMAND,
) -> Report:
    """Look at everything. Raises: SettingsError, AssistantFileError."""
    settings = loaded.settings
    answerers = Answerers(loaded, find_assistant(settings.assistant))
    terminal = look_at_terminal()
    servers = await look_at_servers(answerers, settings)
    model = await look_at_model(settings.model if answerers.is_embedded else None, engine_command)
    used = next((one for one in servers if one.is_in_use), None)
    return Report(
        version=__version__,
        python=platform.python_version(),
        system=f"{platform.system()} {platform.machine()}",
        terminal=terminal,
        settings=look_at_settings(loaded, file),
        servers=servers,
        model=model,
        disk=await look_at_disk(count_leftovers),
        answerer="embedded" if used is None else without_name(used.base_url),
        works=model.problem is None if used is None else used.problem is None,
    )
