import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme

from tests.faults.conftest import Note
from tests.faults.server import FaultServer
from tests.faults.session import FAILED, QUIT, Fault, Session, serving, talking

NOWHERE = "http://127.0.0.1:9"


def tls(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def talk_plainly(server: FaultServer) -> None:
    server.talk_otherwise(b"HTTP/1.1 400 Bad Request\r\n\r\n")


@contextmanager
def talking_by_https(folder: Path, authority: trustme.CA) -> Iterator[Session]:
    trusted = folder / "trusted.pem"
    authority.cert_pem.write_to_path(str(trusted))
    server = FaultServer(tls=tls(authority.issue_cert("127.0.0.1")))
    try:
        with talking(server, environ={"SSL_CERT_FILE": str(trusted)}) as going:
            yield going
    finally:
        server.stop()


def test_no_connection_but_a_trusted_one_is_used(tmp_path: Path, note: Note) -> None:
    authority = trustme.CA()
    others = {
        "certificate: of an unknown authority": trustme.CA().issue_cert("127.0.0.1"),
        "certificate: of another name": authority.issue_cert("elsewhere.example"),
        "certificate: out of date": authority.issue_cert("127.0.0.1", not_after=datetime(2020, 1, 2, tzinfo=UTC)),
    }

    def with_certificate(certificate: trustme.LeafCert) -> Fault:
        def stage(server: FaultServer) -> None:
            server.go_down()
            server.come_up(tls(certificate))

        words = ("certificate", "not one that this machine trusts", FAILED)
        return Fault("", stage, words, mend=FaultServer.come_back, is_sent=False)

    with talking_by_https(tmp_path, authority) as going:
        going.go_through(
            Fault("", talk_plainly, ("does not speak HTTPS", FAILED), mend=FaultServer.come_back, is_sent=False)
        )
        note("certificate: none, the port is a plain one")
        for name, certificate in others.items():
            going.go_through(with_certificate(certificate))
            note(name)
        going.leave()


@pytest.mark.parametrize(
    ("name", "environ", "words"),
    [
        (
            "connect: a name that nobody knows",
            {"OPENAI_BASE_URL": "https://nowhere.invalid/v1"},
            ("no machine called nowhere.invalid", FAILED),
        ),
        (
            "connect: a proxy in the way",
            {"HTTP_PROXY": NOWHERE, "NO_PROXY": "", "no_proxy": ""},
            ("HTTP_PROXY", "NO_PROXY=127.0.0.1", FAILED),
        ),
    ],
)
def test_a_way_that_leads_nowhere_is_said(
    name: str, environ: dict[str, str], words: tuple[str, ...], note: Note
) -> None:
    with serving("chat") as server, talking(server, environ=environ) as going:
        going.ask("fail001", *words)
        going.wait_until_offered("fail001")
        going.terminal.send(QUIT)
        assert going.terminal.wait_for_exit() == 0
        going.check_traces()
        note(name)
