"""A TCP relay in front of PostgreSQL that can refuse connections or stop responding."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress


class TcpRelay:
    """Listens on a port and forwards everything to `target`, a (host, port) pair."""

    def __init__(self, target, port):
        self.target, self.port = target, port
        self.connections, self.listener = [], None
        self.is_silent = False

    def open(self):
        self.is_silent = False
        if self.listener is None:
            self._listen()

    def close(self):
        """Break all connections and refuse new ones, like a stopped server."""
        with suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.listener = None
        self._close_connections()

    def silence(self):
        """Accept connections without responding, like a machine that vanished."""
        self.is_silent = True
        self._close_connections()

    def _listen(self):
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("127.0.0.1", self.port))
        self.listener.listen(100)
        arguments = (self.listener,)
        threading.Thread(target=self._accept, args=arguments, daemon=True).start()

    def _accept(self, listener):
        while True:
            try:
                client, _address = listener.accept()
            except OSError:
                return
            self.connections.append(client)
            if self.is_silent:
                continue
            server = socket.create_connection(self.target)
            self.connections.append(server)
            for pair in ((client, server), (server, client)):
                threading.Thread(target=forward, args=pair, daemon=True).start()

    def _close_connections(self):
        while self.connections:
            one = self.connections.pop()
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


def forward(source, target):
    with suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    for one in (source, target):
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
