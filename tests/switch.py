"""An address on loopback that answers with given statuses and remembers what it was asked: a switch, or a webhook."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Switch:
    """What was asked, and where."""

    def __init__(self, *statuses: int) -> None:
        self.asked: list[str] = []
        self.bodies: list[str] = []
        there, left = self, list(statuses)

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                there.asked.append(self.path)
                self.send_response(left.pop(0) if left else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def do_POST(self) -> None:
                there.bodies.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
                self.do_GET()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                del format, args

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/ping/s3cret-path"


@contextmanager
def switched_on(*statuses: int) -> Iterator[Switch]:
    """Give an address that answers with some statuses, and 200 from then on."""
    there = Switch(*statuses)
    thread = threading.Thread(target=there.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield there
    finally:
        there.server.shutdown()
        there.server.server_close()
        thread.join()
