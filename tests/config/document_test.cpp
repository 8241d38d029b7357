// A config file with the changes of the command line.
#include "config/document.h"

#include "config/yaml.h"
#include "test_support.h"

namespace relprompt::config {
namespace {

using nlohmann::json;

TEST(Document, AssignmentsReplaceMakeAndRemove) {
  const json document = parse_document("train: {batch: 16, best: none}\nname: x\nlist: [1]\n", "c.yaml",
                                       {"train.batch=8", "data.train.root=/a=b", "name=", "list=[2, 3]",
                                        "train.batch=4", "model.m2oe={rank: 6}", "model.m2oe.top_k=1"});
  EXPECT_EQ(document["train"], json::parse(R"({"batch": 4, "best": "none"})"));
  EXPECT_EQ(document["data"]["train"]["root"], "/a=b");
  EXPECT_TRUE(document["name"].is_null());
  EXPECT_EQ(document["list"], json({2, 3}));
  EXPECT_EQ(document["model"]["m2oe"], json::parse(R"({"rank": 6, "top_k": 1})"));
  EXPECT_EQ(parse_document("", "c.yaml", {"seed=5"}), json({{"seed", 5}}));
  EXPECT_EQ(parse_document("train:\n", "c.yaml", {"train.batch=2"})["train"]["batch"], 2);
}

TEST(Document, BadAssignmentsAreQuoted) {
  const auto bad = [](const std::string& assignment, const std::string& fragment) {
    EXPECT_ERROR(parse_document("name: x\n", "c.yaml", {assignment}), ErrorCode::kBadArgument, fragment);
  };
  bad("train.batch", "--set 'train.batch': no \"=\"");
  bad("=5", "an empty key");
  bad("train..batch=5", "an empty key");
  bad("train.=5", "an empty key");
  bad("train. batch=5", "blanks around one");
  bad("name.first=5", "'name' is no map of keys");
  bad("seed=a: b: c", "--set 'seed=a: b: c':1: no valid YAML");
  bad("seed=1\n---\n2", "a second document");
  std::string deep = "a";
  for (std::size_t i = 0; i < kMaxYamlDepth; ++i) deep += ".a";
  bad(deep + "=1", "too many keys");
}

TEST(Document, ReadsFiles) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "a.yaml", "seed: 3\n");
  EXPECT_EQ(read_document(folder / "a.yaml", {"threads=2"}), json({{"seed", 3}, {"threads", 2}}));
  test::write_text(folder / "empty.yaml", "");
  EXPECT_EQ(read_document(folder / "empty.yaml"), json::object());
  test::write_text(folder / "list.yaml", "[1]");
  EXPECT_ERROR(read_document(folder / "list.yaml"), ErrorCode::kBadArgument, "list.yaml: a config is a map");
  test::write_text(folder / "long.yaml", std::string(kMaxYamlBytes + 5, '#'));
  EXPECT_ERROR(read_document(folder / "long.yaml"), ErrorCode::kBadArgument, "no config is that long");
  EXPECT_ERROR(read_document(folder / "none.yaml"), ErrorCode::kNotFound, "none.yaml");
  EXPECT_ERROR(read_document(folder.path()), ErrorCode::kUnreadable, folder.path().string());
}

}  // namespace
}  // namespace relprompt::config
