"""Bytes that no honest client sends: the server answers an error or closes, and serves the next one."""
import os
import random
import socket
import struct
import time
import unittest
import zlib

from serving import CLASSES, Server, main, scene

HOST = b"Host: localhost\r\n"


def post(*headers, body=b"", path=b"/v1/segment"):
    return b"POST " + path + b" HTTP/1.1\r\n" + HOST + b"".join(h + b"\r\n" for h in headers) + b"\r\n" + body


class Hostile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("--max-body", "300K", "--idle-timeout", "2", "--receive-timeout", "2", "--timeout", "60")

    @classmethod
    def tearDownClass(cls):
        assert cls.server.stop() == 0, cls.server.messages

    def tearDown(self):
        self.assertEqual(self.server.get("/v2/health/ready").status, 200)

    def status(self, text, **more):
        answer = self.server.raw(text, **more)
        return int(answer.split(b" ", 2)[1]) if answer else 0

    def test_what_is_no_http(self):
        for text in (b"\r\n\r\n\r\n", b"hello\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/3.0\r\n\r\n", b"GET / HTTP/1.1\r\nHost\r\n\r\n",
                     b"GET /%zz HTTP/1.1\r\n" + HOST + b"\r\n", b"GET http://a/ HTTP/1.1\r\n" + HOST + b"\r\n",
                     b"GET / HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\nHost: localhost\r\n folded: x\r\n\r\n",
                     b"GET / HTTP/1.1\r\nHost: localhost\r\nA b: x\r\n\r\n", bytes(range(256)) * 20,
                     b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200)):
            self.assertIn(self.status(text), (0, 400, 421), text[:60])

    def test_requests_that_two_parsers_read_differently(self):
        for headers in ((b"Content-Length: 5", b"Transfer-Encoding: chunked"), (b"Content-Length: 5", b"Content-Length: 6"),
                        (b"Content-Length: 5", b"Content-Length: 5"), (b"Content-Length: +5",), (b"Content-Length: 5, 6",),
                        (b"Content-Length: -1",), (b"Content-Length: 0x5",), (b"Content-Length : 5",),
                        (b"Content-Length: 99999999999999999999999",), (b"Transfer-Encoding: xchunked",),
                        (b"Transfer-Encoding: chunked, identity",), (b"Transfer-Encoding: gzip",),
                        (b"Transfer-Encoding: chunked", b"Transfer-Encoding: identity"), (b"Host: other",),
                        (b"Content-Type: image/png",)):
            text = post(b"Content-Type: application/json", *headers, body=b"0\r\n\r\nGET /metrics HTTP/1.1\r\n" + HOST + b"\r\n")
            answer = self.server.raw(text)
            self.assertTrue(answer == b"" or answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 413")), (headers, answer[:200]))
            self.assertEqual(answer.count(b"HTTP/1.1 "), 1 if answer else 0, headers)
            self.assertNotIn(b"relprompt_requests_total", answer)

    def test_giant_heads(self):
        self.assertEqual(self.status(b"GET /" + b"a" * 100000 + b" HTTP/1.1\r\n" + HOST + b"\r\n"), 431)
        self.assertEqual(self.status(b"GET / HTTP/1.1\r\n" + HOST + b"A: " + b"a" * 100000 + b"\r\n\r\n"), 431)
        many = b"".join(b"A%d: b\r\n" % i for i in range(5000))
        self.assertEqual(self.status(b"GET / HTTP/1.1\r\n" + HOST + many + b"\r\n"), 431)

    def test_chunks(self):
        chunked = (b"Content-Type: application/json", b"Transfer-Encoding: chunked")
        self.assertEqual(self.status(post(*chunked), more=[b"10000\r\n" + b" " * 65536 + b"\r\n"] * 6), 413)
        self.assertIn(self.status(post(*chunked, body=b"zz\r\n")), (0, 400))
        self.assertIn(self.status(post(*chunked, body=b"ffffffffffffffffff\r\n")), (0, 400, 413))
        self.assertIn(self.status(post(*chunked, body=b"5;" + b"x" * 100000 + b"\r\n")), (0, 400, 413, 431))
        self.assertEqual(self.status(post(*chunked, b"Connection: close", body=b"2;a=b\r\n{}\r\n0\r\nTrailer: x\r\n\r\n")), 400)

    def test_slow_clients_are_let_go(self):
        """Who has begun a request and does not finish it is told so; who has sent nothing is just let go."""
        half = post(b"Content-Type: application/json", b"Content-Length: 100", body=b"{")
        chunks = post(b"Content-Type: application/json", b"Transfer-Encoding: chunked", body=b"5\r\n{")
        whole = b"GET /health HTTP/1.1\r\n" + HOST + b"\r\n"
        for begun, words in ((b"", None), (b"GET / HT", b"head"), (half, b"body"), (chunks, b"body"), (whole, None)):
            start = time.monotonic()
            answer = self.server.raw(begun)
            self.assertLess(time.monotonic() - start, 15)
            if begun == whole:
                self.assertEqual((answer[:12], answer.count(b"HTTP/1.1 ")), (b"HTTP/1.1 200", 1), "no 408 for a next request")
            elif words is None:
                self.assertEqual(answer, b"")
            else:
                self.assertEqual(answer[:12], b"HTTP/1.1 408", begun)
                self.assertIn(b"Connection: close", answer)
                self.assertIn(words, answer)
        metrics = self.server.get("/metrics").body.decode()
        self.assertIn('relprompt_requests_total{path="other",status="408"} ', metrics)
        self.assertIn('relprompt_requests_total{path="/v1/segment",status="408"} ', metrics)

    def test_a_trickle_does_not_keep_a_connection(self):
        start = time.monotonic()
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=20) as client:
            try:  # a byte now and then does not help
                for byte in (b"GET / HTTP/1.1\r\n" + HOST) * 3:
                    client.sendall(bytes([byte]))
                    time.sleep(0.15)
            except OSError:
                pass
        self.assertLess(time.monotonic() - start, 8)

    def test_bodies_that_expand(self):
        def chunk(kind, data):
            return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        head = struct.pack(">IIBBBBB", 60000, 60000, 8, 2, 0, 0, 0)
        bomb = (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(10_000_000))) +
                chunk(b"IEND", b""))
        before = self.server.metric("process_resident_memory_bytes")
        answer = self.server.segment(bomb)
        self.assertEqual((answer.status, answer.error["code"]), (413, "image_too_large"))
        text = struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)
        profile = b"p\0\0" + zlib.compress(bytes(100_000_000))
        tame = (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", text) + chunk(b"iCCP", profile) +
                chunk(b"IDAT", zlib.compress(bytes(8 * 25))) + chunk(b"IEND", b""))
        self.assertIn(self.server.segment(tame).status, (200, 400))
        self.assertLess(self.server.metric("process_resident_memory_bytes") - before, 200e6)

    def test_random_changes_of_a_request(self):
        generator = random.Random(7)
        base = post(b"Content-Type: application/json", b"Connection: close", b"Content-Length: 21",
                    body=b'{"image": "AAAA", "}}')
        for _ in range(300):
            text = bytearray(base)
            for _ in range(generator.randint(1, 6)):
                text[generator.randrange(len(text))] = generator.randrange(256)
            with socket.create_connection(("127.0.0.1", self.server.port), timeout=20) as client:
                client.sendall(bytes(text[:generator.randint(1, len(text))]))
                if generator.random() < 0.5:
                    client.shutdown(socket.SHUT_WR)
                    client.recv(1000)

    def test_names_that_steer_terminals(self):
        answer = self.server.segment(classes=["\u001b[31mred\u202e", "tree"])
        self.assertIn(answer.status, (200, 400))
        self.assertNotIn(b"\x1b", answer.body)
        self.assertNotIn("\u202e".encode(), answer.body)

    def test_open_connections_do_not_starve_others(self):
        clients = [socket.create_connection(("127.0.0.1", self.server.port)) for _ in range(200)]
        self.assertEqual(self.server.segment().status, 200)
        for client in clients:
            client.close()

    def test_no_files_appear(self):
        before = sorted(os.listdir("/proc/%d/fd" % self.server.process.pid))
        for _ in range(5):
            self.server.segment(scene(), classes=CLASSES, keep=True, outputs=["labels", "overlay", "scores"])
        time.sleep(0.3)
        self.assertLessEqual(len(os.listdir("/proc/%d/fd" % self.server.process.pid)), len(before) + 3)
        cache = os.path.join(self.server.folder.name, "cache", "relprompt")
        names = os.listdir(cache) if os.path.exists(cache) else []
        self.assertFalse([name for name in names if "embed" in name or "text" in name], names)


if __name__ == "__main__":
    main()
