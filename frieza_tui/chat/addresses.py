"""What people type for a server. Asks nobody."""

from urllib.parse import urlsplit

from frieza_tui.backends.named_server import Server


def address_typed(text: str) -> str:
    """Return the base URL that a typed address means: with its scheme, and /v1 where it has no path.

    Without a scheme it is https, but on this machine, where servers of language models speak plain http.
    """
    address = text.strip().rstrip("/")
    if "://" not in address:
        plain = f"http://{address}"
        address = plain if Server(plain).is_loopback else f"https://{address}"
    try:
        return address if urlsplit(address).path else f"{address}/v1"
    except ValueError:
        return address


def is_address(text: str) -> bool:
    """Tell whether a text may name a server. A key, pasted in the wrong place, does not; it would be looked up."""
    return bool(set(text) & set(".:/")) or text.strip().lower() == "localhost"
