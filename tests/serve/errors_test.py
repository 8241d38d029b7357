"""Every way of failing has its status, its code and a message; and who may not ask is told so."""
import base64
import os
import socket
import subprocess
import tempfile
import unittest

from serving import CLASSES, MODEL, PROGRAM, Server, environment, main, png, scene

JSON = {"Content-Type": "application/json"}


class Errors(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("--max-body", "1M", "--max-pixels", "300000", "--max-classes", "100")

    @classmethod
    def tearDownClass(cls):
        assert cls.server.stop() == 0, cls.server.messages

    def refused(self, answer, status, code=None, words=""):
        self.assertEqual(answer.status, status, answer.body[:300])
        error = answer.error
        self.assertEqual(error["status"], status)
        if code:
            self.assertEqual(error["code"], code)
        self.assertIn(words, error["message"] + " " + error.get("hint", ""))

    def test_images(self):
        segment = self.server.segment
        whole = scene()
        self.refused(segment(b"no image at all"), 400, "not_an_image")
        self.refused(segment(whole[:len(whole) // 2]), 400, "truncated_image")
        self.refused(segment(whole[:40] + b"\xff" + whole[41:]), 400)
        self.refused(segment(png(1100, 300, lambda x, y: (1, 2, 3))), 413, "image_too_large")
        self.refused(segment(b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"), 400, "not_an_image")
        bomb = bytearray(png(2, 2, lambda x, y: (0, 0, 0)))
        bomb[16:24] = (100000).to_bytes(4, "big") * 2
        self.refused(segment(bytes(bomb)), 413, "image_too_large")

    def test_paths_and_addresses_are_no_images(self):
        for place in ("/etc/passwd", "scene.png", "../examples/scene.png", "file:///etc/passwd",
                      "http://127.0.0.1/a.png", MODEL + "/config.json"):
            answer = self.server.post("/v1/segment", {"image": place, "classes": CLASSES})
            self.refused(answer, 400, "http", "path or URL")

    def test_bodies(self):
        for body in ("", "{", "[]", "7", '{"image": }', "\xff", '{"a": 1, "a"', "[" * 900000, '{"a":' * 100000):
            self.refused(self.server.ask("POST", "/v1/segment", body.encode("latin-1"), JSON), 400)
        for value in ({}, {"classes": "a"}, {"image": 7, "classes": "a"}, {"image": "", "classes": "a"},
                      {"image": "%%%", "classes": "a"}, {"image": "AAAA"}):
            self.refused(self.server.post("/v1/segment", value), 400)
        self.refused(self.server.ask("POST", "/v1/segment", b"--b\r\n", {"Content-Type": "multipart/form-data; boundary=b"}),
                     400, "http", "multipart")
        self.refused(self.server.ask("POST", "/v1/segment", b"x", {"Content-Type": "multipart/form-data"}), 400)

    def test_fields(self):
        for fields, words in (({"clases": "a"}, "clases"), ({"outputs": "label"}, "labels"), ({"window": "x"}, "window"),
                              ({"head": "naclip"}, "trained prompts"), ({"seen": "nothing"}, "nothing"),
                              ({"classes": "a, a"}, "a"), ({"classes": ""}, ""), ({"background": "a;;b"}, "")):
            self.refused(self.server.segment(**fields), 400, None, words)
        self.refused(self.server.segment(model="other"), 404, "model_not_found", "demo")
        self.refused(self.server.segment(classes=[f"c{i}" for i in range(101)]), 422, "bad_class_list")
        self.refused(self.server.segment(classes="x" * 400), 422, "bad_class_list")
        self.refused(self.server.segment(classes="word " * 50), 400, "text_too_long")

    def test_too_large_a_body(self):
        self.refused(self.server.ask("POST", "/v1/segment", b" " * (1 << 20) + b"{}", JSON), 413)
        pieces = (b" " * 65536 for _ in range(17))
        self.refused(self.server.ask("POST", "/v1/segment", pieces, JSON), 413)

    def test_paths_methods_and_types(self):
        self.refused(self.server.get("/nothing"), 404)
        self.refused(self.server.get("/v1/segment"), 405)
        self.assertEqual(self.server.get("/v1/segment").headers["allow"], "POST")
        self.refused(self.server.ask("DELETE", "/v1/models"), 405)
        self.assertEqual(self.server.ask("DELETE", "/v1/models").headers["allow"], "GET, HEAD")
        self.refused(self.server.ask("POST", "/v1/segment", b"x", {"Content-Type": "text/plain"}), 415)
        self.refused(self.server.ask("POST", "/v1/segment", b"x"), 415)
        self.refused(self.server.ask("POST", "/v1/segment", b"x", {**JSON, "Content-Encoding": "gzip"}), 415)
        self.refused(self.server.ask("GET", "/v1/models", b"a body"), 400)
        for path in ("/assets/../../../etc/passwd", "/assets/%2e%2e%2fopenapi.json", "//etc/passwd", "/v1//models"):
            self.refused(self.server.get(path), 404)

    def test_head_has_no_body(self):
        whole = self.server.get("/v1/models")
        head = self.server.ask("HEAD", "/v1/models")
        self.assertEqual((head.status, head.body), (200, b""))
        self.assertEqual(int(head.headers["content-length"]), len(whole.body))

    def test_nothing_leaks_between_requests(self):
        first = self.server.segment(classes="a secret name", unknown=0.9, outputs=["labels", "overlay"]).body
        self.assertIn(b"a secret name", first)
        for answer in (self.server.segment(), self.server.segment(b"x"), self.server.get("/v1/models"),
                       self.server.get("/metrics"), self.server.get("/nothing")):
            self.assertNotIn(b"secret", answer.body)
        self.assertEqual(self.server.segment().json["unknown_pixels"], 0)

    def test_hosts_and_origins(self):
        ask = self.server.ask
        self.assertEqual(ask("GET", "/v1/models", headers={"Host": "localhost:9"}).status, 200)
        self.refused(ask("GET", "/v1/models", headers={"Host": "evil.example"}), 421)
        own = f"127.0.0.1:{self.server.port}"
        self.assertEqual(ask("GET", "/v1/models", headers={"Origin": "http://" + own}).status, 200)
        self.refused(ask("GET", "/v1/models", headers={"Origin": "http://evil.example"}), 403)
        self.refused(ask("GET", "/v1/models", headers={"Origin": "null"}), 403)
        for answer in (self.server.get("/"), self.server.segment(), self.server.get("/nothing")):
            self.assertNotIn("access-control-allow-origin", answer.headers)

    def test_health_and_description(self):
        self.assertEqual(self.server.get("/health").json["status"], "UP")
        self.assertEqual(self.server.get("/v2/health/live").status, 200)
        self.assertEqual(self.server.get("/v2/health/ready").status, 200)
        self.assertEqual(self.server.get("/openapi.json").json["openapi"], "3.1.0")
        page = self.server.get("/")
        self.assertIn("text/html", page.headers["content-type"])
        policy = page.headers["content-security-policy"]
        self.assertIn("default-src 'self'", policy)
        self.assertNotIn("unsafe", policy)
        self.assertIn('relprompt_requests_total{path="/health",status="200"}', self.server.get("/metrics").body.decode())


class Token(unittest.TestCase):
    def test_who_may_ask(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "token")
            with open(path, "w", encoding="utf-8") as file:
                file.write("correct-horse-battery\n")
            with Server("--token-file", path) as server:
                for headers in ({}, {"Authorization": "Bearer wrong-horse-batteryy"}, {"Authorization": "Bearer"},
                                {"Authorization": "correct-horse-battery"}):
                    for way in (server.ask("GET", "/v1/models", headers=headers),
                                server.ask("POST", "/v1/segment", b"{}", {**JSON, **headers}),
                                server.ask("GET", "/", headers=headers), server.ask("GET", "/metrics", headers=headers)):
                        self.assertEqual(way.status, 401)
                        self.assertIn("Basic", way.headers["www-authenticate"])
                basic = base64.b64encode(b"me:correct-horse-battery").decode()
                for value in ("Bearer correct-horse-battery", "Basic " + basic):
                    self.assertEqual(server.ask("GET", "/v1/models", headers={"Authorization": value}).status, 200)
                self.assertEqual(server.get("/v2/health/ready").status, 200, "probes carry no token")
                self.assertEqual(server.ask("GET", "/v1/models", headers={
                    "Authorization": "Basic " + basic, "Host": "any.example"}).status, 200)


class CommandLine(unittest.TestCase):
    def status(self, *arguments):
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run([PROGRAM, "serve", *arguments], capture_output=True, text=True, timeout=300,
                                  env=environment(folder), check=False)
        return done.returncode, done.stderr

    def test_bad_command_lines(self):
        for arguments, words in (([], "--model"), (["-m", MODEL, "--bind", "0.0.0.0"], "--token-file"),
                                 (["-m", MODEL, "--bind", "nowhere"], "token"), (["-m", MODEL, "--port", "70000"], "--port"),
                                 (["-m", MODEL, "-m", MODEL], "two models"), (["-m", MODEL, "--max-body", "x"], "--max-body"),
                                 (["-m", MODEL, "--allow-fetch", "*"], "--allow-fetch"),
                                 (["-m", MODEL, "--allow-fetch", "https://a.example/path"], "no host"),
                                 (["-m", MODEL, "--bind", "127.0.0.1.9"], "no address"), (["-m", "a b/.."], "name")):
            status, message = self.status(*arguments)
            self.assertEqual(status, 2, message)
            self.assertIn(words, message)
        self.assertEqual(self.status("-m", "x=/nowhere")[0], 4)
        self.assertEqual(self.status("-m", MODEL, "--token-file", "/nowhere")[0], 3)

    def test_a_port_in_use(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            status, message = self.status("-m", MODEL, "--port", str(taken.getsockname()[1]))
        self.assertEqual(status, 5)
        self.assertIn("another program uses it", message)

    def test_help_teaches(self):
        done = subprocess.run([PROGRAM, "serve", "--help"], capture_output=True, text=True, check=True)
        for word in ("--model", "--token-file", "--queue", "curl", "default: 8080"):
            self.assertIn(word, done.stdout)


if __name__ == "__main__":
    main()
