"""People with accounts, at the real app."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.app_server import AppServer
from tests.command_line import process
from tests.page_socket import PageSocket
from tests.visitor import Visitor

PASSWORD = "violet harbour seventeen"
EMAIL, OTHER = "one@example.com", "two@example.com"


@contextmanager
def server_with_accounts(
    data_dir: Path, base_url: str, *emails: str, **variables: str
) -> Iterator[AppServer]:
    """Serve the app to members with these e-mail addresses and the same password."""
    for email in emails:
        add_account(data_dir, email)
    with AppServer(data_dir, base_url, CHAT_SIGN_IN="password", **variables) as running:
        yield running


def add_account(data_dir: Path, email: str, role: str = "member") -> None:
    """Give somebody an account, as an admin does on the command line."""
    done = process(data_dir, "user", "add", email, "--role", role, "--password-stdin", said=PASSWORD)
    assert (done.returncode, done.stderr) == (0, "")


def signed_in(server: AppServer, email: str = EMAIL) -> Visitor:
    """A browser in which somebody has signed in."""
    visitor = Visitor(server.url)
    assert visitor.sign_in(email, PASSWORD).status == 303
    return visitor


def tab_of(visitor: Visitor, address: str = "", page: str = "") -> PageSocket:
    """A tab of that browser."""
    return PageSocket(visitor.url, address, page, headers={**visitor.headers, "Cookie": visitor.cookie})
