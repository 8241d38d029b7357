"""A client of the Open Inference Protocol, written from the protocol's text: metadata, health, inference with tensors in
JSON and as bytes behind it."""
import base64
import json
import struct
import unittest

from serving import CLASSES, Server, main, png, program_files, read_grey, scene

CODES = {"UINT8": "B", "UINT16": "H", "UINT64": "Q", "FP32": "f"}


def to_bytes(datatype, elements):
    if datatype == "BYTES":
        return b"".join(struct.pack("<I", len(e)) + e for e in elements)
    return struct.pack(f"<{len(elements)}{CODES[datatype]}", *elements)


def from_bytes(datatype, data):
    if datatype != "BYTES":
        return list(struct.unpack(f"<{len(data) // struct.calcsize('<' + CODES[datatype])}{CODES[datatype]}", data))
    elements, at = [], 0
    while at < len(data):
        length, = struct.unpack_from("<I", data, at)
        elements.append(data[at + 4:at + 4 + length].decode())
        at += 4 + length
    return elements


class V2(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.width, cls.height, cls.labels = read_grey(program_files(scene(), "-c", CLASSES, save="labels")[".labels.png"])
        cls.small = [x * 9 % 256 for x in range(12 * 16 * 3)]
        cls.small_png = png(16, 12, lambda x, y: cls.small[(y * 16 + x) * 3:(y * 16 + x) * 3 + 3])

    @classmethod
    def tearDownClass(cls):
        assert cls.server.stop() == 0, cls.server.messages

    def infer(self, inputs, outputs=(), parameters=None, binary=True, request_id="r1"):
        """inputs: name, datatype, shape, elements. The answer's outputs by name as (shape, elements)."""
        document, tail = {"id": request_id, "inputs": []}, b""
        if parameters:
            document["parameters"] = parameters
        for name, datatype, shape, elements in inputs:
            tensor = {"name": name, "datatype": datatype, "shape": shape}
            if binary:
                data = to_bytes(datatype, elements)
                tensor["parameters"] = {"binary_data_size": len(data)}
                tail += data
            else:
                tensor["data"] = elements
            document["inputs"].append(tensor)
        if outputs:
            document["outputs"] = [{"name": name, "parameters": {"binary_data": binary}} for name in outputs]
        head = json.dumps(document).encode()
        headers = {"Content-Type": "application/json"}
        if binary:
            headers = {"Content-Type": "application/octet-stream", "Inference-Header-Content-Length": str(len(head))}
        return self.server.ask("POST", "/v2/models/demo/infer", head + tail, headers)

    def outputs(self, answer):
        self.assertEqual(answer.status, 200, answer.body[:300])
        length = int(answer.headers.get("inference-header-content-length", len(answer.body)))
        document, tail = json.loads(answer.body[:length]), answer.body[length:]
        self.assertEqual((document["model_name"], document["id"]), ("demo", "r1"))
        found = {}
        for tensor in document["outputs"]:
            if "data" in tensor:
                elements = tensor["data"]
            else:
                size = tensor["parameters"]["binary_data_size"]
                elements, tail = from_bytes(tensor["datatype"], tail[:size]), tail[size:]
            found[tensor["name"]] = (tensor["shape"], elements)
        self.assertEqual(tail, b"")
        return found

    def test_metadata_and_health(self):
        about = self.server.get("/v2").json
        self.assertEqual(about["name"], "relprompt")
        self.assertIn("version", about)
        self.assertIn("binary_tensor_data", about["extensions"])
        for path in ("/v2/health/live", "/v2/health/ready", "/v2/models/demo/ready", "/v2/models/demo/versions/1/ready"):
            self.assertEqual(self.server.get(path).status, 200)
        model = self.server.get("/v2/models/demo").json
        self.assertEqual(model["name"], "demo")
        self.assertIn("platform", model)
        self.assertEqual({t["name"]: t["datatype"] for t in model["inputs"]}, {"image": "UINT8", "classes": "BYTES"})
        self.assertIn("labels", [t["name"] for t in model["outputs"]])
        for path in ("/v2/models/other", "/v2/models/demo/versions/2", "/v2/models/other/ready", "/v2/nothing"):
            answer = self.server.get(path)
            self.assertEqual(answer.status, 404)
            self.assertIsInstance(answer.json["error"], str, "the protocol's errors are texts")

    def test_a_file_as_bytes(self):
        found = self.outputs(self.infer([("image", "BYTES", [1], [scene()]), ("classes", "BYTES", [1], [CLASSES.encode()])],
                                        ["labels", "pixels", "class_names"]))
        self.assertEqual(found["labels"], ([self.height, self.width], self.labels))
        names = CLASSES.split(", ")
        self.assertEqual(found["pixels"], ([len(names)], [self.labels.count(i) for i in range(len(names))]))
        self.assertEqual(found["class_names"][1], [name.split(";")[0] for name in names])

    def test_pixels_in_json_and_as_bytes(self):
        expected = read_grey(program_files(self.small_png, "-c", CLASSES, save="labels")[".labels.png"])[2]
        names = CLASSES.split(", ")
        for shape in ([12, 16, 3], [1, 12, 16, 3]):
            raw = self.outputs(self.infer([("image", "UINT8", shape, self.small),
                                           ("classes", "BYTES", [len(names)], [n.encode() for n in names])], ["labels", "scores"]))
            self.assertEqual(raw["labels"], ([12, 16], expected))
            shape_of_scores, scores = raw["scores"]
            self.assertEqual(shape_of_scores, [len(names), 12, 16])
            best = [max(range(len(names)), key=lambda c, i=i: scores[c * 192 + i]) for i in range(192)]
            self.assertEqual(best, expected)
            text = self.outputs(self.infer([("image", "UINT8", shape, self.small), ("classes", "BYTES", [1], [CLASSES])],
                                           binary=False))
            self.assertEqual(text["labels"], ([12, 16], expected))
            self.assertEqual(set(text), {"labels", "pixels"})
        nested = [[self.small[(y * 16 + x) * 3:(y * 16 + x) * 3 + 3] for x in range(16)] for y in range(12)]
        self.assertEqual(self.outputs(self.infer([("image", "UINT8", [12, 16, 3], nested), ("classes", "BYTES", [1], [CLASSES])],
                                                 binary=False))["labels"][1], expected)
        encoded = base64.b64encode(self.small_png).decode()
        self.assertEqual(self.outputs(self.infer([("image", "BYTES", [1], [encoded]), ("classes", "BYTES", [1], [CLASSES])],
                                                 binary=False))["labels"][1], expected)

    def test_parameters_are_fields(self):
        inputs = [("image", "UINT8", [12, 16, 3], self.small)]
        found = self.outputs(self.infer(inputs, ["labels"], {"classes": CLASSES, "unknown": 0.99}))
        expected = read_grey(program_files(self.small_png, "-c", CLASSES, "--unknown", "0.99", save="labels")[".labels.png"])[2]
        self.assertEqual([255 if label == 65535 else label for label in found["labels"][1]], expected)
        answer = self.infer(inputs, parameters={"vocabulary": "voc-20", "binary_data_output": True})
        self.assertIn("inference-header-content-length", answer.headers)
        self.assertEqual(len(self.outputs(answer)["pixels"][1]), 20)

    def test_errors_are_texts(self):
        image, classes = ("image", "UINT8", [12, 16, 3], self.small), ("classes", "BYTES", [1], [b"a, b"])
        for inputs, more in (([image], {}), ([classes], {}), ([image, image, classes], {}), ([image, classes, classes], {}),
                             ([("image", "UINT8", [12, 16, 4], self.small), classes], {}),
                             ([("image", "UINT8", [12, 17, 3], self.small), classes], {}),
                             ([("image", "UINT8", [0, 16, 3], []), classes], {}),
                             ([("image", "FP32", [12, 16, 3], [0.5] * 576), classes], {}),
                             ([("image", "BYTES", [2], [b"a", b"b"]), classes], {}),
                             ([image, ("clases", "BYTES", [1], [b"a"])], {}), ([image, classes], {"outputs": ["label"]}),
                             ([image, classes], {"outputs": ["labels", "labels"]}), ([image, classes], {"parameters": {"x": 1}}),
                             ([image, classes], {"parameters": {"keep": True}}), ([image, classes], {"parameters": {"classes": "x"}})):
            answer = self.infer(inputs, **more)
            self.assertEqual(answer.status, 400, (inputs[0][:3], more, answer.body[:200]))
            self.assertIsInstance(answer.json["error"], str)

    def test_hostile_bytes(self):
        head = json.dumps({"inputs": [{"name": "classes", "datatype": "BYTES", "shape": [1],
                                       "parameters": {"binary_data_size": 8}}]}).encode()
        for length, tail in (("x", b""), ("-1", b""), (str(len(head) + 99), b""), (str(len(head)), b""),
                             (str(len(head)), struct.pack("<I", 2 ** 32 - 1) + b"abcd"), (str(len(head)), bytes(9)),
                             ("99999999999999999999", b""), (str(len(head) - 1), b"")):
            answer = self.server.ask("POST", "/v2/models/demo/infer", head + tail, {
                "Content-Type": "application/octet-stream", "Inference-Header-Content-Length": length})
            self.assertEqual(answer.status, 400, (length, tail))
        for body in (b"[]", b"{}", b'{"inputs": 7}', b'{"inputs": [7]}', b'{"inputs": [{}]}',
                     b'{"inputs": [{"name": "image", "datatype": "UINT8", "shape": [-1, 2, 3], "data": []}]}',
                     b'{"inputs": [{"name": "image", "datatype": "UINT8", "shape": [99999, 99999, 3], "data": []}]}',
                     b'{"inputs": [{"name": "image", "datatype": "UINT8", "shape": [1, 1, 3], "data": [1, 2, 256]}], "parameters": {"classes": "a"}}',
                     b'{"inputs": [{"name": "image", "datatype": "UINT8", "shape": [1, 1, 3], "data": ' + b"[" * 60 + b"]" * 60 + b"}]}"):
            answer = self.server.ask("POST", "/v2/models/demo/infer", body, {"Content-Type": "application/json"})
            self.assertIn(answer.status, (400, 413), body[:80])
            self.assertIsInstance(answer.json["error"], str)


if __name__ == "__main__":
    main()
