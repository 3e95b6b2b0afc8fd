import ssl
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def small_trust_store(tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    """One authority in place of all: each client reads them when it is made, which takes 40 ms of CPU."""
    authorities = ssl.create_default_context().get_ca_certs(binary_form=True)
    if not authorities:
        return None
    path = tmp_path_factory.mktemp("trust") / "one.pem"
    path.write_text(ssl.DER_cert_to_PEM_cert(authorities[0]))
    return path


@pytest.fixture(autouse=True)
def quick_clients(own_world: Path, small_trust_store: Path | None, monkeypatch: pytest.MonkeyPatch) -> None:
    if small_trust_store is not None:
        monkeypatch.setenv("SSL_CERT_FILE", str(small_trust_store))
