"""Ask the find page for each ZIP code: none may get an error or an empty answer.

Every ZIP must get at least one listing that serves its own county or state, or is
open to anyone, by name. `make sweep SWEEP=counties` asks for one ZIP of each county:
what serves, answers and meets online is the same for the ZIPs of one county.
"""

from __future__ import annotations

import os
import sys
import tempfile
from io import StringIO
from multiprocessing import Pool
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command
from tqdm import tqdm

ROOT = Path(__file__).resolve().parent.parent
CHUNK = 50


def set_up(folder: str) -> None:
    sys.path.insert(0, str(ROOT))
    os.environ |= {
        "DATA_DIR": folder,
        "DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "directory.settings",
    }
    django.setup()
    settings.ALLOWED_HOSTS = ["testserver"]


def ask(codes: list[str]) -> list[str]:
    """What was wrong with the answers to these ZIP codes, in words."""
    from django.test import Client  # noqa: PLC0415

    from places.models import Place  # noqa: PLC0415
    from tests.reading import listings_on, public_listings, serves_by_name  # noqa: PLC0415

    client, known, faults = Client(), public_listings(), []
    zips = Place.objects.zips().select_related("county").filter(code__in=codes)
    for place in zips:
        response = client.get("/find/", {"near": place.code})
        shown = listings_on(response.content.decode())
        if response.status_code != 200:
            faults.append(f"{place.code}: status {response.status_code}")
        elif not any(serves_by_name(known[key], place) for key in shown):
            faults.append(f"{place.code}: nobody serves it by name")
    return faults


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        set_up(folder)
        call_command("prepare", stdout=StringIO())
        from places.models import Place  # noqa: PLC0415

        zips = Place.objects.zips().order_by("code")
        rows = zips.values_list("state", "county_id", "timezone", "code")
        codes = [code for *_where, code in rows]
        if os.environ.get("SWEEP") == "counties":
            codes = list({tuple(where): code for *where, code in rows}.values())
        chunks = [codes[i : i + CHUNK] for i in range(0, len(codes), CHUNK)]
        faults: list[str] = []
        bar = tqdm(total=len(codes), unit=" ZIP")
        with Pool(initializer=set_up, initargs=(folder,)) as pool:
            for found in pool.imap_unordered(ask, chunks):
                faults += found
                bar.update(CHUNK)
        bar.close()
    print("\n".join(sorted(faults)))
    print(f"{len(codes)} ZIP codes asked, {len(faults)} without an answer.")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
