"""Starts `relprompt serve` for a test and speaks to it over a socket of its own. Python's standard library alone."""
import base64
import contextlib
import http.client
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import unittest
import zlib

PROGRAM = os.environ["RELPROMPT_PROGRAM"]
SOURCE = os.environ["RELPROMPT_SOURCE_DIR"]
MODEL = os.path.join(SOURCE, "models", "demo")
SCENE = os.path.join(SOURCE, "examples", "scene.png")
with open(os.path.join(SOURCE, "examples", "scene_classes.txt"), encoding="utf-8") as lines:
    CLASSES = ", ".join(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def scene():
    with open(SCENE, "rb") as file:
        return file.read()


def environment(folder):
    kept = {key: value for key, value in os.environ.items() if not key.startswith("HF_")}
    return {**kept, "XDG_CACHE_HOME": os.path.join(folder, "cache"), "HF_HUB_OFFLINE": "1"}


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = {key.lower(): value for key, value in response.getheaders()}
        self.body = response.read()

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def error(self):
        return self.json["error"]


class Server:
    """A running server; ends with the `with` block, and must end well there."""

    def __init__(self, *flags, models=(MODEL,), threads=1):
        self.folder = tempfile.TemporaryDirectory()
        arguments = [PROGRAM, "serve", "--port", "0", "--threads", str(threads)]
        for model in models:
            arguments += ["--model", model]
        self.process = subprocess.Popen(arguments + list(flags), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        env=environment(self.folder.name), text=True)
        line = self.process.stdout.readline()
        if not line.startswith("listening on http://"):
            raise RuntimeError("no server: " + line + self.process.stderr.read())
        self.address = line.split()[-1]
        self.port = int(self.address.rsplit(":", 1)[1])

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        status = self.stop()
        if exception[0] is None and status != 0:
            raise AssertionError(f"the server ended with {status}: {self.messages}")

    def stop(self, number=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            _, self.messages = self.process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            _, self.messages = self.process.communicate()
        self.folder.cleanup()
        return self.process.returncode

    def connect(self, timeout=60):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def ask(self, method, path, body=None, headers=None, timeout=60):
        with contextlib.closing(self.connect(timeout)) as connection:
            connection.request(method, path, body, headers or {})
            return Answer(connection.getresponse())

    def get(self, path, **headers):
        return self.ask("GET", path, headers=headers)

    def post(self, path, value, **headers):
        return self.ask("POST", path, json.dumps(value), {"Content-Type": "application/json", **headers})

    def segment(self, image=None, **fields):
        image = scene() if image is None else image
        fields.setdefault("classes", CLASSES)
        return self.post("/v1/segment", {"image": base64.b64encode(image).decode(), **fields})

    def raw(self, text, timeout=20, more=()):
        """All that the server answers to these bytes, until it closes the connection."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=timeout) as client:
            received = b""
            try:
                client.sendall(text)
                for piece in more:
                    client.sendall(piece)
            except (BrokenPipeError, ConnectionResetError):
                pass
            while True:
                try:
                    piece = client.recv(65536)
                except ConnectionResetError:
                    return received
                if not piece:
                    return received
                received += piece

    def metric(self, name):
        for line in self.get("/metrics").body.decode().splitlines():
            if line.startswith(name + " "):
                return float(line.split()[-1])
        raise KeyError(name)


def program(*arguments):
    """What the program prints; it must end well."""
    with tempfile.TemporaryDirectory() as folder:
        return subprocess.run([PROGRAM, *arguments], check=True, capture_output=True, env=environment(folder)).stdout


def program_files(image, *flags, save="labels,palette,overlay,scores"):
    """The files that `relprompt segment` writes for an image, by their endings."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "image.png")
        with open(path, "wb") as file:
            file.write(image)
        out = os.path.join(folder, "out")
        subprocess.run([PROGRAM, "segment", path, "-m", MODEL, "-o", out, "--save", save, "--threads", "1", *flags],
                       check=True, capture_output=True, env=environment(folder))
        files = {}
        for name in os.listdir(out):
            if name.startswith("image."):
                with open(os.path.join(out, name), "rb") as file:
                    files[name[len("image"):]] = file.read()
        return files


def png(width, height, pixel):
    """An RGB PNG whose pixels pixel(x, y) gives."""
    rows = b"".join(b"\0" + b"".join(bytes(pixel(x, y)) for x in range(width)) for y in range(height))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def read_grey(data):
    """width, height and samples of a grey PNG of 8 or 16 bits without interlacing."""
    width, height, bits, kind = struct.unpack(">IIBB", data[16:26])
    assert kind in (0, 3), kind
    at, packed = 8, b""
    while at < len(data):
        length, name = struct.unpack(">I4s", data[at:at + 8])
        if name == b"IDAT":
            packed += data[at + 8:at + 8 + length]
        at += 12 + length
    rows, step = zlib.decompress(packed), bits // 8
    previous, samples = bytearray(width * step), []
    for y in range(height):
        start = y * (width * step + 1)
        way, row = rows[start], bytearray(rows[start + 1:start + 1 + width * step])
        for i in range(len(row)):
            left = row[i - step] if i >= step else 0
            up, corner = previous[i], previous[i - step] if i >= step else 0
            if way == 1:
                row[i] = (row[i] + left) & 255
            elif way == 2:
                row[i] = (row[i] + up) & 255
            elif way == 3:
                row[i] = (row[i] + (left + up) // 2) & 255
            elif way == 4:
                guess = left + up - corner
                nearest = min((abs(guess - left), 0, left), (abs(guess - up), 1, up), (abs(guess - corner), 2, corner))
                row[i] = (row[i] + nearest[2]) & 255
        previous = row
        samples += list(row) if step == 1 else [row[2 * i] << 8 | row[2 * i + 1] for i in range(width)]
    return width, height, samples


def main():
    unittest.main(argv=[sys.argv[0], *sys.argv[1:]])
