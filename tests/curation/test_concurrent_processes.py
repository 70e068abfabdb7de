"""Several processes write, and some are killed. tests/chaos has the long version."""

from __future__ import annotations

import pytest

from tests.curation.process_runner import process_runner


@pytest.fixture(scope="module")
def writers(tmp_path_factory, own_database):
    folder = tmp_path_factory.mktemp("writers")
    with own_database(folder) as url:
        yield process_runner(url, folder)


def test_eight_concurrent_processes_lose_no_edit(writers):
    assert writers("add", 8, 10) == [80, 80, 0]


def test_killed_processes_leave_no_half_written_rows(writers):
    written, halves, astray = writers("kill", 8)

    assert written > 0
    assert (halves, astray) == (0, 0)
