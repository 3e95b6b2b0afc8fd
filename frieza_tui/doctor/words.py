"""The doctor's report for people: one screen of plain text. Looks at nothing."""

from collections.abc import Iterator

from frieza_tui.chat.answerers import API_NAMES
from frieza_tui.doctor.report import Disk, ModelFound, Report, ServerFound, SettingsFound, Terminal
from frieza_tui.i18n import _, ngettext
from frieza_tui.settings import source_words
from frieza_tui.text.width import cell_len

COLUMN = 12
"""Cells of the headings at the left."""
TROUBLE = "✗ "


def lines_of(report: Report) -> list[str]:
    """Return the report's lines; what is wrong begins with a cross."""
    lines = [f"frieza-tui {report.version} · Python {report.python} · {report.system}", ""]
    lines += _section(_("Terminal"), _terminal(report.terminal))
    lines += _section(_("Settings"), _settings(report.settings))
    lines += _section(_("Servers"), _servers(report.servers))
    lines += _section(_("Model"), _model(report.model, is_needed=report.answerer == "embedded"))
    lines += _section(_("On disk"), _disk(report.disk))
    lines.append("")
    who = _("the embedded model") if report.answerer == "embedded" else report.answerer
    if report.works:
        lines.append(_("A chat works; {who} answers.").format(who=who))
    else:
        lines.append(TROUBLE + _("A chat does not work; {who} should answer.").format(who=who))
    return lines


def _section(heading: str, lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        yield heading + " " * max(1, COLUMN - cell_len(heading)) + line
        heading = ""


def _terminal(terminal: Terminal | None) -> Iterator[str]:
    if terminal is None:
        yield _("standard input and output are no terminal: --plain and -p work here, the screen does not")
        return
    colours = _("{count} colours").format(count=f"{terminal.colours:,}") if terminal.colours else _("no colours")
    background = {True: _("light"), False: _("dark"), None: _("background not known")}[terminal.is_light]
    yield " · ".join((terminal.name or "?", colours, background))
    keys = {True: _("kitty keys"), False: _("no kitty keys"), None: _("no answers to questions")}[terminal.kitty_keys]
    width = terminal.ambiguous_width
    cells = _("width of ○ not known")
    if width is not None:
        cells = ngettext("○ is {count} cell wide", "○ is {count} cells wide", width).format(count=width)
    cursor = _("own cursor at the caret") if terminal.has_own_cursor else _("does not tell where its cursor is")
    yield " · ".join((keys, cells, cursor))
    if terminal.clipboard == "terminal":
        yield _("copies go through the terminal (OSC 52), not verified")
    else:
        yield _("copies go through {tool}").format(tool=terminal.clipboard)


def _settings(settings: SettingsFound) -> Iterator[str]:
    yield settings.file if settings.is_there else _("{file} is not there").format(file=settings.file)
    for one in settings.values:
        yield f"{one.name} = {one.value}  ({source_words(one.source)})"


def _servers(servers: list[ServerFound]) -> Iterator[str]:
    if not servers:
        yield _("none is set, none answers on ports 11434, 1234, 8080, 8000")
    for one in servers:
        facts = [one.base_url, *([one.name] if one.name and one.name not in one.base_url else [])]
        if one.api is not None:
            facts.append(API_NAMES.get(one.api, one.api))
        if one.models is not None:
            facts.append(ngettext("{count} model", "{count} models", one.models).format(count=one.models))
        if one.answer_ms is not None:
            facts.append(f"{one.answer_ms} ms")
        is_trouble = one.problem is not None and one.is_in_use
        yield (TROUBLE if is_trouble else "") + " · ".join(facts)
        if one.key_in is not None:
            place = _("the system's keyring") if one.key_in == "keyring" else one.key_in
            yield "  " + _("Its key is kept in {place}.").format(place=place)
        if one.problem is not None:
            yield f"  {one.problem}"


def _model(model: ModelFound, *, is_needed: bool) -> Iterator[str]:
    if model.problem is not None:
        yield (TROUBLE if is_needed else "") + " · ".join(part for part in (model.name, model.problem) if part)
        return
    facts = [model.name or "", *([model.note] if model.note else [])]
    if model.is_right:
        facts.append(_("checksum right"))
    yield " · ".join(facts)
    if model.tokens_per_s is not None:
        words = _("loads in {load} s · first token after {first} s · {speed} tokens a second")
        yield words.format(load=model.load_s, first=model.first_token_s, speed=model.tokens_per_s)


def _disk(disk: Disk) -> Iterator[str]:
    for one in disk.folders:
        size = _size(one.size_bytes)
        free = _("{size}, {free} free").format(size=size, free=_size(one.free_bytes)) if one.free_bytes else size
        yield f"{one.path} · {free}"
    if disk.problem is not None:
        yield TROUBLE + disk.problem
    if disk.leftovers:
        words = ngettext(
            "{count} object is left over on servers: frieza-tui clean",
            "{count} objects are left over on servers: frieza-tui clean",
            disk.leftovers,
        )
        yield words.format(count=disk.leftovers)
    elif disk.leftovers == 0:
        yield _("nothing is left over on servers")


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e8 else f"{count / 1e6:.1f} MB"
