"""Which proxy the environment puts between this program and a server. Asks nobody, and knows no errors."""

import os
import urllib.request
from urllib.parse import urlsplit


def proxy_of(base_url: str) -> str:
    """Return host and port of the proxy that requests to an address go through, "" if they go there straight.

    Never its name and password.
    """
    parts = urlsplit(base_url)
    proxies = urllib.request.getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all") or ""
    if not proxy or urllib.request.proxy_bypass(parts.netloc):
        return ""
    return proxy.rpartition("@")[2].rpartition("//")[2].rstrip("/")


def variable_of(base_url: str) -> str:
    """Return the variable that names the proxy to an address, as it is written; "HTTP_PROXY" if the system names it."""
    wanted = (f"{urlsplit(base_url).scheme}_proxy", "all_proxy")
    found = (name for one in wanted for name in (one, one.upper()) if os.environ.get(name))
    return next(found, "HTTP_PROXY")
