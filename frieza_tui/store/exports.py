"""A thread as a file for people: Markdown, JSON, a web page, a picture, plain text. Knows no table."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Final, Literal, TypeAlias

from frieza_tui.domain.errors import StoreError
from frieza_tui.domain.thread import ImageFilePart, ImageUrlPart, Message, RefusalPart, TextPart
from frieza_tui.i18n import _
from frieza_tui.store.records import ThreadRecord, readable_json, thread_in
from frieza_tui.text.breaking import wrap
from frieza_tui.text.moments import local_time
from frieza_tui.text.safe import safe_line
from frieza_tui.text.safe_events import safe_message

Format: TypeAlias = Literal["md", "json", "html", "svg", "txt"]
FORMATS: Final[tuple[Format, ...]] = ("md", "json", "html", "svg", "txt")
_NAME_BYTES: Final = 180
"""Of a file name, without its ending; file systems take 255."""
_FORBIDDEN: Final = re.compile(r'[<>:"/\\|?*\x00-\x1f]+')
_DEVICES: Final = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
_LINK: Final = re.compile("(?:https?|mailto):", re.IGNORECASE)
"""As on the screen; everything else may start programs."""
_SVG_COLUMNS, _SVG_ROW = 80, 20
_STYLE: Final = (
    "body{max-width:46rem;margin:2rem auto;padding:0 1rem;font:1rem/1.6 sans-serif;color-scheme:light dark}"
    "article{margin:1rem 0;padding:.2rem 1rem;border-left:.25rem solid #999}article.assistant{border-color:#7b3fbf}"
    "pre{overflow-x:auto}header,small{opacity:.7}"
)


@dataclass(frozen=True, slots=True)
class _Page:
    """A thread with all its texts safe."""

    title: str
    assistant: str
    when: str
    messages: tuple[Message, ...]

    def label(self, message: Message) -> str:
        return (self.assistant or _("assistant")) if message.role == "assistant" else "あなた"


def export_text(record: ThreadRecord, format_: Format) -> str:
    """Return the text of the file. All but JSON, where they are escapes, hold no character that acts on a terminal."""
    if format_ == "json":
        return readable_json(record) + "\n"
    messages = tuple(safe_message(message) for message in thread_in(record, record.id).messages)
    when = local_time(record.created_at)
    return _MAKERS[format_](_Page(safe_line(record.title), safe_line(record.assistant), when, messages))


def write_export(record: ThreadRecord, format_: Format, place: Path) -> Path:
    """Write the file and return where it is; nothing is ever overwritten.

    place: a folder, where the file is named by the thread's title, or a file that is not there yet. Raises: StoreError.
    """
    folder, name = (place, file_name(record.title)) if place.is_dir() else (place.parent, place.stem)
    ending = f".{format_}" if place.is_dir() else place.suffix
    text = export_text(record, format_).encode("utf-8", "replace")
    try:
        for number in range(1, 10_000):
            path = folder / f"{name}{f' ({number})' if number > 1 else ''}{ending}"
            try:
                _write_new(path, text)
            except FileExistsError:
                continue
            return path.absolute()
        raise FileExistsError(0, _("there are too many of that name"))
    except OSError as error:
        happened = _("{file} cannot be written: {reason}.")
        file_shown = safe_line(str(folder / f"{name}{ending}"))
        raise StoreError(happened.format(file=file_shown, reason=safe_line(error.strerror or str(error)))) from error


def _write_new(path: Path, content: bytes) -> None:
    """Write a file that is not there yet, whole or not at all. Raises: FileExistsError, OSError."""
    new = path.open("xb")
    try:
        with new:
            new.write(content)
    except OSError:
        path.unlink()
        raise


def file_name(title: str) -> str:
    """Return a title as the name of a file, without an ending; Japanese stays as it is."""
    name = _FORBIDDEN.sub(" ", unicodedata.normalize("NFC", safe_line(title, 120)))
    name = " ".join(name.split()).strip(". ")
    while len(name.encode()) > _NAME_BYTES:
        name = name[:-1]
    name = name.strip(". ")
    return f"_{name}" if _DEVICES.fullmatch(name) else name or "thread"


def _markdown(page: _Page) -> str:
    blocks = [f"# {page.title}", f"{page.when}"]
    for message in page.messages:
        blocks += [f"## {page.label(message)}", *_blocks(message)]
    return "\n\n".join(blocks) + "\n"


def _plain(page: _Page) -> str:
    blocks = [f"{page.title}\n{page.when}"]
    blocks += ["\n".join([f"{page.label(message)}:", *_blocks(message)]) for message in page.messages]
    return "\n\n".join(blocks) + "\n"


def _blocks(message: Message) -> Iterator[str]:
    """Yield the texts of a message, its images by their names, and how it ended."""
    for part in message.parts:
        match part:
            case TextPart(text) | RefusalPart(text):
                yield text
            case ImageFilePart(file_id):
                yield _("Image: {where}").format(where=file_id)
            case ImageUrlPart(url):
                yield _("Image: {where}").format(where=url)
    if message.status == "incomplete":
        yield "(" + _("cut off here") + ")"


def _web_page(page: _Page) -> str:
    from markdown_it import MarkdownIt

    # No raw HTML, and no images: a page that somebody opens fetches nothing.
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    markdown.validateLink = lambda url: _LINK.match(url) is not None  # type: ignore[method-assign]
    articles = "\n".join(
        f'<article class="{message.role}"><header>{escape(page.label(message))}</header>\n'
        + "".join(markdown.render(block) for block in _blocks(message))
        + "</article>"
        for message in page.messages
    )
    return (
        '<!doctype html>\n<html>\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{escape(page.title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<h1>{escape(page.title)}</h1>\n<small>{page.when}</small>\n{articles}\n</body>\n</html>\n"
    )


def _picture(page: _Page) -> str:
    rows: list[tuple[str, str]] = [("#b79bd6", page.title), ("#8a8a9a", page.when)]
    for message in page.messages:
        rows += [("", ""), ("#b79bd6" if message.role == "assistant" else "#8a8a9a", page.label(message))]
        rows += [("#e8e6f0", line) for block in _blocks(message) for line in _wrapped(block)]
    height = (len(rows) + 2) * _SVG_ROW
    width = (_SVG_COLUMNS + 4) * _SVG_ROW // 2
    texts = "\n".join(
        f'<text x="20" y="{(at + 2) * _SVG_ROW}" fill="{colour}">{escape(text)}</text>'
        for at, (colour, text) in enumerate(rows)
        if text
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        f' font-family="monospace" font-size="{_SVG_ROW * 4 // 5}" xml:space="preserve">\n'
        f'<title>{escape(page.title)}</title>\n<rect width="100%" height="100%" fill="#1a1626"/>\n{texts}\n</svg>\n'
    )


def _wrapped(text: str) -> Iterator[str]:
    bare = text.replace("\t", "    ")
    return (bare[start:end] for start, end in wrap(bare, _SVG_COLUMNS))


_MAKERS: Final[dict[Format, Callable[[_Page], str]]] = {
    "md": _markdown,
    "html": _web_page,
    "svg": _picture,
    "txt": _plain,
}
