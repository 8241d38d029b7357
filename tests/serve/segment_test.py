"""Masks over HTTP are those of the program, in every way of asking and answering."""
import base64
import io
import json
import os
import tempfile
import unittest
import urllib.parse
import zipfile

from serving import CLASSES, MODEL, SCENE, Server, main, png, program_files, read_grey, scene


class Segment(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("--max-classes", "70")
        cls.files = program_files(scene(), "-c", CLASSES)

    @classmethod
    def tearDownClass(cls):
        assert cls.server.stop() == 0, cls.server.messages

    def outputs(self, answer):
        self.assertEqual(answer.status, 200, answer.body[:500])
        return {key: base64.b64decode(value) for key, value in answer.json.items()
                if key in ("labels", "palette", "overlay", "scores", "confidence")}

    def test_every_output_is_the_programs_file(self):
        found = self.outputs(self.server.segment(outputs=["labels", "palette", "overlay", "scores"]))
        self.assertEqual(found["labels"], self.files[".labels.png"])
        self.assertEqual(found["palette"], self.files[".palette.png"])
        self.assertEqual(found["overlay"], self.files[".overlay.jpg"])
        self.assertEqual(found["scores"], self.files[".scores.npy"])

    def test_three_ways_to_send(self):
        expected = self.files[".labels.png"]
        query = urllib.parse.urlencode({"classes": CLASSES})
        raw = self.server.ask("POST", "/v1/segment?" + query, scene(), {"Content-Type": "image/png"})
        self.assertEqual(self.outputs(raw)["labels"], expected)
        octets = self.server.ask("POST", "/v1/segment?" + query, scene(), {"Content-Type": "application/octet-stream"})
        self.assertEqual(self.outputs(octets)["labels"], expected)
        body = (b'--b\r\nContent-Disposition: form-data; name="image"; filename="scene.png"\r\n'
                b"Content-Type: image/png\r\n\r\n" + scene() +
                b'\r\n--b\r\nContent-Disposition: form-data; name="classes"\r\n\r\n' + CLASSES.encode() + b"\r\n--b--\r\n")
        form = self.server.ask("POST", "/v1/segment", body, {"Content-Type": "multipart/form-data; boundary=b"})
        self.assertEqual(self.outputs(form)["labels"], expected)
        url = self.server.post("/v1/segment", {"image": "data:image/png;base64," + base64.b64encode(scene()).decode(),
                                               "classes": CLASSES.split(", ")})
        self.assertEqual(self.outputs(url)["labels"], expected)

    def test_chunked_bodies_are_read(self):
        query = urllib.parse.urlencode({"classes": CLASSES})
        pieces = (scene()[i:i + 1000] for i in range(0, len(scene()), 1000))
        answer = self.server.ask("POST", "/v1/segment?" + query, pieces, {"Content-Type": "image/png"})
        self.assertEqual(self.outputs(answer)["labels"], self.files[".labels.png"])

    def test_the_description(self):
        answer = self.server.segment().json
        width, height, samples = read_grey(base64.b64decode(answer["labels"]))
        self.assertEqual((answer["width"], answer["height"]), (width, height))
        self.assertEqual([entry["name"] for entry in answer["classes"]], [c.split(";")[0] for c in CLASSES.split(", ")])
        for label, entry in enumerate(answer["classes"]):
            self.assertEqual(entry["label"], label)
            self.assertEqual(entry["pixels"], samples.count(label))
            self.assertAlmostEqual(entry["share"], entry["pixels"] / (width * height))
            self.assertRegex(entry["color"], "^#[0-9a-f]{6}$")
        self.assertEqual(answer["model"], "demo")
        self.assertEqual(answer["unknown_pixels"], 0)
        self.assertGreater(answer["windows"], 0)
        self.assertEqual(set(answer["seconds"]), {"queue", "decode", "classes", "resize", "network", "score", "encode"})

    def test_fields_do_what_flags_do(self):
        both = [({"unknown": 0.6}, ["--unknown", "0.6"]),
                ({"unknown": {CLASSES.split(", ")[0]: 0.9}}, ["--unknown", CLASSES.split(", ")[0] + "=0.9"]),
                ({"seen": [CLASSES.split(", ")[0]], "calibration": 0.5},
                 ["--seen", CLASSES.split(", ")[0], "--calibration", "0.5"]),
                ({"min_area": 0.2}, ["--min-area", "0.2"]), ({"short_side": 64}, ["--short-side", "64"]),
                ({"window": "whole"}, ["--window", "whole"]), ({"refine": "pamr"}, ["--refine", "pamr"]),
                ({"background": "other;ground"}, ["--background", "other;ground"]),
                ({"templates": "imagenet", "names": "max"}, ["--templates", "imagenet", "--names", "max"])]
        for fields, flags in both:
            with self.subTest(fields=fields):
                expected = program_files(scene(), "-c", CLASSES, *flags, save="labels")
                self.assertEqual(self.outputs(self.server.segment(**fields))["labels"], expected[".labels.png"])

    def test_confidence_is_the_best_score(self):
        answer = self.server.segment(outputs=["confidence", "scores"])
        found = self.outputs(answer)
        width, height, samples = read_grey(found["confidence"])
        self.assertEqual((width, height), (answer.json["width"], answer.json["height"]))
        self.assertGreater(max(samples), 100)
        self.assertGreater(len(set(samples)), 20)

    def test_every_format_of_masks(self):
        names = ["coco", "coco-polygons", "coco-panoptic", "labelme", "labelstudio", "labelstudio-polygons", "cvat",
                 "yolo-seg", "geojson"]
        answer = self.server.segment(outputs=names, simplify=1, min_polygon=4)
        self.assertEqual(answer.status, 200, answer.body[:300])
        found = answer.json
        self.assertEqual(len(found["coco"]["images"]), 1)
        self.assertEqual(found["coco"]["images"][0]["width"], found["width"])
        self.assertEqual(found["geojson"]["type"], "FeatureCollection")
        self.assertEqual(set(found["yolo-seg"]), {"image.txt", "data.yaml"})
        self.assertIn("predictions", found["labelstudio"]["labelstudio.json"][0])
        with zipfile.ZipFile(io.BytesIO(base64.b64decode(found["cvat"]))) as files:
            self.assertIn("labelmap.txt", files.namelist())
        exact = self.server.segment(outputs=["geojson"]).body
        self.assertGreater(len(exact), len(json.dumps(found["geojson"])), "simplified outlines are shorter")

    def test_a_zip_where_it_is_accepted(self):
        body = (b'--b\r\nContent-Disposition: form-data; name="image"; filename="../my scene.png"\r\n\r\n' + scene() +
                b'\r\n--b\r\nContent-Disposition: form-data; name="classes"\r\n\r\n' + CLASSES.encode() +
                b'\r\n--b\r\nContent-Disposition: form-data; name="outputs"\r\n\r\nlabels,overlay\r\n--b--\r\n')
        answer = self.server.ask("POST", "/v1/segment", body, {"Content-Type": "multipart/form-data; boundary=b",
                                                               "Accept": "application/zip"})
        self.assertEqual(answer.headers["content-type"], "application/zip")
        with zipfile.ZipFile(io.BytesIO(answer.body)) as files:
            self.assertIsNone(files.testzip())
            self.assertEqual(files.namelist(), ["my_scene.labels.png", "my_scene.overlay.jpg", "my_scene.json"])
            self.assertEqual(files.read("my_scene.labels.png"), self.files[".labels.png"])
            self.assertEqual(json.loads(files.read("my_scene.json"))["model"], "demo")

    def test_many_classes_have_sixteen_bits(self):
        names = ", ".join(f"class {i}" for i in range(70))
        small = png(40, 30, lambda x, y: (x * 6, y * 8, 90))
        answer = self.server.segment(small, classes=names)
        self.assertEqual(self.outputs(answer)["labels"], program_files(small, "-c", names, save="labels")[".labels.png"])

    def test_requests_on_one_connection(self):
        connection = self.server.connect()
        query = "/v1/segment?" + urllib.parse.urlencode({"classes": CLASSES})
        local = None
        for _ in range(3):
            connection.request("POST", query, scene(), {"Content-Type": "image/png"})
            response = connection.getresponse()
            self.assertEqual(base64.b64decode(json.loads(response.read())["labels"]), self.files[".labels.png"])
            local = local or connection.sock.getsockname()
            self.assertEqual(connection.sock.getsockname(), local)
        connection.close()

    def test_class_lists_are_embedded_once(self):
        before = self.server.metric("relprompt_class_cache_misses_total")
        for _ in range(3):
            self.server.segment(classes="circle, something that nobody asked for before")
        self.assertEqual(self.server.metric("relprompt_class_cache_misses_total"), before + 1)


class Models(unittest.TestCase):
    def test_two_models_answer_by_their_names(self):
        with Server(models=("a=" + MODEL, "b=" + MODEL)) as server:
            listed = server.get("/v1/models").json["models"]
            self.assertEqual([(m["name"], m["default"]) for m in listed], [("a", True), ("b", False)])
            self.assertTrue(listed[0]["prompts"])
            for name in ("a", "b"):
                self.assertEqual(server.segment(model=name).json["model"], name)
            self.assertEqual(server.segment().json["model"], "a")
            self.assertEqual(server.segment(model="c").status, 404)

    def test_heads_of_a_bare_clip(self):
        with Server("--training-free", "--head", "maskclip") as server:
            listed = server.get("/v1/models").json["models"][0]
            self.assertEqual(listed["head"], "maskclip")
            self.assertIn("naclip", listed["heads"])
            for head in ("maskclip", "naclip", "none"):
                expected = program_files(scene(), "-c", CLASSES, "--training-free", "--head", head, save="labels")
                answer = server.segment(head=head).json
                self.assertEqual(base64.b64decode(answer["labels"]), expected[".labels.png"])
                self.assertEqual(answer["head"], head)

    def test_paths_of_models_are_for_this_machine_alone(self):
        def place(server, **headers):
            return server.get("/v1/models", **headers).json["models"][0]["place"]
        folder = os.path.dirname(MODEL)
        with Server(models=["m=" + os.path.join(folder, "..", "models", "demo")]) as server:
            self.assertEqual(place(server), MODEL)
            for name in ("Forwarded", "Via", "X-Forwarded-For", "X-Real-IP"):
                self.assertIsNone(place(server, **{name: "10.0.0.1"}), name)
        with Server("--allow-host", "masks.example") as server:
            self.assertIsNone(place(server))
            self.assertNotIn(folder.encode(), server.get("/v1/models").body)
        with tempfile.TemporaryDirectory() as scratch:
            token = os.path.join(scratch, "token")
            with open(token, "w", encoding="utf-8") as file:
                file.write("correct-horse-battery")
            with Server("--token-file", token) as server:
                self.assertIsNone(place(server, Authorization="Bearer correct-horse-battery"))

    def test_vocabularies(self):
        with Server() as server:
            listed = {v["name"]: v for v in server.get("/v1/vocabularies").json["vocabularies"]}
            self.assertEqual(len(listed["voc-20"]["classes"]), 20)
            self.assertEqual(len(listed["voc-20"]["seen"]), 20)
            self.assertEqual(len(server.segment(classes=None, vocabulary="voc-20").json["classes"]), 20)


if __name__ == "__main__":
    main()
