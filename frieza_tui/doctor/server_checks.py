"""Looks at the servers: the one that is set or was chosen, and those on the usual ports of this machine."""

import asyncio

import msgspec

from frieza_tui.backends.checking import examine_server
from frieza_tui.backends.local_servers import LocalServer, find_local_servers
from frieza_tui.backends.named_server import Server
from frieza_tui.chat.answerers import Answerers
from frieza_tui.chosen import EMBEDDED, Chosen, ChosenFile, address_of
from frieza_tui.doctor.local_checks import without_name
from frieza_tui.doctor.report import ServerFound
from frieza_tui.domain.errors import BackendError
from frieza_tui.i18n import _
from frieza_tui.settings import Settings
from frieza_tui.text.safe import safe_line


async def look_at_servers(answerers: Answerers, settings: Settings) -> list[ServerFound]:
    """Ask all servers at once: the one in use, then those that were ever chosen, then what is found on this machine.

    Nothing is made on them.
    """
    used = "" if answerers.is_embedded else answerers.ledger_place[0]
    looks = [_look_at_used(answerers, settings, used)] if used else []
    known = {address_of(used)}
    for base_url in _chosen_urls(ChosenFile().read()):
        if address_of(base_url) not in known:
            known.add(address_of(base_url))
            looks.append(_look_at_chosen(answerers, base_url))
    local = [one for one in await find_local_servers() if address_of(one.base_url) not in known]
    return list(await asyncio.gather(*looks, *map(_look_at_local, local)))


def _chosen_urls(chosen: Chosen) -> list[str]:
    answerer = chosen.answerer
    return [*([answerer] if answerer not in (None, EMBEDDED) else []), *chosen.keys]


async def _look_at_used(answerers: Answerers, settings: Settings, base_url: str) -> ServerFound:
    shown, name = without_name(base_url), Server(base_url).name
    if (question := answerers.question) is not None:
        return ServerFound(shown, name, True, problem=f"{question.happened} {question.todo}")
    found = await _examined_with_key(ServerFound(shown, name, True), base_url, settings.api_key or "")
    return found if settings.api == "auto" or found.api is None else msgspec.structs.replace(found, api=settings.api)


async def _look_at_chosen(answerers: Answerers, base_url: str) -> ServerFound:
    found = ServerFound(without_name(base_url), Server(base_url).name, False)
    if (refusal := answerers.refusal_of_http(base_url)) is not None:
        return msgspec.structs.replace(found, problem=refusal)
    return await _examined_with_key(found, base_url, "")


async def _examined_with_key(found: ServerFound, base_url: str, key: str) -> ServerFound:
    """Look at a server with the key of the settings, else with the one that was given on the screen."""
    file = ChosenFile()
    if key or (kept := file.kept_key(base_url)) is None:
        return await _examined(found, base_url, key)
    found = msgspec.structs.replace(found, key_in=str(file.path) if kept.key else "keyring")
    given = await file.fetch_key(base_url)
    if given is None:
        problem = _("The keyring of this system does not give its key: it may be locked.")
        return msgspec.structs.replace(found, problem=problem)
    return await _examined(found, base_url, given)


async def _look_at_local(one: LocalServer) -> ServerFound:
    answer_ms = round(one.answer_s * 1000)
    if one.needs_key:
        return ServerFound(one.base_url, one.name, False, answer_ms=answer_ms, problem=_("It wants a key."))
    return await _examined(ServerFound(one.base_url, one.name, False, models=one.models), one.base_url, "")


async def _examined(found: ServerFound, base_url: str, key: str) -> ServerFound:
    try:
        seen = await examine_server(base_url, key)
    except BackendError as error:
        return msgspec.structs.replace(found, problem=safe_line(str(error), 400))
    return msgspec.structs.replace(found, api=seen.api, models=seen.models, answer_ms=round(seen.answer_s * 1000))
