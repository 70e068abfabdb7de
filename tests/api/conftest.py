"""Loads the plugin of one module's tests for that module alone."""

from __future__ import annotations


def pytest_pycollect_makemodule(module_path, parent):
    """Other runs go without schemathesis, which takes two seconds to import."""
    if module_path.name == "test_openapi.py":
        parent.config.pluginmanager.import_plugin("schemathesis.pytest.plugin")
