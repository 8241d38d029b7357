// Sharded checkpoints: an index and the files it names.
#include "archive/shard_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "archive/safetensors.h"
#include "look_at.h"
#include "pickle_writer.h"
#include "test_support.h"

namespace relprompt::archive {
namespace {

using testing::ElementsAre;
namespace fs = std::filesystem;

void write_shard(const fs::path& path, const std::vector<std::string>& names) {
  static const std::string kByte = "x";
  std::vector<TensorView> tensors;
  for (const std::string& name : names) tensors.push_back({name, DType::kU8, {1}, test::as_bytes(kByte), 1});
  write_safetensors(path, tensors);
}

fs::path write_index(const test::TemporaryFolder& folder, const std::string& weight_map) {
  const fs::path path = folder / "model.safetensors.index.json";
  test::write_text(path, R"({"metadata":{"total_size":3},"weight_map":)" + weight_map + "}");
  return path;
}

TEST(ShardIndex, JoinsTheShards) {
  const test::TemporaryFolder folder;
  write_shard(folder / "1.safetensors", {"b", "c"});
  write_shard(folder / "2.safetensors", {"a"});
  const auto archive =
      open_shards(write_index(folder, R"({"a":"2.safetensors","b":"1.safetensors","c":"1.safetensors"})"));
  EXPECT_EQ(archive->format(), "safetensors shards");
  EXPECT_THAT(test::names_of(*archive), ElementsAre("a", "b", "c"));
  EXPECT_EQ(test::values_of<char>(*archive->find("a")), std::vector<char>{'x'});
}

TEST(ShardIndex, JoinsPytorchShards) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "1.bin", test::make_pytorch_file(
                                         test::PickleWriter().raw("}").text("w").tensor({}).raw("s").finish(),
                                         {test::bytes_of<float>({1, 2})}));
  const auto archive = open_shards(write_index(folder, R"({"w":"1.bin"})"));
  EXPECT_EQ(archive->format(), "pytorch zip shards");
  EXPECT_THAT(test::values_of<float>(*archive->find("w")), ElementsAre(1, 2));
}

TEST(ShardIndex, RefusesNamesThatLeadElsewhere) {
  const test::TemporaryFolder folder;
  for (const char* name : {"\"../x\"", "\"/etc/passwd\"", "\"..\"", "\".\"", "\"\"", "\"a/b\"", "\"a\\\\b\"",
                           "7", "\"a\\u0000b\""}) {
    SCOPED_TRACE(name);
    EXPECT_ERROR(open_shards(write_index(folder, std::string("{\"w\":") + name + "}")), ErrorCode::kBadHeader,
                 "no plain file name");
  }
}

TEST(ShardIndex, NamesWhatIsMissing) {
  const test::TemporaryFolder folder;
  EXPECT_ERROR(open_shards(folder / "none.json"), ErrorCode::kModelNotFound, "none.json");
  EXPECT_ERROR(open_shards(write_index(folder, R"({"w":"gone.safetensors"})")), ErrorCode::kModelNotFound,
               "gone.safetensors");
  write_shard(folder / "1.safetensors", {"v"});
  const fs::path index = write_index(folder, R"({"w":"1.safetensors"})");
  EXPECT_ERROR(open_shards(index), ErrorCode::kTensorMismatch,
               "\"w\" is missing from its shard \"1.safetensors\"");
}

TEST(ShardIndex, RefusesATensorInTwoShards) {
  const test::TemporaryFolder folder;
  write_shard(folder / "1.safetensors", {"a", "b"});
  write_shard(folder / "2.safetensors", {"b"});
  const fs::path index = write_index(folder, R"({"a":"1.safetensors","b":"2.safetensors"})");
  EXPECT_ERROR(open_shards(index), ErrorCode::kDuplicateName, "\"b\" is in two shards");
}

TEST(ShardIndex, RefusesOtherJson) {
  const test::TemporaryFolder folder;
  const fs::path path = folder / "config.json";
  for (const char* text : {"{}", "[]", R"({"weight_map":[]})"}) {
    test::write_text(path, text);
    EXPECT_ERROR(open_shards(path), ErrorCode::kBadHeader, "no weight_map");
  }
  test::write_text(path, "{");
  EXPECT_ERROR(open_shards(path), ErrorCode::kBadHeader, "not valid JSON");
  test::write_text(path, R"({"weight_map":{"a":"1","a":"2"}})");
  EXPECT_ERROR(open_shards(path), ErrorCode::kDuplicateName, "\"a\"");
}

TEST(ShardIndex, AnIndexIsNoShard) {
  const test::TemporaryFolder folder;
  const fs::path index = write_index(folder, R"({"w":"model.safetensors.index.json"})");
  EXPECT_ERROR(open_shards(index), ErrorCode::kUnknownFormat, "model.safetensors.index.json");
}

}  // namespace
}  // namespace relprompt::archive
