"""Check the websites of listings politely, and never inside our own network."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.contrib.contenttypes.models import ContentType
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from curation.models import LinkCheck
from listings.models import Listing

USER_AGENT = "PeerSupportDirectory link check"
TIMEOUT_SECONDS = 10
MAX_CONCURRENT_REQUESTS = 8
MAX_ATTEMPTS = 2
RETRY_PAUSE_SECONDS = 1.0
MAX_REDIRECTS = 5
# The site exists, but it turns robots away.
ACCEPTABLE_STATUSES = (401, 403, 405, 406, 429, 503)
LINK_FIELDS = ("website", "chat_url")
# The last bits are an IPv4 address: NAT64 (RFC 6052), and the deprecated notation
# (RFC 4291, section 2.5.5.1).
IPV4_EMBEDDING_NETWORKS = (
    ipaddress.IPv6Network("64:ff9b::/96"),
    ipaddress.IPv6Network("::/96"),
)
# The local-use NAT64 prefix (RFC 8215) can lead to any address of a private network.
LOCAL_NAT64 = ipaddress.IPv6Network("64:ff9b:1::/48")


@dataclass(frozen=True)
class LinkTarget:
    """A web address in one field of one listing."""

    content_type_id: int
    object_id: int
    field: str
    url: str


@dataclass(frozen=True)
class LinkResult:
    """The status, the problem, and the target of a permanent redirect."""

    status: int | None = None
    problem: str = ""
    moved_to: str = ""


class PrivateAddressError(ValueError):
    """The address is in a private network."""


def is_public(address: str) -> bool:
    """Return whether an IP address is public.

    An address that embeds another one (IPv4-mapped, 6to4, Teredo, NAT64) is public
    only if that one is public, too.
    """
    found = ipaddress.ip_address(address.split("%")[0])
    inner = [found]
    if isinstance(found, ipaddress.IPv6Address):
        if found.is_site_local or found in LOCAL_NAT64:
            return False
        mapped = found.ipv4_mapped
        inner = [mapped] if mapped else [found, *_embedded_addresses(found)]
    return all(ip.is_global and not ip.is_multicast for ip in inner)


def _embedded_addresses(
    address: ipaddress.IPv6Address,
) -> list[ipaddress.IPv4Address]:
    found = [ip for ip in (address.sixtofour, *(address.teredo or ())) if ip]
    if any(address in network for network in IPV4_EMBEDDING_NETWORKS):
        found.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return found


async def resolve(host: str, port: int, allowed: Callable[[str], bool]) -> str:
    """Return the host's first address. Raise PrivateAddressError if one of them is not
    allowed."""
    loop = asyncio.get_running_loop()
    infos = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [info[4][0] for info in infos]
    if not addresses or not all(allowed(str(address)) for address in addresses):
        raise PrivateAddressError(host)
    return str(addresses[0])


class SsrfSafeTransport(httpx.AsyncHTTPTransport):
    """Connect to the same address that was verified.

    Otherwise a host name could resolve to a private address the second time.
    """

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


async def fetch_link(client: httpx.AsyncClient, url: str) -> LinkResult:
    """Request an address, and follow its redirects one by one."""
    moved_to, here = "", url
    for _hop in range(MAX_REDIRECTS):
        if urlsplit(here).scheme not in ("http", "https"):
            return LinkResult(problem="leads away from the web")
        try:
            async with client.stream("GET", here) as response:
                status, onward = response.status_code, response.headers.get("location")
        except PrivateAddressError:
            return LinkResult(problem="leads into a private network")
        except httpx.TimeoutException:
            return LinkResult(problem="no answer in time")
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError):
            return LinkResult(problem="cannot be reached")
        if status in (301, 302, 303, 307, 308) and onward:
            here = str(httpx.URL(here).join(onward))
            if status in (301, 308):
                moved_to = here
            continue
        broken = status >= 400 and status not in ACCEPTABLE_STATUSES
        problem = f"answers {status}" if broken else ""
        return LinkResult(status, problem, moved_to[:500] if not broken else "")
    return LinkResult(problem="redirects without end")


async def check_links(
    targets: Iterable[LinkTarget], allowed: Callable[[str], bool] = is_public
) -> list[tuple[LinkTarget, LinkResult]]:
    """Check several addresses at a time, but each host only one at a time."""
    slots = asyncio.Semaphore(MAX_CONCURRENT_REQUESTS)
    hosts: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def check(target: LinkTarget) -> tuple[LinkTarget, LinkResult]:
        async with hosts[urlsplit(target.url).netloc], slots:
            return target, await check_link(target.url, allowed)

    return await asyncio.gather(*(check(target) for target in targets))


async def check_link(url: str, allowed: Callable[[str], bool]) -> LinkResult:
    """Request an address, and once more after a pause if there was no response."""
    headers = {"User-Agent": USER_AGENT, "Accept": "text/html,*/*;q=0.5"}
    result = LinkResult()
    for attempt in range(MAX_ATTEMPTS):
        await asyncio.sleep(RETRY_PAUSE_SECONDS * attempt)
        # A new client for each request carries no cookie from one site to another.
        async with httpx.AsyncClient(
            transport=SsrfSafeTransport(allowed),
            timeout=TIMEOUT_SECONDS,
            headers=headers,
        ) as client:
            result = await fetch_link(client, url)
        if result.status or not result.problem:
            break
    return result


def find_targets(models: Iterable[type[Listing]], before: datetime) -> list[LinkTarget]:
    """Return the addresses of public listings that were not checked since `before`,
    longest ago first."""
    found = []
    for model in models:
        kind = ContentType.objects.get_for_model(model)
        for field in LINK_FIELDS:
            checks = LinkCheck.objects.filter(
                content_type=kind, object_id=OuterRef("pk"), field=field
            )
            rows = (
                model.objects.public()
                .exclude(**{field: ""})
                .annotate(
                    last_checked=Subquery(checks.values("checked_at")[:1]),
                    last_url=Subquery(checks.values("url")[:1]),
                )
                .values_list("pk", field, "last_checked", "last_url")
            )
            found += [
                (at, LinkTarget(kind.pk, pk, field, url))
                for pk, url, at, last_url in rows
                if at is None or at < before or url != last_url
            ]
    found.sort(key=lambda pair: (pair[0] is not None, pair[0], pair[1].url))
    return [target for _at, target in found]


def store_result(target: LinkTarget, result: LinkResult) -> LinkCheck:
    """Store the result of a check, with the number of failures in a row."""
    key: dict[str, Any] = {
        "content_type_id": target.content_type_id,
        "object_id": target.object_id,
        "field": target.field,
    }
    before = LinkCheck.objects.filter(**key, url=target.url).first()
    failures = (before.failures if before else 0) + 1 if result.problem else 0
    check, _created = LinkCheck.objects.update_or_create(
        **key,
        defaults={
            "url": target.url,
            "checked_at": timezone.now(),
            "status": result.status,
            "problem": result.problem,
            "moved_to": result.moved_to,
            "failures": failures,
        },
    )
    return check
