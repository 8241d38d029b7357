// Manifests as people and programs write them, and as nobody should.
#include "shards/manifest.h"

#include <set>

#include <gmock/gmock.h>

#include "test_support.h"

namespace relprompt::shards {
namespace {

using testing::ElementsAre;

class ReadManifest : public testing::Test {
 protected:
  Manifest read(const std::string& text, const Shard& shard = {}) const {
    test::write_text(folder_ / "list", text);
    return read_manifest((folder_ / "list").string(), shard);
  }

  std::set<std::string> ids(const std::string& text, const Shard& shard) const {
    std::set<std::string> result;
    for (const auto& image : read(text, shard).images) result.insert(image.id);
    return result;
  }

  test::TemporaryFolder folder_;
};

std::string lines_up_to(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += "in/" + std::to_string(i) + ".jpg\n";
  return text;
}

TEST_F(ReadManifest, PathsGiveIdsByTheirStems) {
  const auto manifest = read("a/street.jpg\r\n\n/b/x.tar.png\n {.jpg");
  ASSERT_EQ(manifest.images.size(), 3u);
  EXPECT_EQ(manifest.images[0].image, "a/street.jpg");
  EXPECT_EQ(manifest.images[0].id, "street");
  EXPECT_EQ(manifest.images[1].id, "x.tar");
  EXPECT_EQ(manifest.images[1].line, 3u);
  EXPECT_EQ(manifest.images[1].at, 1u);
  EXPECT_EQ(manifest.images[2].id, " {") << "text stays text, and a last line needs no end";
  EXPECT_EQ(manifest.list.images, 3u);
}

TEST_F(ReadManifest, ObjectsSayMoreOfAnImage) {
  const auto manifest = read(
      "{\"image\": \"a/street.jpg\"}\n"
      "{\"image\": \"b/street.jpg\", \"id\": \"b/street\", \"classes\": [\"road\", \"car;vehicle\"], "
      "\"seen\": "
      "[\"road\"]}\n"
      "{\"image_bytes\": \"a%FF.jpg\", \"id\": \"strange\"}\n");
  ASSERT_EQ(manifest.images.size(), 3u);
  EXPECT_EQ(manifest.images[0].id, "street");
  EXPECT_EQ(manifest.images[1].id, "b/street");
  EXPECT_THAT(manifest.images[1].classes, ElementsAre("road", "car;vehicle"));
  EXPECT_THAT(manifest.images[1].seen, ElementsAre("road"));
  EXPECT_EQ(manifest.images[2].image, "a\xff.jpg");
}

TEST_F(ReadManifest, ShardsShareTheListAndKnowAllOfIt) {
  const auto text = lines_up_to(100);
  const auto whole = read(text);
  std::size_t images = 0;
  for (std::size_t index = 0; index < 3; ++index) {
    const auto manifest = read(text, {index, 3});
    images += manifest.images.size();
    for (const auto& image : manifest.images) {
      EXPECT_EQ(shard_of(image.id, 3), index);
      EXPECT_EQ(whole.images[image.at].id, image.id);
    }
    EXPECT_EQ(manifest.list.images, 100u);
    EXPECT_EQ(manifest.list.sha256, whole.list.sha256);
  }
  EXPECT_EQ(images, 100u);
}

TEST_F(ReadManifest, AddedImagesMoveNoOther) {
  for (std::size_t index = 0; index < 5; ++index) {
    const Shard shard{index, 5};
    const auto before = ids(lines_up_to(200), shard),
               after = ids("new/first.jpg\n" + lines_up_to(300), shard);
    for (const auto& id : before) EXPECT_EQ(after.count(id), 1u) << id;
  }
}

TEST_F(ReadManifest, SummaryIsAsDocumented) {
  const auto list = read("street.jpg\n{\n").list;  // a path that is called {
  EXPECT_EQ(list.images, 2u);
  EXPECT_EQ(list.sha256, "51889bcb334fd608280846726d05c04164113b513bb4da93e3bf90266f024f00");
}

TEST_F(ReadManifest, EqualStemsNeedIds) {
  EXPECT_ERROR(read("a/street.jpg\nb/sky.jpg\nb/street.jpg\n"), ErrorCode::kBadArgument,
               "list, line 3: expected an id that no other line has, found \"street\", the id of line 1");
  EXPECT_ERROR(read("a/street.jpg\nb/street.jpg\n", {1, 3}), ErrorCode::kBadArgument, "the id of line 1");
}

TEST_F(ReadManifest, IdsStayBelowTheOutputFolder) {
  const std::pair<const char*, const char*> bad[] = {
      {"../up", "holds \"..\""},
      {"a/../../b", "holds \"..\""},
      {"./a", "holds \".\""},
      {"/etc/passwd", "begins or ends with a slash"},
      {"a/", "begins or ends with a slash"},
      {"a//b", "two in a row"},
      {"", "is empty"},
      {"a\\nb", "holds a control character"},
      {"a\\u001b[31m", "holds a control character"},
      {"a\\u0000b", "holds a control character"},
      {".relprompt-parts/a", "which relprompt keeps for itself"},
      {"a/.relprompt-files", "which relprompt keeps for itself"},
  };
  for (const auto& [id, why] : bad) {
    EXPECT_ERROR(read(std::string("{\"image\": \"a.jpg\", \"id\": \"") + id + "\"}\n"),
                 ErrorCode::kBadArgument, why);
  }
  EXPECT_ERROR(read("{\"image\": \"a.jpg\", \"id\": \"" + std::string(201, 'x') + "\"}"),
               ErrorCode::kBadArgument, "holds a name of 201 bytes");
  EXPECT_ERROR(read("..\n"), ErrorCode::kBadArgument, "(the stem of the path)");
  EXPECT_ERROR(read("a/\n"), ErrorCode::kBadArgument, "is empty");
}

TEST_F(ReadManifest, SaysWhatIsWrongWhere) {
  EXPECT_ERROR(read("{\"image\": \"a.jpg\"}\nb.jpg\n"), ErrorCode::kBadArgument,
               "list, line 2: not valid JSON");
  EXPECT_ERROR(read("{\"image\": \"a.jpg\"}\n[1]\n"), ErrorCode::kBadArgument,
               "list, line 2: expected a JSON object, found [1]");
  EXPECT_ERROR(read("{\"id\": \"a\"}\n"), ErrorCode::kBadArgument,
               "list, line 1: expected a path under \"image\"");
  EXPECT_ERROR(read("{\"image\": 3}\n"), ErrorCode::kBadArgument, "'image'");
  EXPECT_ERROR(read("{\"image\": \"a.jpg\", \"clases\": []}\n"), ErrorCode::kBadArgument, "clases");
  EXPECT_ERROR(read("{\"image\": \"a.jpg\", \"classes\": \"road\"}\n"), ErrorCode::kBadArgument,
               "a list of texts");
  EXPECT_ERROR(read(std::string("a.jpg\0b.jpg\0", 12)), ErrorCode::kBadArgument, "found a zero byte");
  EXPECT_ERROR(read(std::string(5000, 'x')), ErrorCode::kBadArgument,
               "a path of at most 4096 bytes, found 5000");
  EXPECT_ERROR(read("\n\r\n"), ErrorCode::kBadArgument, "lists no image");
  EXPECT_ERROR(read("{\"image_bytes\": \"a%F\"}"), ErrorCode::kBadArgument, "percent-encoded");
  EXPECT_ERROR(read_manifest((folder_ / "gone").string(), {}), ErrorCode::kNotFound, "gone");
}

TEST_F(ReadManifest, LongLinesAreNotReadToTheirEnd) {
  EXPECT_ERROR(read("a.jpg\n" + std::string(kMaxManifestLine + 1, 'x')), ErrorCode::kUnreadable,
               "list, line 2: expected a line of at most 1048576 bytes");
}

TEST_F(ReadManifest, MessagesHoldNoControlCharacters) {
  try {
    read("a\x1b[31m.jpg\n");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()).find('\x1b'), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace relprompt::shards
