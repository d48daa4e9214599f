"""Weights of the tiny pair: in a home folder, on a server, and the helper that uses them."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import cv2
import numpy as np

from core.assist.client import AssistClient
from core.assist.photo import Photo
from tests.making_onnx import tiny_decoder, tiny_encoder

MODEL = "efficientsam:10m"
COMMAND = [sys.executable, "-P", str(Path(__file__).with_name("tiny_worker.py"))]


def tiny_client() -> AssistClient:
    """A client whose helper has the tiny pair for EfficientSAM."""
    return AssistClient(COMMAND)


def install_weights(home: Path) -> None:
    """Put the tiny pair where osam looks for it."""
    for file in (tiny_encoder(), tiny_decoder()):
        file.install(home)


def bgra_with_blocks(height: int = 80, width: int = 120) -> np.ndarray:
    """A dark photo with two bright blocks in rows 10 to 39: columns 10 to 59 and 80 to 109."""
    bgra = np.full((height, width, 4), 20, np.uint8)
    bgra[10:40, 10:60] = 250
    bgra[10:40, 80:110] = 250
    return bgra


def photo_with_blocks(height: int = 80, width: int = 120) -> Photo:
    return Photo.of(bgra_with_blocks(height, width))


def enlarged(bgra: np.ndarray, factor: int) -> np.ndarray:
    return cv2.resize(bgra, None, fx=factor, fy=factor, interpolation=cv2.INTER_NEAREST)


class WeightServer:
    """Serves files by the name that osam asks a mirror for.

    Attributes:
        address: To be put into OSAM_BLOB_ENDPOINT.
        files: What is served, by digest.
        anything: What is served under every other name; None for nothing.
        gets: The digests asked for.
        is_open: Cleared, the server sends half a file and waits.
        has_begun: Set when the first half of a file was sent.
    """

    def __init__(self) -> None:
        self.address = ""
        self.is_open, self.has_begun = threading.Event(), threading.Event()
        self.reset()

    def reset(self) -> None:
        """Serve the weights of the tiny pair, whole."""
        self.files = {file.digest: file.data for file in (tiny_encoder(), tiny_decoder())}
        self.anything: bytes | None = None
        self.gets: list[str] = []
        self.is_open.set()
        self.has_begun.clear()


@contextmanager
def weight_server() -> Iterator[WeightServer]:
    state = WeightServer()

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self._head()

        def do_GET(self) -> None:
            data = self._head()
            if data is None:
                return
            state.gets.append(self.path[1:])
            half = len(data) // 2
            try:
                self.wfile.write(data[:half])
                self.wfile.flush()
                state.has_begun.set()
                state.is_open.wait()
                self.wfile.write(data[half:])
            except (BrokenPipeError, ConnectionResetError):
                pass  # the one who asked wants it no more

        def _head(self) -> bytes | None:
            data = state.files.get(self.path[1:], state.anything)
            self.send_response(404 if data is None else 200)
            self.send_header("Content-Length", str(len(data or b"")))
            self.end_headers()
            return data

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = False
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
