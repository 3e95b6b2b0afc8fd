"""Opens a conversation: who answers in it, what came before, where it is kept. Knows no face and no flag."""

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from frieza_tui.assistant_files import find_assistant
from frieza_tui.backends.registry import BackendConfig, load_backend
from frieza_tui.chat import Chat, Past
from frieza_tui.chat.answerers import Answerers, MakeLedger
from frieza_tui.chat.leftovers import FindKey, sweep_twice
from frieza_tui.domain.errors import StoreError
from frieza_tui.settings import ENV_PREFIX, SHARED_ENV, Loaded
from frieza_tui.store.journal import DiskJournal

if TYPE_CHECKING:
    from frieza_tui.store.ledger import DiskLedger, LedgerServer
    from frieza_tui.store.thread_writer import Written


def open_demo(loaded: Loaded, resume: str | None) -> Chat:
    """Return a conversation with canned replies, which is kept nowhere.

    resume: the kept thread to go on with, as `Threads.find` takes it; None: a new one.
    Raises: SettingsError for the assistant, StoreError for the thread.
    """
    assistant = find_assistant(loaded.settings.assistant)
    past, _written = _read_past(resume)
    return Chat(load_backend(BackendConfig("scripted")), assistant, is_kept=loaded.settings.keep, past=past)


def open_chat(loaded: Loaded, resume: str | None, *, is_single: bool = False) -> tuple[Chat, Answerers]:
    """Return a conversation, and what can change who answers in it.

    resume: as above. is_single: it is for one answer, which is kept only in a thread that was kept before.
    Raises: SettingsError for the assistant or who answers, StoreError for the thread.
    """
    settings = loaded.settings
    assistant = find_assistant(settings.assistant)
    past, written = _read_past(resume)
    is_kept = settings.store and (past is not None or not is_single)
    journal = DiskJournal(written=written, keeps_threads=is_kept)
    answerers = Answerers(loaded, assistant, _ledgers(None if settings.keep else journal))
    if past is not None:
        with suppress(StoreError):  # on a full disk, which the screen says; else before anything deletes leftovers
            past = answerers.take_over(past)
    chat = Chat(
        answerers.backend,
        assistant,
        is_kept=settings.keep,
        journal=journal,
        past=past,
        sweep=None if settings.keep else lambda: sweep_twice(key_finder(loaded)),
    )
    chat.take_over = answerers.take_over
    return chat, answerers


def _read_past(resume: str | None) -> "tuple[Past | None, Written | None]":
    """Return what came before in the conversation, and what of it is on disk."""
    if resume is None:
        return None, None
    from frieza_tui.store.threads import open_threads  # SQLite

    with open_threads() as threads:
        kept = threads.load(threads.find(resume))
    return Past(kept.thread, kept.turns, kept.draft, queued=kept.queued), kept.written


def _ledgers(journal: DiskJournal | None) -> MakeLedger:
    def make(base_url: str, key_source: str, key_mark: str) -> "DiskLedger | None":
        from frieza_tui.store.ledger import DiskLedger, LedgerServer

        return DiskLedger(journal, LedgerServer(base_url, key_source, key_mark)) if journal is not None else None

    return make


def key_finder(loaded: Loaded) -> FindKey:
    """Return what looks for the key of a line of the ledger among those that are set or kept now."""
    names = (SHARED_ENV["api_key"], f"{ENV_PREFIX}API_KEY")
    keys = [loaded.settings.api_key or "", *(os.environ.get(name, "") for name in names)]

    async def find(server: "LedgerServer") -> str | None:
        from frieza_tui.chosen import ChosenFile
        from frieza_tui.store.ledger import mark_of

        if not server.key_mark:
            return ""
        for key in keys:
            if mark_of(server.base_url, key) == server.key_mark:
                return key
        kept = ChosenFile().kept_key(server.base_url)
        is_it = kept is not None and kept.mark == server.key_mark
        return await ChosenFile().fetch_key(server.base_url) if is_it else None

    return find
