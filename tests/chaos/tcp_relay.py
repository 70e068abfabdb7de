"""A gate on the way to PostgreSQL: open, shut like a stopped server, or silent."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress


class Gate:
    """Listens on a port of its own and hands everything on to `target`."""

    def __init__(self, target, port):
        self.target, self.port = target, port
        self.held, self.door = [], None
        self.is_silent = False

    def open(self):
        self.is_silent = False
        if self.door is None:
            self._listen()

    def shut(self):
        """Connections break and new ones are refused."""
        with suppress(OSError):
            self.door.shutdown(socket.SHUT_RDWR)
        self.door.close()
        self.door = None
        self._break()

    def silence(self):
        """New connections are taken and hear nothing, as of a machine that vanished."""
        self.is_silent = True
        self._break()

    def _listen(self):
        self.door = socket.socket()
        self.door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.door.bind(("127.0.0.1", self.port))
        self.door.listen(100)
        threading.Thread(target=self._let_in, args=(self.door,), daemon=True).start()

    def _let_in(self, door):
        while True:
            try:
                outside, _from = door.accept()
            except OSError:
                return
            self.held.append(outside)
            if self.is_silent:
                continue
            inside = socket.create_connection(self.target)
            self.held.append(inside)
            for pair in ((outside, inside), (inside, outside)):
                threading.Thread(target=hand_on, args=pair, daemon=True).start()

    def _break(self):
        while self.held:
            one = self.held.pop()
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


def hand_on(source, target):
    with suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    for one in (source, target):
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
