"""A local HTTP server that speaks Nominatim's protocol."""

from __future__ import annotations

import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


class NominatimServer:
    """Serves /search with a configured response, and records the requests."""

    def __init__(self):
        self.answer = [{"lat": "46.4083", "lon": "-105.8406", "display_name": "Here"}]
        self.status, self.delay, self.requested = 200, 0.0, []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                server.requested.append(parse_qs(urlsplit(self.path).query)["q"][0])
                time.sleep(server.delay)
                self.send_response(server.status)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(server.answer).encode())

            def log_message(self, *args):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.domain = f"127.0.0.1:{self.http.server_address[1]}"
