"""/openapi.json is orderly by itself, and what the server answers is what it says."""
import base64
import json
import re
import unittest
import urllib.parse

from serving import CLASSES, Server, main, png, scene

try:
    import jsonschema
except ImportError:
    jsonschema = None


def references(value):
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"]
        for child in value.values():
            yield from references(child)
    elif isinstance(value, list):
        for child in value:
            yield from references(child)


class OpenApi(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.document = cls.server.get("/openapi.json").json
        cls.image = base64.b64encode(png(20, 16, lambda x, y: (x * 12, y * 15, 99))).decode()

    @classmethod
    def tearDownClass(cls):
        assert cls.server.stop() == 0, cls.server.messages

    def resolve(self, reference):
        value = self.document
        for key in reference.removeprefix("#/").split("/"):
            value = value[key]
        return value

    def operations(self):
        for path, item in self.document["paths"].items():
            for method in ("get", "post", "delete", "put", "patch"):
                if method in item:
                    yield path, method, item, item[method]

    def test_the_document(self):
        self.assertRegex(self.document["openapi"], r"^3\.1\.\d+$")
        self.assertTrue({"title", "version"} <= set(self.document["info"]))
        for reference in references(self.document):
            self.resolve(reference)
        ids = [operation["operationId"] for _, _, _, operation in self.operations()]
        self.assertEqual(len(ids), len(set(ids)))
        for path, _, item, operation in self.operations():
            self.assertTrue(operation["responses"])
            declared = {p["name"] for p in item.get("parameters", []) + operation.get("parameters", []) if p["in"] == "path"}
            self.assertEqual(declared, set(re.findall(r"{(\w+)}", path)), path)
            for status, response in operation["responses"].items():
                self.assertRegex(status, r"^[1-5]\d\d$")
                response = self.resolve(response["$ref"]) if "$ref" in response else response
                self.assertIn("description", response)

    @unittest.skipUnless(jsonschema, "python3-jsonschema is not installed")
    def test_schemas_are_schemas(self):
        for schema in self.document["components"]["schemas"].values():
            jsonschema.Draft202012Validator.check_schema(schema)

    def check(self, path, method, answer):
        operation = self.document["paths"][path][method]
        self.assertIn(str(answer.status), operation["responses"], (path, method, answer.status, answer.body[:200]))
        response = operation["responses"][str(answer.status)]
        response = self.resolve(response["$ref"]) if "$ref" in response else response
        if "content" not in response:
            self.assertEqual(answer.body, b"")
            return
        kind = answer.headers["content-type"].split(";")[0]
        self.assertIn(kind, response["content"], (path, answer.status))
        if kind == "application/json" and jsonschema:
            schema = {**response["content"][kind]["schema"], "components": self.document["components"]}
            jsonschema.Draft202012Validator(schema).validate(answer.json)

    def test_answers_are_as_described(self):
        server, fields = self.server, {"image": self.image, "classes": CLASSES}
        kept = server.post("/v1/segment", {**fields, "keep": True, "outputs": ["labels", "overlay", "coco", "scores"]})
        session = kept.json["session"]
        self.check("/v1/segment", "post", kept)
        for body in ({}, {**fields, "classes": "x" * 999}, {**fields, "model": "x"}, {**fields, "image": "/a"}):
            self.check("/v1/segment", "post", server.post("/v1/segment", body))
        query = "/v1/segment?" + urllib.parse.urlencode({"classes": CLASSES})
        self.check("/v1/segment", "post", server.ask("POST", query, scene(), {"Content-Type": "image/png", "Accept": "application/zip"}))
        self.check("/v1/segment", "post", server.ask("POST", query, scene(), {"Content-Type": "text/plain"}))
        for path in ("/v1/models", "/v1/vocabularies", "/v2", "/v2/health/live", "/v2/health/ready", "/health", "/metrics",
                     "/openapi.json", "/"):
            self.check(path, "get", server.get(path))
        self.check("/v1/progress/{word}", "get", server.get("/v1/progress/unknown-word"))
        one = "/v1/sessions/" + session
        self.check("/v1/sessions/{session}/relabel", "post", server.post(one + "/relabel", {"unknown": 0.5}))
        self.check("/v1/sessions/{session}/relabel", "post", server.post(one + "/relabel", {"unknown": "x"}))
        self.check("/v1/sessions/{session}/scores/{label}.png", "get", server.get(one + "/scores/0.png"))
        self.check("/v1/sessions/{session}/scores/{label}.png", "get", server.get(one + "/scores/99.png"))
        attention = server.get(one + "/attention")
        self.check("/v1/sessions/{session}/attention", "get", attention)
        self.check("/v1/sessions/{session}/attention/{layer}/{label}.png", "get",
                   server.get(f"{one}/attention/{attention.json['layers'][0]}/0.png"))
        self.check("/v1/sessions/{session}", "delete", server.ask("DELETE", one))
        self.check("/v1/sessions/{session}", "delete", server.ask("DELETE", one))
        self.check("/v2/models/{model}", "get", server.get("/v2/models/demo"))
        self.check("/v2/models/{model}", "get", server.get("/v2/models/x"))
        self.check("/v2/models/{model}/ready", "get", server.get("/v2/models/demo/ready"))
        tensor = {"name": "image", "datatype": "BYTES", "shape": [1], "data": [self.image]}
        for body in ({"inputs": [tensor], "parameters": {"classes": CLASSES}}, {"inputs": [tensor]}):
            self.check("/v2/models/{model}/infer", "post", server.post("/v2/models/demo/infer", body))
        config = ('<View><Image name="i" value="$image"/><BrushLabels name="b" toName="i"><Label value="circle"/>'
                  '<Label value="square"/></BrushLabels></View>')
        self.check("/setup", "post", server.post("/setup", {"project": "1", "schema": config}))
        url = "data:image/png;base64," + self.image
        self.check("/predict", "post", server.post("/predict", {"tasks": [{"data": {"image": url}}], "label_config": config}))
        self.check("/predict", "post", server.post("/predict", {}))
        self.check("/webhook", "post", server.post("/webhook", {"action": "x"}))

    def test_requests_are_as_described(self):
        """What the schema of a request names is accepted, every field of it."""
        schema = self.document["components"]["schemas"]["SegmentRequest"]
        values = {"image": self.image, "classes": ["a", ["b", "c"]], "unknown": {"": 0.1}, "seen": [0], "calibration": 0.2,
                  "min_area": 0.1, "outputs": "labels", "overlay": {"alpha": 0.4, "contours": False, "legend": False},
                  "model": "demo", "background": "other;stuff", "contrast": True, "templates": ["a {}"], "names": "max",
                  "refine": "none", "short_side": 64, "stride": 32, "window": 64, "keep": False, "simplify": 1, "min_polygon": 2}
        left = set(schema["properties"]) - set(values)
        self.assertEqual(left, {"vocabulary", "head", "mean", "logit_scale"}, "those of a bare CLIP, and the other list")
        answer = self.server.post("/v1/segment", values)
        self.assertEqual(answer.status, 200, answer.body[:300])
        if jsonschema:
            jsonschema.Draft202012Validator({**schema, "components": self.document["components"]}).validate(values)


if __name__ == "__main__":
    main()
