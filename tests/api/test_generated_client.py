"""A client that a well-known tool generates from the OpenAPI file works."""

from __future__ import annotations

import importlib
import subprocess
import sys

import httpx
import pytest

from tests.factories import organization, place, state, warmline

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
RESOURCES = {
    "service": "Service",
    "organization": "Organization",
    "service_at_location": "ServiceAtLocation",
    "taxonomy": "Taxonomy",
    "taxonomy_term": "TaxonomyTerm",
}


@pytest.fixture
def generated(client, tmp_path, monkeypatch):
    """Return the generated package, and its client connected to this site."""
    (tmp_path / "openapi.json").write_bytes(client.get("/api/openapi.json").content)
    (tmp_path / "config.yml").write_text("post_hooks: []\n", encoding="utf-8")
    command = [sys.executable, "-m", "openapi_python_client", "generate"]
    command += ["--path", "openapi.json", "--config", "config.yml", "--meta", "none"]
    done = subprocess.run(
        [*command, "--output-path", "generated_client"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    # A part that it cannot describe is left out with a warning.
    assert "arning" not in done.stdout + done.stderr

    def answer(request):
        path = request.url.raw_path.decode()
        response = client.get(path, headers={"accept": request.headers["accept"]})
        return httpx.Response(response.status_code, content=response.getvalue())

    monkeypatch.syspath_prepend(tmp_path)
    package = importlib.import_module("generated_client")
    yield package.Client(
        base_url="http://testserver",
        raise_on_unexpected_status=True,
        httpx_args={"transport": httpx.MockTransport(answer)},
    )
    for name in [name for name in sys.modules if name.startswith("generated_client")]:
        del sys.modules[name]


def call(name, **arguments):
    return importlib.import_module(f"generated_client.api.default.{name}").sync(
        **arguments
    )


def test_generated_client_reads_every_resource(generated):
    organization(at=place("59301"), zip_code="59301", service_area=[state("MT")])
    warmline(phone="+14065550100", hours="24/7", timezone="America/Denver")

    for name, model in RESOURCES.items():
        page = call(f"list_{name}", client=generated)
        assert page.size == len(page.contents) > 0, name
        assert {type(one).__name__ for one in page.contents} == {model}
        one = call(f"get_{name}", client=generated, id=page.contents[0].id)
        assert (type(one).__name__, one.id) == (model, page.contents[0].id)

    minimal = call("list_service", client=generated, minimal=True)
    assert {type(one).__name__ for one in minimal.contents} == {"Minimal"}
