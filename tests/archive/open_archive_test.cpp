// One door for every kind of checkpoint, told apart by content.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "archive/safetensors.h"
#include "archive/tensor_archive.h"
#include "look_at.h"
#include "pickle_writer.h"
#include "test_support.h"

namespace relprompt::archive {
namespace {

using testing::ElementsAre;
namespace fs = std::filesystem;

void write_one(const fs::path& path, const std::string& name) {
  static const std::string kByte = "x";
  write_safetensors(path, {{name, DType::kU8, {1}, test::as_bytes(kByte), 1}});
}

void write_pytorch(const fs::path& path, const std::string& name) {
  test::write_text(
      path, test::make_pytorch_file(test::PickleWriter().raw("}").text(name).tensor({}).raw("s").finish(),
                                    {test::bytes_of<float>({1, 2})}));
}

void expect_refused(const std::string& bytes, ErrorCode code, const std::string& fragment) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "file.bin", bytes);
  EXPECT_ERROR(open_archive(folder / "file.bin"), code, fragment);
  EXPECT_ERROR(open_archive(folder / "file.bin"), code, "file.bin");
}

TEST(OpenArchive, GoesByContentNotByName) {
  const test::TemporaryFolder folder;
  write_one(folder / "a.pt", "a");
  EXPECT_EQ(open_archive(folder / "a.pt")->format(), "safetensors");
  write_pytorch(folder / "b.safetensors", "b");
  EXPECT_EQ(open_archive(folder / "b.safetensors")->format(), "pytorch zip");
  test::write_text(folder / "c.txt", R"({"weight_map":{"a":"a.pt"}})");
  EXPECT_EQ(open_archive(folder / "c.txt")->format(), "safetensors shards");
}

TEST(OpenArchive, FindsTheCheckpointOfAFolder) {
  const test::TemporaryFolder folder;
  EXPECT_ERROR(open_archive(folder.path()), ErrorCode::kModelNotFound, "pytorch_model.bin.index.json");
  test::write_text(folder / "pytorch_model.bin.index.json", R"({"weight_map":{"shard":"s"}})");
  write_pytorch(folder / "s", "shard");
  EXPECT_THAT(test::names_of(*open_archive(folder.path())), ElementsAre("shard"));
  write_pytorch(folder / "pytorch_model.bin", "bin");
  EXPECT_THAT(test::names_of(*open_archive(folder.path())), ElementsAre("bin"));
  test::write_text(folder / "model.safetensors.index.json", R"({"weight_map":{"shard":"s"}})");
  EXPECT_THAT(test::names_of(*open_archive(folder.path())), ElementsAre("shard"));
  write_one(folder / "model.safetensors", "whole");
  EXPECT_THAT(test::names_of(*open_archive(folder.path())), ElementsAre("whole"));
}

TEST(OpenArchive, NamesAMissingPath) {
  EXPECT_ERROR(open_archive("/no/such/model"), ErrorCode::kModelNotFound, "/no/such/model");
}

TEST(OpenArchive, RefusesLegacyPickles) {
  const std::string magic("\x80\x02\x8A\x0Al\xFC\x9C\x46\xF9 j\xA8P\x19.", 15);
  expect_refused(magic + "\x80\x02M\xE9\x03.", ErrorCode::kLegacyPickle, "re-save it");
}

TEST(OpenArchive, RefusesOtherFilesAndSaysWhatTheyLookLike) {
  expect_refused("", ErrorCode::kUnknownFormat, "is empty");
  expect_refused("\x89PNG\r\n\x1A\n and more", ErrorCode::kUnknownFormat, "PNG\\r\\n");
  expect_refused("\x89PNG\r\n\x1A\n and more", ErrorCode::kUnknownFormat, "supported are safetensors");
  expect_refused("version https://git-lfs.github.com/spec/v1\n", ErrorCode::kUnknownFormat, "git lfs pull");
  expect_refused("<!DOCTYPE html>", ErrorCode::kUnknownFormat, "web page");
  expect_refused("\x80\x04N.", ErrorCode::kUnknownFormat, "bare Python pickle");
}

TEST(OpenArchive, ADamagedSafetensorsFileIsNamedAsSuch) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "m.safetensors", "abc");
  EXPECT_ERROR(open_archive(folder / "m.safetensors"), ErrorCode::kTruncatedArchive, "m.safetensors");
  test::write_text(folder / "m.safetensors", std::string(100, '\xFF'));
  EXPECT_ERROR(open_archive(folder / "m.safetensors"), ErrorCode::kBadHeader, "m.safetensors");
}

TEST(OpenArchive, ATruncatedPytorchFileIsNamedAsSuch) {
  expect_refused(std::string("PK\x03\x04 and no directory"), ErrorCode::kTruncatedArchive, "directory");
}

}  // namespace
}  // namespace relprompt::archive
