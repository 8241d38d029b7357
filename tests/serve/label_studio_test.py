"""Label Studio's documented requests get its documented answers, and the masks are those of the program."""
import base64
import unittest

from serving import CLASSES, Server, main, program_files, read_grey, scene

NAMES = [entry.split(";")[0] for entry in CLASSES.split(", ")]


def interface(control, names=NAMES, extra=""):
    labels = "".join(f'<Label value="{name}" background="#ff0000" {extra}/>' for name in names)
    return (f'<View><!-- a comment --><Image name="picture" value="$photo" zoom="true"/><Header value="Mark &amp; go"/>'
            f'<View style="x"><{control} name="tag" toName="picture">{labels}</{control}></View></View>')


def brush_mask(stream):
    """Decodes Label Studio's RLE by its published description: the mask's first channel."""
    bits = "".join(f"{byte:08b}" for byte in stream)
    at = 0

    def take(count):
        nonlocal at
        at += count
        return int(bits[at - count:at], 2)
    total, width, sizes = take(32), take(5) + 1, None
    sizes = [take(4) + 1 for _ in range(4)]
    values = []
    while len(values) < total:
        run = take(1)
        length = take(sizes[take(2)]) + 1
        values += [take(width)] * length if run else [take(width) for _ in range(length)]
    return values[::4]


class LabelStudio(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.url = "data:image/png;base64," + base64.b64encode(scene()).decode()
        cls.width, cls.height, cls.labels = read_grey(program_files(scene(), "-c", ", ".join(NAMES), save="labels")[".labels.png"])

    @classmethod
    def tearDownClass(cls):
        assert cls.server.stop() == 0, cls.server.messages

    def predict(self, config, **data):
        return self.server.post("/predict", {
            "tasks": [{"id": 7, "data": data or {"photo": self.url}}], "project": "1.1700000000", "label_config": config,
            "model_version": None, "params": {"login": None, "password": None, "context": {}}})

    def test_health_setup_webhook(self):
        self.assertEqual(self.server.get("/health").json["status"], "UP")
        for extra in ({}, {"extra_params": None, "hostname": "http://localhost:8080", "access_token": "t"}):
            answer = self.server.post("/setup", {"project": "1.1700000000", "schema": interface("BrushLabels"), **extra})
            self.assertEqual(answer.status, 200)
            self.assertIn("relprompt", answer.json["model_version"])
        self.assertEqual(self.server.post("/setup", {"project": "1", "schema": "<View/>"}).status, 400)
        self.assertEqual(self.server.post("/webhook", {"action": "ANNOTATION_CREATED", "project": {"id": 1}}).status, 201)

    def test_brush_masks(self):
        answer = self.predict(interface("BrushLabels"))
        self.assertEqual(answer.status, 200, answer.body[:300])
        self.assertEqual(len(answer.json["results"]), 1)
        prediction = answer.json["results"][0]
        self.assertEqual(set(prediction), {"model_version", "score", "result"})
        self.assertTrue(0 < prediction["score"] <= 1)
        found = {}
        for result in prediction["result"]:
            self.assertEqual((result["from_name"], result["to_name"], result["type"]), ("tag", "picture", "brushlabels"))
            self.assertEqual((result["original_width"], result["original_height"]), (self.width, self.height))
            self.assertEqual(result["value"]["format"], "rle")
            name, = result["value"]["brushlabels"]
            found[name] = brush_mask(result["value"]["rle"])
        present = {NAMES[label] for label in set(self.labels)}
        self.assertEqual(set(found), present)
        for name, mask in found.items():
            self.assertEqual([value == 255 for value in mask], [label == NAMES.index(name) for label in self.labels], name)

    def test_polygons(self):
        prediction = self.predict(interface("PolygonLabels")).json["results"][0]
        self.assertTrue(prediction["result"])
        for result in prediction["result"]:
            self.assertEqual((result["from_name"], result["to_name"], result["type"]), ("tag", "picture", "polygonlabels"))
            for x, y in result["value"]["points"]:
                self.assertTrue(0 <= x <= 100 and 0 <= y <= 100)
            self.assertIn(result["value"]["polygonlabels"][0], NAMES)

    def test_labels_may_be_read_as_other_words(self):
        first = NAMES[0]
        config = interface("BrushLabels", NAMES[1:]).replace(
            "</BrushLabels>", f'<Label value="Mine" predicted_values="{first}"/></BrushLabels>')
        values = {r["value"]["brushlabels"][0] for r in self.predict(config).json["results"][0]["result"]}
        self.assertNotIn(first, values)

    def test_what_cannot_be_answered(self):
        for config in ("", "<View>", "no XML", "<View/>", interface("RectangleLabels"), interface("BrushLabels", []),
                       interface("BrushLabels", ["a", "a"]), interface("BrushLabels").replace("$photo", "photo"),
                       interface("BrushLabels").replace('toName="picture"', 'toName="other"'), "<a>" * 20000,
                       '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><View>&b;</View>'):
            self.assertEqual(self.predict(config).status, 400, config[:80])
        good = interface("BrushLabels")
        for data in ({"other": "x"}, {"photo": 7}, {"photo": "/data/upload/1/a.png"}, {"photo": "http://127.0.0.1:1/a.png"},
                     {"photo": "/etc/passwd"}, {"photo": "data:image/png;base64,AAAA"}):
            self.assertEqual(self.predict(good, **data).status, 400, data)
        self.assertEqual(self.server.post("/predict", {"tasks": 7, "label_config": good}).status, 400)
        self.assertEqual(self.server.post("/predict", {"label_config": good}).status, 400)
        self.assertEqual(self.server.post("/predict", {"tasks": [], "label_config": good}).json["results"], [])


if __name__ == "__main__":
    main()
