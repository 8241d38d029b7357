// Checkpoints that are small, or modest, and would take minutes or gigabytes: read in time and memory that
// grow with the file, or refused.
#include <cstdint>
#include <string>

#include <gtest/gtest.h>

#include "archive/pickle_reader.h"
#include "archive/pytorch_archive.h"
#include "archive/safetensors.h"
#include "archive/shard_index.h"
#include "limited_run.h"
#include "look_at.h"
#include "pickle_writer.h"
#include "test_support.h"

namespace relprompt::archive {
namespace {

using test::as_bytes;
using test::make_pytorch_file;
using test::PickleWriter;
using test::run_within;

std::string repeated(const std::string& piece, std::size_t count) {
  std::string all;
  all.reserve(piece.size() * count);
  for (std::size_t i = 0; i < count; ++i) all += piece;
  return all;
}

std::string four_bytes(std::uint32_t number) {
  return {reinterpret_cast<const char*>(&number), sizeof number};
}

void expect_refused(const std::string& pickle, const std::string& fragment) {
  const std::string file = make_pytorch_file(pickle, {});
  EXPECT_ERROR(parse_pytorch(as_bytes(file), file.size(), "m.pt"), ErrorCode::kPickleMalformed, fragment);
}

TEST(Attack, SafetensorsOf400000Tensors) {
  constexpr std::size_t kTensors = 400'000;
  std::string header = "{";
  for (std::size_t i = 0; i < kTensors; ++i) {
    header += "\"tensor." + std::to_string(i) + R"(":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},)";
  }
  header.back() = '}';
  const std::uint64_t length = header.size();
  const std::string file = std::string(reinterpret_cast<const char*>(&length), 8) + header;
  run_within(10 * file.size() >> 20, [&] {
    const auto archive = parse_safetensors(as_bytes(file), file.size(), "many.safetensors");
    EXPECT_EQ(archive->tensors().size(), kTensors);
    EXPECT_NE(archive->find("tensor.399999"), nullptr);
  });
}

TEST(Attack, ShardIndexOf400000Tensors) {
  const test::TemporaryFolder folder;
  std::string index = R"({"metadata":{"total":[1,{"x":[]}]},"weight_map":{)";
  for (std::size_t i = 0; i < 400'000; ++i)
    index += "\"tensor." + std::to_string(i) + R"(":"gone.safetensors",)";
  index.back() = '}';
  test::write_text(folder / "index.json", index + "}");
  run_within(10 * index.size() >> 20, [&] {
    EXPECT_ERROR(open_shards(folder / "index.json"), ErrorCode::kModelNotFound, "gone.safetensors");
  });
}

TEST(Attack, ShardIndexThatIsTooLongOrNests) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "long.json", R"({"weight_map":{},"x":[)" + repeated("[],", 12'000'000) + "0]}");
  run_within(64, [&] {
    EXPECT_ERROR(open_shards(folder / "long.json"), ErrorCode::kBadHeader,
                 "long.json: 36000025 bytes, expected at most 33554432");
  });
  test::write_text(folder / "deep.json", R"({"weight_map":{},"x":)" + std::string(400'000, '['));
  EXPECT_ERROR(open_shards(folder / "deep.json"), ErrorCode::kBadHeader, "nests too deep");
}

// A memo names one dictionary of many entries again and again. Keys are numbers, so that nothing has a name.
TEST(Attack, PickleThatNamesOneLargeDictManyTimes) {
  const std::string large = "(" + repeated("h\x01h\x01", 1'000'000) + "u";
  const std::string many = "(" + repeated("h\x02h\x03", 900'000) + "u";
  const std::string pickle = PickleWriter()
                                 .raw(
                                     "}K\x01q\x01"
                                     "0")
                                 .text("a")
                                 .raw(
                                     "q\x02"
                                     "0}q\x03" +
                                     large + "0" + many)
                                 .finish();
  run_within(256, [&] { expect_refused(pickle, "too many entries"); });
}

TEST(Attack, PickleOfManySmallLists) {
  std::string pickle("\x80\x02](K\x01q\x00", 8);
  for (std::uint32_t i = 1; i <= 2'000'000; ++i)
    pickle += "]r" + four_bytes(i) +
              std::string(
                  "h\x00"
                  "a",
                  3);
  pickle += "e.";
  const auto* bytes = as_bytes(pickle);
  run_within(160, [&] {
    EXPECT_ERROR(read_pickle(bytes, pickle.size(), "m.pt"), ErrorCode::kPickleMalformed,
                 "too many values; at most 524288 are read");
  });
}

// Five bytes a copy of a text that the memo holds once.
TEST(Attack, PickleThatCopiesOneLongText) {
  const std::string records = PickleWriter()
                                  .raw("](")
                                  .global("__torch__", std::string(1000, 'x'))
                                  .raw(
                                      "q\x01"
                                      "0" +
                                      repeated("h\x01)\x81", 500'000) + "e")
                                  .finish();
  run_within(256, [&] { expect_refused(records, "its values take more than 128 MB"); });
  const std::string storages = PickleWriter()
                                   .raw("](")
                                   .text("storage")
                                   .global("torch", "FloatStorage")
                                   .text(std::string(1'000'000, 'k'))
                                   .text("cpu")
                                   .raw(
                                       "K\x01tq\x01"
                                       "0" +
                                       repeated("h\x01Q", 100'000) + "e")
                                   .finish();
  expect_refused(storages, "key is too long");
}

TEST(Attack, PickleOfManyMarksOrMemoEntries) {
  run_within(64, [] { expect_refused(std::string(10'000'000, '('), "too many marks"); });
  std::string memo = "N";
  for (std::uint32_t i = 0; i < 1'000'000; ++i) memo += "r" + four_bytes(i);
  run_within(128, [&] { expect_refused(memo + ".", "remembers too many values"); });
}

TEST(Attack, PickleOfManyLongNames) {
  PickleWriter writer;
  writer.raw("}q\x01(");
  writer.tensor({}).raw(
      "q\x02"
      "0");
  for (int i = 0; i < 300; ++i) writer.text(std::to_string(i)).raw("h\x02");
  writer.raw("u0}(");
  for (int i = 0; i < 400; ++i) writer.text(std::string(990, 'x') + std::to_string(i)).raw("h\x01");
  run_within(256, [&] { expect_refused(writer.raw("u").finish(), "too long names"); });
}

TEST(Attack, PickleThatIsTooLong) {
  const std::string file = make_pytorch_file(std::string(17'000'000, 'N'), {});
  EXPECT_ERROR(parse_pytorch(as_bytes(file), file.size(), "m.pt"), ErrorCode::kZipBomb,
               "more than the 16777216 allowed here");
}

}  // namespace
}  // namespace relprompt::archive
