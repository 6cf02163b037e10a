"""People whom somebody else has signed in: an OpenID Connect provider, or a proxy."""

import http.client
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlencode, urlsplit

import oidc_provider_mock
import pytest
from oidc_provider_mock import User

from lib.app import DATABASE
from lib.domain.people.audit import COMMAND_LINE, Actor
from lib.domain.people.people import Person, Role
from lib.store import Store
from tests.app_server import AppServer
from tests.command_line import process
from tests.page_socket import PageSocket
from tests.patience import PATIENCE
from tests.scripted_gateway import ScriptedGateway, stream
from tests.visitor import Answer, Visitor

# The provider runs in this process, with names that its libraries no longer recommend.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:authlib.*")


def user(subject: str, email: str, *groups: str, is_verified: bool = True) -> User:
    claims = {"email": email, "email_verified": is_verified, "groups": [*groups]}
    return User(sub=subject, claims=claims)


USERS = (
    user("one", "one@example.com", "staff"),
    user("two", "two@example.com", "speakers"),
    user("boss", "boss@example.com", "staff", "owners"),
    user("stranger", "one@elsewhere.example", "staff"),
    user("unverified", "x@example.com", "staff", is_verified=False),
    User(sub="unsaid", claims={"email": "z@example.com", "groups": ["staff"]}),
    user("groupless", "y@example.com"),
    User(sub="number", claims={"email": "n@example.com", "email_verified": True, "groups": 5}),
    User(sub="object", claims={"email": "o@example.com", "email_verified": True, "groups": {"staff": True}}),
    User(
        sub="nested",
        claims={"email": "l@example.com", "email_verified": True, "groups": [["staff"], {"staff": 1}, 7]},
    ),
    User(sub="single", claims={"email": "single@example.com", "email_verified": True, "groups": "staff"}),
)


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    with oidc_provider_mock.run_server_in_thread(user_claims=USERS, require_nonce=True) as running:
        yield f"http://localhost:{running.server_port}"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the provider knows this app by."""
    secret = tmp_path_factory.mktemp("client") / "secret"
    secret.write_text("known-to-both\n")
    return {"CHAT_OIDC_CLIENT_ID": "chat", "CHAT_OIDC_CLIENT_SECRET_FILE": str(secret)}


@pytest.fixture(scope="module")
def server(
    provider: str,
    client: dict[str, str],
    upstream: ScriptedGateway,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[AppServer]:
    with AppServer(
        tmp_path_factory.mktemp("oidc") / "data",
        upstream.base_url,
        CHAT_SIGN_IN="oidc",
        CHAT_OIDC_ISSUER=provider,
        **client,
        CHAT_OIDC_DOMAINS="example.com",
        CHAT_OIDC_GROUPS="staff",
        CHAT_OIDC_PRESENTERS="speakers",
        CHAT_OIDC_ADMINS="owners",
        CHAT_OIDC_SIGN_OUT="on",
    ) as running:
        yield running


def at_provider(visitor: Visitor, subject: str, wanted: str = "/") -> str:
    """Begin to sign in, and say at the provider who one is; the address to which it sends the browser."""
    begun = visitor.get(f"{visitor.base}/sign-in/oidc?{urlencode({'next': wanted})}")
    assert begun.status == 302
    address = urlsplit(begun.leads_to)
    connection = http.client.HTTPConnection(address.netloc, timeout=PATIENCE)
    body, kind = urlencode({"sub": subject}), {"Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", f"{address.path}?{address.query}", body, kind)
    back = urlsplit(connection.getresponse().headers["Location"])
    connection.close()
    return f"{back.path}?{back.query}"


def signed_in(server: AppServer, subject: str, wanted: str = "/") -> tuple[Visitor, Answer]:
    visitor = Visitor(server.url)
    return visitor, visitor.get(at_provider(visitor, subject, wanted))


def people(server: AppServer) -> dict[str, str]:
    """The role of everybody who was here, by e-mail address."""
    lines = process(server.data_dir, "user", "list").stdout.splitlines()
    return {line.split("\t")[0]: line.split("\t")[1] for line in lines}


def test_the_provider_signs_in_and_one_lands_where_one_wanted_to_go(server: AppServer) -> None:
    visitor, landed = signed_in(server, "one", "/compare?models=a,b")
    assert (landed.status, landed.leads_to) == (303, "/compare?models=a,b")
    assert visitor.get("/compare").status == 200
    assert people(server)["one@example.com"] == "member"


def test_groups_give_the_role(server: AppServer) -> None:
    for subject in ("two", "boss"):
        assert signed_in(server, subject)[1].status == 303
    assert people(server) | {"two@example.com": "presenter", "boss@example.com": "admin"} == people(server)


def test_the_provider_takes_a_role_away_also_from_the_last_admin(server: AppServer, provider: str) -> None:
    assert signed_in(server, "two")[1].status == 303
    with closing(Store(server.data_dir / DATABASE)) as store:
        person = store.people.of_subject(provider, "two")
        assert person
        store.people.set_role(person.id, Role.ADMIN, COMMAND_LINE)
        for other in store.people.all():
            if other.role is Role.ADMIN and other.id != person.id:
                store.people.set_role(other.id, Role.MEMBER, COMMAND_LINE)
    assert signed_in(server, "two")[1].status == 303
    assert people(server)["two@example.com"] == "presenter"


def test_a_group_may_be_a_single_name(server: AppServer) -> None:
    visitor, landed = signed_in(server, "single")
    assert landed.status == 303
    assert all(name.startswith("synstar_") for name in visitor.cookies)


def test_how_a_sign_in_was_begun_is_kept_for_this_installation(server: AppServer) -> None:
    visitor = Visitor(server.url)
    at_provider(visitor, "one")
    assert [name.startswith("synstar_") for name in visitor.cookies] == [True]


@pytest.mark.parametrize(
    "subject", ["stranger", "unverified", "unsaid", "groupless", "number", "object", "nested"]
)
def test_whoever_is_not_allowed_is_told_so(server: AppServer, subject: str) -> None:
    visitor, answer = signed_in(server, subject)
    assert answer.status == 403
    assert "you are not let in here" in answer.text
    assert visitor.get("/").status == 303


def test_a_callback_works_once_and_in_its_own_browser_only(server: AppServer) -> None:
    visitor, stranger = Visitor(server.url), Visitor(server.url)
    callback = at_provider(visitor, "one")
    assert stranger.get(callback).status == 502
    other = Visitor(server.url)
    at_provider(other, "two")
    assert other.get(callback).status == 502
    assert visitor.get(callback).status == 303
    again = visitor.get(callback)
    assert again.status == 502
    assert "did not work" in again.text


def test_a_state_that_was_tampered_with_is_refused(server: AppServer) -> None:
    visitor = Visitor(server.url)
    callback = urlsplit(at_provider(visitor, "one"))
    query = parse_qs(callback.query)
    for name in ("state", "code"):
        changed = {key: value[0] + "x" * (key == name) for key, value in query.items()}
        assert visitor.get(f"{callback.path}?{urlencode(changed)}").status == 502
    assert visitor.get("/sign-in/callback?error=access_denied").status == 502
    assert "Traceback" not in server.log


def test_any_process_may_take_the_callback(
    server: AppServer, provider: str, client: dict[str, str], upstream: ScriptedGateway
) -> None:
    with AppServer(
        server.data_dir, upstream.base_url, CHAT_SIGN_IN="oidc", CHAT_OIDC_ISSUER=provider, **client
    ) as second:
        visitor = Visitor(server.url)
        callback = at_provider(visitor, "one")
        # The provider compares the address of the callback with the one that the sign-in began with.
        elsewhere = Visitor(second.url, visitor.cookies, {"Host": server.url.partition("//")[2]})
        assert elsewhere.get(callback).status == 303
        assert Visitor(server.url, elsewhere.cookies).get("/").status == 200


def test_signing_out_may_sign_out_at_the_provider_too(server: AppServer, provider: str) -> None:
    visitor, _ = signed_in(server, "one")
    left = visitor.submit("/sign-out", "/sign-out")
    assert left.leads_to.startswith(f"{provider}/oauth2/end_session?")
    assert visitor.get("/").status == 303


def test_the_account_dialog_leads_there(server: AppServer) -> None:
    visitor, _ = signed_in(server, "one")
    with PageSocket(server.url, headers={"Cookie": visitor.cookie}) as tab:
        tab.wait_until_idle()
        tab.open_settings("Account")
        tab.wait_for(lambda: bool(tab.tree.nodes("link_button")), "The link")
        tab.wait_until_idle()
        assert [node.proto.url for node in tab.tree.nodes("link_button")] == ["/sign-out"]
        assert tab.tree.find("sign_out") is None


def test_people_of_the_provider_see_their_own_only(server: AppServer, upstream: ScriptedGateway) -> None:
    upstream.when("Known to the provider", stream("And kept"))
    one, two = signed_in(server, "one")[0], signed_in(server, "two")[0]
    with PageSocket(server.url, headers={"Cookie": one.cookie}) as tab:
        tab.ask("Known to the provider")
        tab.wait_for_answer("And kept")
        address = tab.address
    with PageSocket(server.url, address, headers={"Cookie": two.cookie}) as other:
        other.wait_until_idle()
        assert "Known to the provider" not in other.text


def test_a_provider_that_does_not_answer_leaves_a_sentence(
    upstream: ScriptedGateway, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with AppServer(
        tmp_path_factory.mktemp("alone") / "data",
        upstream.base_url,
        CHAT_SIGN_IN="oidc",
        CHAT_OIDC_ISSUER="http://127.0.0.1:9",
        CHAT_OIDC_CLIENT_ID="chat",
    ) as server:
        answer = Visitor(server.url).get("/sign-in/oidc")
        assert answer.status == 502
        assert "did not work" in answer.text
        assert not server.traceback, server.traceback


@pytest.fixture(scope="module")
def behind(upstream: ScriptedGateway, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """The app behind a proxy that names people: everything on loopback counts as it."""
    with AppServer(
        tmp_path_factory.mktemp("header") / "data",
        upstream.base_url,
        CHAT_SIGN_IN="header",
        CHAT_TRUSTED_HEADER="Remote-User",
        CHAT_TRUSTED_PROXIES="127.0.0.0/8",
    ) as running:
        yield running


def test_a_proxy_says_who_is_there(behind: AppServer, upstream: ScriptedGateway) -> None:
    upstream.when("Known to the proxy", stream("And kept"))
    with PageSocket(behind.url, headers={"Remote-User": "one"}) as tab:
        tab.ask("Known to the proxy")
        tab.wait_for_answer("And kept")
        address = tab.address
    with PageSocket(behind.url, address, headers={"Remote-User": "two"}) as other:
        other.wait_until_idle()
        assert "Known to the proxy" not in other.text
    with PageSocket(behind.url, address, headers={"Remote-User": "one"}) as again:
        again.wait_for_answer("And kept")


@pytest.mark.parametrize(
    "headers", [{}, {"Remote-User": ""}, {"Remote_User": "one"}, {"X-Remote-User": "one"}]
)
def test_without_a_name_from_the_proxy_nobody_comes_in(behind: AppServer, headers: dict[str, str]) -> None:
    assert Visitor(behind.url, headers=headers).get("/").status == 303


def test_a_name_that_is_too_long_is_nobodys(behind: AppServer) -> None:
    assert Visitor(behind.url, headers={"Remote-User": "x" * 200}).get("/").status == 200
    before = behind.log.count("too long")
    for ending in ("a", "b"):
        assert Visitor(behind.url, headers={"Remote-User": "x" * 200 + ending}).get("/").status == 303
    assert behind.log.count("too long") == before + 2


def test_whoever_comes_through_a_proxy_sees_who_read_their_chats(
    behind: AppServer, upstream: ScriptedGateway
) -> None:
    upstream.when("Read later", stream("By an admin"))
    with PageSocket(behind.url, headers={"Remote-User": "read"}) as tab:
        tab.ask("Read later")
        tab.wait_for_answer("By an admin")
        with closing(Store(behind.data_dir / DATABASE)) as store:
            admin = Person("e" * 32, "header", "reader", "", "Reader", Role.ADMIN, datetime.now(UTC))
            owner = store.people.of_subject("header", "read")
            assert owner
            [chat] = store.of(owner.id).conversations.latest(2)
            by = Actor(store.people.add(admin).id)
            store.reading.read(by, chat.id, "Asked by the owner", is_allowed=True)
        tab.open_settings("Account")
        tab.wait_for_text("Who looked at your chats:")
        tab.wait_for_text("Asked by the owner")


def test_whom_the_proxy_names_but_is_disabled_here_is_out(behind: AppServer) -> None:
    with PageSocket(behind.url, headers={"Remote-User": "three"}) as tab:
        tab.wait_until_idle()
        assert process(behind.data_dir, "user", "disable", "three").returncode == 0
        tab.wait_until_closed()
    assert Visitor(behind.url, headers={"Remote-User": "three"}).get("/").status == 303


def test_a_name_from_anybody_but_the_proxy_is_thrown_away(
    upstream: ScriptedGateway, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with AppServer(
        tmp_path_factory.mktemp("untrusted") / "data",
        upstream.base_url,
        CHAT_SIGN_IN="header",
        CHAT_TRUSTED_HEADER="Remote-User",
        CHAT_TRUSTED_PROXIES="10.0.0.1",
    ) as server:
        named = {"Remote-User": "one", "X-Forwarded-For": "10.0.0.1"}
        assert Visitor(server.url, headers=named).get("/").status == 303
