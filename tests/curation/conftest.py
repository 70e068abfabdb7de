"""A signed-in curator, and a real mail server that can stop or refuse addresses."""

from __future__ import annotations

import email
from email import policy

import pytest
from aiosmtpd.controller import Controller

from tests.conftest import free_port
from tests.factories import person


class MailServer:
    """Stores the mails that it gets. `replies` maps an address to an SMTP reply."""

    def __init__(self, port):
        self.mails, self.replies, self.port, self.server = [], {}, port, None

    def open(self):
        self.server = Controller(self, hostname="127.0.0.1", port=self.port)
        self.server.start()

    def close(self):
        if self.server:
            self.server.stop()
        self.server = None

    async def handle_RCPT(self, server, session, envelope, address, options):
        envelope.rcpt_tos.append(address)
        return self.replies.get(address, "250 OK")

    async def handle_DATA(self, server, session, envelope):
        self.mails.append(
            email.message_from_bytes(envelope.content, policy=policy.default)
        )
        return "250 OK"


@pytest.fixture
def mail_server(settings):
    server = MailServer(free_port())
    server.open()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.SITE_URL = "https://directory.example.org"
    yield server
    server.close()


@pytest.fixture
def ada(client):
    """Return a browser in which a superuser is signed in, as `user`."""
    user = person()
    client.force_login(user)
    client.user = user
    return client
