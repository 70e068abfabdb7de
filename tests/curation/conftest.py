"""Somebody at the desk; a real mail server that can be away, busy, or refuse one."""

from __future__ import annotations

import email
from email import policy

import pytest
from aiosmtpd.controller import Controller

from tests.conftest import free_port
from tests.factories import person


class Box:
    """Keeps what the server is given; `says` is what it answers to an address."""

    def __init__(self, port):
        self.mails, self.says, self.port, self.server = [], {}, port, None

    def open(self):
        self.server = Controller(self, hostname="127.0.0.1", port=self.port)
        self.server.start()

    def close(self):
        if self.server:
            self.server.stop()
        self.server = None

    async def handle_RCPT(self, server, session, envelope, address, options):
        envelope.rcpt_tos.append(address)
        return self.says.get(address, "250 OK")

    async def handle_DATA(self, server, session, envelope):
        self.mails.append(
            email.message_from_bytes(envelope.content, policy=policy.default)
        )
        return "250 kept"


@pytest.fixture
def box(settings):
    found = Box(free_port())
    found.open()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", found.port
    settings.SITE_URL = "https://directory.example.org"
    yield found
    found.close()


@pytest.fixture
def ada(client):
    """A browser in which somebody is signed in who may do everything: its `user`."""
    user = person()
    client.force_login(user)
    client.user = user
    return client
