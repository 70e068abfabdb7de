"""Files of the open data, made once for each version of the directory.

docs/decisions/0030-files-made-once.md says why.
"""

from __future__ import annotations

import fcntl
import gzip
import logging
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO, NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import re_accepts_gzip
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date

from api.atomic_files import write_whole
from api.downloads import Answer, Busy, respond
from api.revision import State, state_of
from caching import content_version

LOG = logging.getLogger(__name__)

# What a download counts against its client's limit: sent from a file, or made.
SENT, MADE = 5, 60
# Seconds to wait for another worker that makes a file, and between two looks.
MAX_WAIT, LOOK_EVERY = 5.0, 0.1
BLOCK = 64 * 1024
# With this window zlib writes gzip, and no name and no time into it.
GZIP_WINDOW = 31
LOCK = "lock"

# What makes a file, for a moment and the address of the site.
Chunks = Callable[[datetime, str], Iterable[bytes]]


class DataFile(NamedTuple):
    """A file to download. One that is compressed already, like a zip, is stored and
    sent as it is; every other one is stored as gzip."""

    name: str
    content_type: str
    chunks: Chunks
    is_compressed: bool = False


def serve(request: HttpRequest, file: DataFile) -> HttpResponseBase:
    """Send the file of this version; make it first where no worker has yet."""
    if file.is_compressed:
        # Django's middleware would compress it again.
        request.META.pop("HTTP_ACCEPT_ENCODING", None)
    if content_version.current_or_none() is None:
        # Facts that this transaction has not committed must not get into a file.
        return respond(lambda _on_close: _direct_answer(file))
    # Read before the rows are, so that a file is never older than its tag.
    state = state_of(settings.SITE_URL, timezone.now().date())
    accepted = request.META.get("HTTP_ACCEPT_ENCODING", "")
    as_gzip = not file.is_compressed and bool(re_accepts_gzip.search(accepted))
    headers = _headers(file, state, as_gzip=as_gzip)
    moment = int(state.modified.timestamp())
    unchanged = get_conditional_response(request, headers["ETag"], moment)
    return unchanged or respond(partial(_answer, file, state, headers))


def _headers(file: DataFile, state: State, *, as_gzip: bool) -> dict[str, str]:
    found = {
        "Content-Type": file.content_type,
        "Last-Modified": http_date(state.modified.timestamp()),
        "ETag": state.etag,
    }
    if not file.is_compressed:
        found["Vary"] = "Accept-Encoding"
    if as_gzip:
        found |= {"ETag": f'{state.etag[:-1]}-gzip"', "Content-Encoding": "gzip"}
    return found


def _answer(
    file: DataFile, state: State, headers: dict[str, str], on_close: ExitStack
) -> Answer:
    """From the stored file. Raises Busy where another worker takes long to make it."""
    stamp = state.etag.strip('"')
    suffix = "" if file.is_compressed else ".gz"
    path = Path(settings.DATA_FILES_DIR, f"{stamp}-{file.name}{suffix}")
    try:
        stored, cost = _stored(path), SENT
        if stored is None:
            stored, cost = _found_or_made(file, path, stamp)
        on_close.enter_context(stored)
        parts, size = _sent_as(stored, file, headers)
    except OSError as error:
        # The disk is full or read-only: that costs time, and nobody a file.
        LOG.warning("A data file cannot be stored: %s", type(error).__name__)
        return _direct_answer(file)
    return parts, headers | {"Content-Length": str(size)}, cost


def _stored(path: Path) -> BinaryIO | None:
    try:
        return path.open("rb")
    except FileNotFoundError:
        return None


def _found_or_made(file: DataFile, path: Path, stamp: str) -> tuple[BinaryIO, int]:
    """The stored file and what it cost. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _only_maker(path.parent):
        stored = _stored(path)
        if stored is not None:
            return stored, SENT
        _remove_other_versions(path.parent, stamp)
        chunks = file.chunks(timezone.now(), settings.SITE_URL)
        write_whole(path, chunks if file.is_compressed else _compressed(chunks))
        return path.open("rb"), MADE


@contextmanager
def _only_maker(folder: Path) -> Iterator[None]:
    """One file is made at a time on this machine. Raises Busy, OSError."""
    with (folder / LOCK).open("w") as lock:
        give_up = time.monotonic() + MAX_WAIT
        while not _locked(lock.fileno()):
            if time.monotonic() > give_up:
                raise Busy
            time.sleep(LOOK_EVERY)
        # The lock ends when the file is closed, or with this process.
        yield


def _locked(number: int) -> bool:
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _remove_other_versions(folder: Path, stamp: str) -> None:
    """Also what a maker left that was killed."""
    for path in folder.iterdir():
        if path.name != LOCK and not path.name.startswith(stamp):
            path.unlink(missing_ok=True)


def _compressed(chunks: Iterable[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(wbits=GZIP_WINDOW)
    for chunk in chunks:
        yield packer.compress(chunk)
    yield packer.flush()


def _sent_as(
    stored: BinaryIO, file: DataFile, headers: dict[str, str]
) -> tuple[Iterable[bytes], int]:
    """The stored file, unpacked for a client without gzip, and how long that is."""
    is_unpacked = not file.is_compressed and "Content-Encoding" not in headers
    # The last four bytes of gzip are the size of what is in it.
    stored.seek(-4 if is_unpacked else 0, 2)
    size = int.from_bytes(stored.read(), "little") if is_unpacked else stored.tell()
    stored.seek(0)
    return _blocks(stored, unpack=is_unpacked), size


def _blocks(stored: BinaryIO, *, unpack: bool) -> Iterator[bytes]:
    file = gzip.GzipFile(fileobj=stored) if unpack else stored
    while block := file.read(BLOCK):
        yield block


def _direct_answer(file: DataFile) -> Answer:
    """Made while it is sent, and stored nowhere."""
    chunks = file.chunks(timezone.now(), settings.SITE_URL)
    return chunks, {"Content-Type": file.content_type}, MADE
