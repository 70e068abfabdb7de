"""The files for other hosts name settings, commands and probes that the site has."""

from __future__ import annotations

import re
import tomllib

import pytest
import yaml

from directory.operations.health import PROBES
from tests.conftest import ROOT
from tests.test_environment import documented_settings

pytestmark = pytest.mark.any_database

KUBERNETES = sorted((ROOT / "deploy/kubernetes").glob("*.yaml"))
COMMAND = re.compile(r"manage\.py\"?,? \"?(\w+)")


def text(name):
    return (ROOT / name).read_text(encoding="utf-8")


def documents():
    for path in KUBERNETES:
        yield from yaml.safe_load_all(path.read_text(encoding="utf-8"))


def pods():
    """(kind, pod template) of every Kubernetes document that has one."""
    for document in documents():
        spec = document.get("spec", {})
        if document["kind"] == "CronJob":
            spec = spec["jobTemplate"]["spec"]
        if "template" in spec:
            yield document["kind"], spec["template"]["spec"]


# How each file writes the name of a setting.
SETTINGS = {
    "deploy/render.yaml": r"\bkey: ([A-Z_]+)",
    "deploy/fly.toml": r"^([A-Z_]+) =",
    "deploy/kubernetes/settings.yaml": r"^  ([A-Z_]+):",
    "deploy/settings.env": r"^#?([A-Z_]+)=",
    "Procfile": r"\b([A-Z_]{4,})=",
    "docs/deploying.md": r"\b([A-Z]+_[A-Z_]+|HTTPS)=",
}


@pytest.mark.parametrize(("name", "pattern"), SETTINGS.items())
def test_platform_files_use_existing_settings(name, pattern):
    # What Caddy reads, on the small server.
    known = {*documented_settings(), "SITE_UPSTREAM", "SITE_SORRY"}

    named = set(re.findall(pattern, text(name), re.M))
    assert named
    assert named - known == set()


@pytest.mark.parametrize(
    "name",
    [
        "Procfile",
        "deploy/render.yaml",
        "deploy/fly.toml",
        "Dockerfile",
        "compose.yaml",
        "docs/deploying.md",
        "docs/operations.md",
        *(path.relative_to(ROOT).as_posix() for path in KUBERNETES),
    ],
)
def test_platform_files_use_existing_commands(name):
    commands = {path.stem for path in ROOT.glob("*/management/commands/*.py")}
    # Django's own.
    commands |= {"check", "createsuperuser", "migrate"}

    assert set(COMMAND.findall(text(name))) - commands == set()


@pytest.mark.parametrize(
    "name", ["Procfile", "deploy/render.yaml", "deploy/fly.toml", "compose.yaml"]
)
def test_every_platform_runs_timed_jobs(name):
    assert "run_due" in COMMAND.findall(text(name))


def test_pods_are_unprivileged():
    found = [*pods()]
    assert sorted(kind for kind, _pod in found) == ["CronJob", "Deployment", "Job"]
    for kind, pod in found:
        assert pod["securityContext"]["runAsNonRoot"] is True, kind
        assert pod["securityContext"]["runAsUser"] == 10001, kind
        assert pod["automountServiceAccountToken"] is False, kind
        [container] = pod["containers"]
        rights = container["securityContext"]
        assert rights["readOnlyRootFilesystem"] is True, kind
        assert rights["allowPrivilegeEscalation"] is False, kind
        assert rights["capabilities"] == {"drop": ["ALL"]}, kind


def test_platform_probes_use_existing_paths():
    [web] = [pod for kind, pod in pods() if kind == "Deployment"]
    [container] = web["containers"]
    probe_paths = {
        name: container[name]["httpGet"]["path"]
        for name in ("startupProbe", "livenessProbe", "readinessProbe")
    }
    fly = tomllib.loads(text("deploy/fly.toml"))["http_service"]["checks"][0]["path"]
    render = yaml.safe_load(text("deploy/render.yaml"))["services"][0][
        "healthCheckPath"
    ]

    # A database that is down must not restart anything.
    assert probe_paths["livenessProbe"] == probe_paths["startupProbe"] == "/healthz"
    assert probe_paths["readinessProbe"] == fly == render == "/readyz"
    assert {*probe_paths.values()} == {*PROBES}


def test_kubernetes_jobs_never_overlap():
    kinds = {document["kind"]: document for document in documents()}

    [job] = kinds["Job"]["spec"]["template"]["spec"]["containers"]
    assert job["command"] == ["python", "manage.py", "prepare"]
    timed = kinds["CronJob"]["spec"]
    [container] = timed["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    assert container["command"] == ["python", "manage.py", "run_due"]
    assert timed["concurrencyPolicy"] == "Forbid"


def test_image_and_database_versions_match():
    docker = text("Dockerfile")
    [client] = re.findall(r'"postgresql-client-(\d+)=', docker)
    compose = yaml.safe_load(text("compose.yaml"))["services"]
    render = yaml.safe_load(text("deploy/render.yaml"))["databases"][0]
    bases = set(re.findall(r"^FROM (\S+)", docker, re.M))

    assert len(bases) == 1
    assert bases.pop().startswith("python:3.13-slim")
    # pg_dump refuses a server that is newer than itself.
    assert compose["db"]["image"].startswith(f"postgres:{client}-")
    assert render["postgresMajorVersion"] == client
    assert re.search(r"^USER 10001$", docker, re.M)
