"""Says where a link really leads, and whether its text claims something else. Knows no Markdown and no widget."""

import re
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

from frieza_tui.text.safe import safe_line

SCHEMES = ("http", "https", "mailto")
"""What is opened; everything else may start programs."""

_LONGEST = 2000
_CLAIM = re.compile(
    r"(?:(?P<scheme>https?://)|mailto:)?(?:[^\s/@]*@)?(?P<host>[^\s/?#:@]+)(?::\d+)?(?:[/?#]\S*)?", re.IGNORECASE
)
_DOMAINS = re.compile("com|org|net|edu|gov|mil|int|info|io|app|dev|ai|co|jp|uk|de|fr|cn|kr|tw|ru|it|es|nl|eu|us")
"""Where a text without a scheme is taken for an address; README.md and node.js are none."""


class Link(NamedTuple):
    """A link as it stands in a text."""

    target: str
    text: str


NO_LINK = Link("", "")


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a link leads."""

    url: str
    """Safe, with its host in the letters that the network uses (xn--…)."""
    host: str
    claimed_host: str = ""
    """The host that the link's text shows, if it is another one."""


def destination(link: Link) -> Destination | None:
    """Return where a link leads; None if it is not of a kind that is opened."""
    target = safe_line(link.target, _LONGEST)
    try:
        parts = urlsplit(target)
        host = parts.netloc.rpartition("@")[2] if parts.scheme != "mailto" else parts.path.rpartition("@")[2]
    except ValueError:
        return None
    if parts.scheme not in SCHEMES or not host:
        return None
    plain = network_host(host)
    changed = parts._replace(netloc=parts.netloc[: len(parts.netloc) - len(host)] + plain)
    if parts.scheme == "mailto":
        changed = parts._replace(path=parts.path[: len(parts.path) - len(host)] + plain)
    return Destination(urlunsplit(changed), plain, _other_host(link.text, plain))


def claims_another(link: Link) -> bool:
    """Whether a link's text looks like an address that it does not lead to."""
    found = destination(link)
    return found is not None and bool(found.claimed_host)


def network_host(host: str) -> str:
    """Return a host as it is looked up, with letters beyond ASCII as xn--… ."""
    if host.isascii():
        return host.lower()
    try:
        return host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        labels = host.lower().split(".")
        return ".".join(one if one.isascii() else f"xn--{one.encode('punycode').decode('ascii')}" for one in labels)


def _other_host(text: str, host: str) -> str:
    claim = _CLAIM.fullmatch(safe_line(text, _LONGEST))
    if claim is None:
        return ""
    claimed = network_host(claim["host"])
    is_address = claim["scheme"] or claimed.startswith("www.") or _DOMAINS.fullmatch(claimed.rpartition(".")[2])
    if not is_address or "." not in claimed:
        return ""
    own, bare = host.partition(":")[0].removeprefix("www."), claimed.removeprefix("www.")
    return "" if own == bare or own.endswith(f".{bare}") else claimed
