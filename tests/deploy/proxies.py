"""The proxies of `deploy/proxy`, running with their samples before processes on other ports, by http."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from tests.app_server import free_port
from tests.deploy.tools import DEPLOY, found, rendered
from tests.patience import PATIENCE
from tests.visitor import Visitor

Proxy = Callable[[Path, Sequence[int]], AbstractContextManager[str]]
"""Starts one, with its files in a folder, before processes on these ports; gives its address."""
NODE = "chat_node"
"""The cookie that keeps a browser at one process; with HAProxy it names that."""


@contextmanager
def haproxy(folder: Path, ports: Sequence[int]) -> Iterator[str]:
    port, file = free_port(), folder / "haproxy.cfg"
    places = {
        "    user haproxy\n    group haproxy\n": "",  # only root may become somebody else
        "bind :80\n": f"bind 127.0.0.1:{port}\n",
        "    bind :443 ssl crt /etc/haproxy/chat.example.com.pem alpn h2,http/1.1\n": "",
        "    http-request redirect scheme https code 308 unless { ssl_fc }\n": "",
        **_processes(ports),
    }
    if len(ports) < 3:
        places["    server three 127.0.0.1:8503 cookie three\n"] = ""
    file.write_text(rendered(DEPLOY / "proxy" / "haproxy.cfg", places))
    with _running(folder, port, "haproxy", "-db", "-f", str(file)) as url:
        yield url


@contextmanager
def nginx(folder: Path, ports: Sequence[int]) -> Iterator[str]:
    port, file = free_port(), folder / "nginx.conf"
    certificate = "/etc/ssl/chat.example.com"
    places = {
        "listen 80;": f"listen 127.0.0.1:{free_port()};",
        "listen 443 ssl http2;": f"listen 127.0.0.1:{port};",
        f"    ssl_certificate {certificate}/fullchain.pem;\n": "",
        f"    ssl_certificate_key {certificate}/privkey.pem;\n": "",
        "    server 127.0.0.1:8503 max_fails=1 fail_timeout=5s;\n": "",
        **_processes(ports),
    }
    (folder / "chat.conf").write_text(rendered(DEPLOY / "proxy" / "nginx.conf", places))
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    kept = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    http = f"http {{\naccess_log off;\n{kept}include {folder}/chat.conf;\n}}\n"
    file.write_text(f"daemon off;\npid {folder}/pid;\nevents {{}}\n{http}")
    with _running(folder, port, "nginx", "-e", "stderr", "-c", str(file)) as url:
        yield url


@contextmanager
def caddy(folder: Path, ports: Sequence[int]) -> Iterator[str]:
    port, file = free_port(), folder / "Caddyfile"
    # Its own interface has one port on a machine.
    places = {"\tgrace_period 5s\n": "\tgrace_period 100ms\n\tadmin off\n"}
    file.write_text(rendered(DEPLOY / "proxy" / "Caddyfile", places))
    variables = {
        "PROXY_HOST": f"http://127.0.0.1:{port}",
        "PROXY_UPSTREAMS": "to " + " ".join(f"127.0.0.1:{each}" for each in ports),
        "XDG_DATA_HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
    }
    command = "caddy", "run", "--adapter", "caddyfile", "--config", str(file)
    with _running(folder, port, *command, **variables) as url:
        yield url


def _processes(ports: Sequence[int]) -> Mapping[str, str]:
    return {f"127.0.0.1:{8501 + at}": f"127.0.0.1:{port}" for at, port in enumerate(ports)}


@contextmanager
def _running(folder: Path, port: int, program: str, *arguments: str, **variables: str) -> Iterator[str]:
    with (folder / f"{program}.log").open("wb") as log:
        process = subprocess.Popen(
            [found(program), *arguments], env={**os.environ, **variables}, stdout=log, stderr=log
        )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_until_ready(url)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)


def _wait_until_ready(url: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            if Visitor(url).get("/ready").status == 200:
                return
        except OSError:
            pass
        time.sleep(0.05)  # a process has no other sign of readiness than its port
    raise TimeoutError("The proxy does not answer.")
