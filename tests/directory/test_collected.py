"""Static files are collected once, and again when one of them changed."""

from __future__ import annotations

import pytest
from django.contrib.staticfiles.finders import get_finder

from directory.operations.static_files import collect_files


@pytest.fixture
def folders(settings, tmp_path):
    source, data = tmp_path / "source", tmp_path / "data"
    source.mkdir()
    data.mkdir()
    settings.STATICFILES_FINDERS = [
        "django.contrib.staticfiles.finders.FileSystemFinder"
    ]
    settings.STATICFILES_DIRS = [source]
    settings.DATA_DIR, settings.STATIC_ROOT = data, data / "static"
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {
            "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        }
    }
    (source / "site.css").write_text("p { margin: 0 }")
    # Django caches the folders of a finder.
    get_finder.cache_clear()
    yield source, data / "static"
    get_finder.cache_clear()


def test_static_files_are_collected_again_only_after_a_change(folders):
    source, root = folders

    assert collect_files() is True
    assert collect_files() is False
    (source / "site.css").write_text("p { margin: 1px }")
    assert collect_files() is True

    assert (root / "site.css").read_text() == "p { margin: 1px }"
    assert len(list(root.glob("site.*.css"))) == 2


def test_deleted_static_files_are_collected_again(folders):
    _source, root = folders
    collect_files()
    root.rename(root.with_name("elsewhere"))

    assert collect_files() is True
