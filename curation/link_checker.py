"""Do the websites of listings still answer? Polite, and never inside our network."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.contrib.contenttypes.models import ContentType
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from curation.models import LinkCheck
from listings.models import Listing

AGENT = "PeerSupportDirectory link check"
TIMEOUT = 10
AT_ONCE = 8
TRIES = 2
PAUSE = 1.0
MOST_REDIRECTS = 5
# A site that refuses robots is there.
THERE = (401, 403, 405, 406, 429, 503)
FIELDS = ("website", "chat_url")
# An IPv4 address stands in their last bits: NAT64 (RFC 6052), and the old spelling.
CARRIERS = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("::/96"))
# A network's own NAT64 (RFC 8215), which may lead anywhere inside it.
OWN_NAT64 = ipaddress.IPv6Network("64:ff9b:1::/48")


@dataclass(frozen=True)
class Target:
    content_type_id: int
    object_id: int
    field: str
    url: str


@dataclass(frozen=True)
class Answer:
    """What an address said: its status, what is wrong, and where it moved for good."""

    status: int | None = None
    problem: str = ""
    moved_to: str = ""


class Private(ValueError):
    """The address leads into a private network."""


def is_public(address: str) -> bool:
    """Is this IP address one of the open internet?

    Addresses that carry another one inside (IPv4-mapped, 6to4, Teredo, NAT64) are
    judged by that one too.
    """
    found = ipaddress.ip_address(address.split("%")[0])
    inner = [found]
    if isinstance(found, ipaddress.IPv6Address):
        if found.is_site_local or found in OWN_NAT64:
            return False
        mapped = found.ipv4_mapped
        inner = [mapped] if mapped else [found, *_carried(found)]
    return all(ip.is_global and not ip.is_multicast for ip in inner)


def _carried(address: ipaddress.IPv6Address) -> list[ipaddress.IPv4Address]:
    found = [ip for ip in (address.sixtofour, *(address.teredo or ())) if ip]
    if any(address in network for network in CARRIERS):
        found.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return found


async def resolve(host: str, port: int, allowed: Callable[[str], bool]) -> str:
    """The host's first address. Raises Private if any of them is not allowed."""
    loop = asyncio.get_running_loop()
    infos = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [info[4][0] for info in infos]
    if not addresses or not all(allowed(str(address)) for address in addresses):
        raise Private(host)
    return str(addresses[0])


class Guarded(httpx.AsyncHTTPTransport):
    """Connects to the very address that was looked at, so that no name can change."""

    def __init__(self, allowed: Callable[[str], bool]) -> None:
        super().__init__(retries=0)
        self.allowed = allowed

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        host = request.url.host
        port = request.url.port or (443 if request.url.scheme == "https" else 80)
        address = await resolve(host, port, self.allowed)
        request.extensions = {**request.extensions, "sni_hostname": host}
        request.headers["Host"] = request.url.netloc.decode()
        request.url = request.url.copy_with(host=address)
        return await super().handle_async_request(request)


async def ask(client: httpx.AsyncClient, url: str) -> Answer:
    """Follow an address to its end, a step at a time."""
    moved_to, here = "", url
    for _step in range(MOST_REDIRECTS):
        if urlsplit(here).scheme not in ("http", "https"):
            return Answer(problem="leads away from the web")
        try:
            async with client.stream("GET", here) as response:
                status, onward = response.status_code, response.headers.get("location")
        except Private:
            return Answer(problem="leads into a private network")
        except httpx.TimeoutException:
            return Answer(problem="no answer in time")
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError):
            return Answer(problem="cannot be reached")
        if status in (301, 302, 303, 307, 308) and onward:
            here = str(httpx.URL(here).join(onward))
            if status in (301, 308):
                moved_to = here
            continue
        broken = status >= 400 and status not in THERE
        problem = f"answers {status}" if broken else ""
        return Answer(status, problem, moved_to[:500] if not broken else "")
    return Answer(problem="redirects without end")


async def ask_all(
    targets: Iterable[Target], allowed: Callable[[str], bool] = is_public
) -> list[tuple[Target, Answer]]:
    """Ask every address, a few at once and each host one at a time."""
    gate = asyncio.Semaphore(AT_ONCE)
    hosts: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def one(target: Target) -> tuple[Target, Answer]:
        async with hosts[urlsplit(target.url).netloc], gate:
            return target, await ask_again(target.url, allowed)

    return await asyncio.gather(*(one(target) for target in targets))


async def ask_again(url: str, allowed: Callable[[str], bool]) -> Answer:
    """Ask once more, a little later, where there was no answer at all."""
    headers = {"User-Agent": AGENT, "Accept": "text/html,*/*;q=0.5"}
    answer = Answer()
    for number in range(TRIES):
        await asyncio.sleep(PAUSE * number)
        # A client of its own keeps no cookie from one site to the next.
        async with httpx.AsyncClient(
            transport=Guarded(allowed), timeout=TIMEOUT, headers=headers
        ) as client:
            answer = await ask(client, url)
        if answer.status or not answer.problem:
            break
    return answer


def targets(models: Iterable[type[Listing]], before: Any) -> list[Target]:
    """Addresses of public listings not asked since `before`, longest ago first."""
    found = []
    for model in models:
        kind = ContentType.objects.get_for_model(model)
        for field in FIELDS:
            asked = LinkCheck.objects.filter(
                content_type=kind, object_id=OuterRef("pk"), field=field
            )
            manager: Any = model._default_manager
            rows = (
                manager.public()
                .exclude(**{field: ""})
                .annotate(
                    asked_at=Subquery(asked.values("asked_at")[:1]),
                    asked_url=Subquery(asked.values("url")[:1]),
                )
                .values_list("pk", field, "asked_at", "asked_url")
            )
            found += [
                (at, Target(kind.pk, pk, field, url))
                for pk, url, at, known in rows
                if at is None or at < before or url != known
            ]
    found.sort(key=lambda pair: (pair[0] is not None, pair[0], pair[1].url))
    return [target for _at, target in found]


def keep(target: Target, answer: Answer) -> LinkCheck:
    """Write an answer down; trouble in a row is counted."""
    where: dict[str, Any] = {
        "content_type_id": target.content_type_id,
        "object_id": target.object_id,
        "field": target.field,
    }
    before = LinkCheck.objects.filter(**where, url=target.url).first()
    failures = (before.failures if before else 0) + 1 if answer.problem else 0
    check, _made = LinkCheck.objects.update_or_create(
        **where,
        defaults={
            "url": target.url,
            "asked_at": timezone.now(),
            "status": answer.status,
            "problem": answer.problem,
            "moved_to": answer.moved_to,
            "failures": failures,
        },
    )
    return check
