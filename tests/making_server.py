"""A web server on this computer that serves files as badly as a test wants it to."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class FileServer:
    """What a server has, and what it was asked for.

    Attributes:
        address: Its root, without a slash at the end.
        files: Content by path below the root.
        redirects: Other addresses by path.
        breaks: For each coming answer, after how many bytes the connection breaks.
        knows_ranges: Whether it gives parts of files.
        asked: Path and first byte of each request for a file.
        is_open: Cleared, half of an answer is sent, and no more.
        has_begun: Set when half of an answer was sent.
    """

    def __init__(self) -> None:
        self.address = ""
        self.files: dict[str, bytes] = {}
        self.redirects: dict[str, str] = {}
        self.breaks: list[int] = []
        self.knows_ranges = True
        self.asked: list[tuple[str, int]] = []
        self.is_open, self.has_begun = threading.Event(), threading.Event()
        self.is_open.set()


@contextmanager
def file_server() -> Iterator[FileServer]:
    """A server that ends with the block."""
    state = FileServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path[1:]
            if path in state.redirects:
                self.send_response(302)
                self.send_header("Location", state.redirects[path])
                self.end_headers()
                return
            asked_for = self.headers.get("Range", "bytes=0-")
            begin = int(asked_for.removeprefix("bytes=").removesuffix("-"))
            state.asked.append((path, begin))
            data = state.files.get(path)
            if data is None or begin > len(data):
                self.send_response(404 if data is None else 416)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            begin = begin if state.knows_ranges else 0
            self.send_response(206 if begin else 200)
            if begin:
                self.send_header("Content-Range", f"bytes {begin}-{len(data) - 1}/{len(data)}")
            self.send_header("Content-Length", str(len(data) - begin))
            self.end_headers()
            try:
                self._send(data[begin:])
            except (BrokenPipeError, ConnectionResetError):
                pass  # the one who asked wants it no more

        def _send(self, data: bytes) -> None:
            if state.breaks:
                self.wfile.write(data[: state.breaks.pop(0)])
                return
            half = len(data) // 2
            self.wfile.write(data[:half])
            self.wfile.flush()
            state.has_begun.set()
            state.is_open.wait()
            self.wfile.write(data[half:])

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield state
    finally:
        state.is_open.set()
        server.shutdown()
        thread.join()
        server.server_close()
