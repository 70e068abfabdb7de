"""Open data files, each built once for each version of the directory.

See docs/decisions/0028-cached-data-files.md for the reasons.
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

from api.atomic_files import write_atomically
from api.downloads import DownloadBusy, DownloadParts, stream_download
from api.revision import Revision, current_revision
from caching import content_version

LOG = logging.getLogger(__name__)

# Requests that a download counts as in the rate limit of its client.
STORED_FILE_COST, BUILT_FILE_COST = 5, 60
# How long to wait for a worker that builds the file, and how often to check.
MAX_WAIT_SECONDS, POLL_SECONDS = 5.0, 0.1
BLOCK_BYTES = 64 * 1024
# With this value zlib writes gzip without a file name and a time in its header.
GZIP_WINDOW_BITS = 31
LOCK_FILE_NAME = "lock"

# Builds the content of a file for a time and the address of the site.
ChunkSource = Callable[[datetime, str], Iterable[bytes]]


class DataFile(NamedTuple):
    """A file to download.

    A file that is compressed already, like a zip, is stored and sent as it is. Every
    other file is stored as gzip.
    """

    name: str
    content_type: str
    chunks: ChunkSource
    is_compressed: bool = False


def serve(request: HttpRequest, file: DataFile) -> HttpResponseBase:
    """Send the file of the current version, and build it first if it is not stored."""
    if file.is_compressed:
        # Django's middleware would compress it again.
        request.META.pop("HTTP_ACCEPT_ENCODING", None)
    if content_version.current_or_none() is None:
        # Uncommitted facts of this transaction must not get into a stored file.
        return stream_download(lambda _on_close: _unstored_file_parts(file))
    # Read the version before the rows, so that a file is never older than its ETag.
    revision = current_revision(settings.SITE_URL, timezone.now().date())
    accepted = request.META.get("HTTP_ACCEPT_ENCODING", "")
    as_gzip = not file.is_compressed and bool(re_accepts_gzip.search(accepted))
    headers = _headers(file, revision, as_gzip=as_gzip)
    moment = int(revision.modified.timestamp())
    unchanged = get_conditional_response(request, headers["ETag"], moment)
    return unchanged or stream_download(
        partial(_stored_file_parts, file, revision, headers)
    )


def _headers(file: DataFile, revision: Revision, *, as_gzip: bool) -> dict[str, str]:
    found = {
        "Content-Type": file.content_type,
        "Last-Modified": http_date(revision.modified.timestamp()),
        "ETag": revision.etag,
    }
    if not file.is_compressed:
        found["Vary"] = "Accept-Encoding"
    if as_gzip:
        found |= {"ETag": f'{revision.etag[:-1]}-gzip"', "Content-Encoding": "gzip"}
    return found


def _stored_file_parts(
    file: DataFile, revision: Revision, headers: dict[str, str], on_close: ExitStack
) -> DownloadParts:
    """Return the stored file, and build it first if needed.

    Raises DownloadBusy when another worker takes too long to build it.
    """
    version_tag = revision.etag.strip('"')
    suffix = "" if file.is_compressed else ".gz"
    path = Path(settings.DATA_FILES_DIR, f"{version_tag}-{file.name}{suffix}")
    try:
        stored, cost = _open_stored(path), STORED_FILE_COST
        if stored is None:
            stored, cost = _open_or_build(file, path, version_tag)
        on_close.enter_context(stored)
        parts, size = _body_and_size(stored, file, headers)
    except OSError as error:
        # The disk is full or read-only. Building the file for each request is slow,
        # but every visitor still gets it.
        LOG.warning("A data file cannot be stored: %s", type(error).__name__)
        return _unstored_file_parts(file)
    return parts, headers | {"Content-Length": str(size)}, cost


def _open_stored(path: Path) -> BinaryIO | None:
    try:
        return path.open("rb")
    except FileNotFoundError:
        return None


def _open_or_build(
    file: DataFile, path: Path, version_tag: str
) -> tuple[BinaryIO, int]:
    """Return the open file and its cost in requests. Raises DownloadBusy, OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _exclusive_build(path.parent):
        stored = _open_stored(path)
        if stored is not None:
            return stored, STORED_FILE_COST
        _remove_other_versions(path.parent, version_tag)
        chunks = file.chunks(timezone.now(), settings.SITE_URL)
        write_atomically(path, chunks if file.is_compressed else _gzip_chunks(chunks))
        return path.open("rb"), BUILT_FILE_COST


@contextmanager
def _exclusive_build(folder: Path) -> Iterator[None]:
    """Hold the lock under which one worker of this machine builds a file.

    Raises DownloadBusy, OSError.
    """
    with (folder / LOCK_FILE_NAME).open("w") as lock:
        give_up = time.monotonic() + MAX_WAIT_SECONDS
        while not _try_lock(lock.fileno()):
            if time.monotonic() > give_up:
                raise DownloadBusy
            time.sleep(POLL_SECONDS)
        # Closing the file, or the end of the process, releases the lock.
        yield


def _try_lock(number: int) -> bool:
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _remove_other_versions(folder: Path, version_tag: str) -> None:
    """Remove the files of older versions, and what a killed worker left behind."""
    for path in folder.iterdir():
        if path.name != LOCK_FILE_NAME and not path.name.startswith(version_tag):
            path.unlink(missing_ok=True)


def _gzip_chunks(chunks: Iterable[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(wbits=GZIP_WINDOW_BITS)
    for chunk in chunks:
        yield packer.compress(chunk)
    yield packer.flush()


def _body_and_size(
    stored: BinaryIO, file: DataFile, headers: dict[str, str]
) -> tuple[Iterable[bytes], int]:
    """Return the content, decompressed for a client without gzip, and its length."""
    is_decompressed = not file.is_compressed and "Content-Encoding" not in headers
    # The last four bytes of a gzip file are the size of its content.
    stored.seek(-4 if is_decompressed else 0, 2)
    size = int.from_bytes(stored.read(), "little") if is_decompressed else stored.tell()
    stored.seek(0)
    return _read_blocks(stored, decompress=is_decompressed), size


def _read_blocks(stored: BinaryIO, *, decompress: bool) -> Iterator[bytes]:
    file = gzip.GzipFile(fileobj=stored) if decompress else stored
    while block := file.read(BLOCK_BYTES):
        yield block


def _unstored_file_parts(file: DataFile) -> DownloadParts:
    """Build the file while it is sent, without storing it."""
    chunks = file.chunks(timezone.now(), settings.SITE_URL)
    return chunks, {"Content-Type": file.content_type}, BUILT_FILE_COST
