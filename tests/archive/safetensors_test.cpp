// The safetensors reader and writer: round trips, and one bad file for every way to be bad.
#include "archive/safetensors.h"

#include <cstdint>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "look_at.h"
#include "test_support.h"

namespace relprompt::archive {
namespace {

using test::as_bytes;
using test::values_of;
using testing::ElementsAre;

// A file of this header and `data_bytes` zeros.
std::string file_of(const std::string& header, std::size_t data_bytes) {
  const std::uint64_t length = header.size();
  return std::string(reinterpret_cast<const char*>(&length), 8) + header + std::string(data_bytes, '\0');
}

void expect_refused(const std::string& file, ErrorCode code, const std::string& fragment) {
  EXPECT_ERROR(parse_safetensors(as_bytes(file), file.size(), "bad.safetensors"), code, fragment);
  EXPECT_ERROR(parse_safetensors(as_bytes(file), file.size(), "bad.safetensors"), code, "bad.safetensors");
}

TensorView view(const std::string& name, DType type, std::vector<std::int64_t> shape,
                const std::string& bytes) {
  return {name, type, std::move(shape), as_bytes(bytes), bytes.size()};
}

TEST(Safetensors, RoundTripsEveryTypeScalarsAndEmptyTensors) {
  const test::TemporaryFolder folder;
  const std::string bytes = "0123456789abcdef";
  std::vector<TensorView> tensors;
  for (const DType type : {DType::kF64, DType::kF32, DType::kF16, DType::kBF16, DType::kI64, DType::kI32,
                           DType::kI16, DType::kI8, DType::kU8, DType::kBool}) {
    const auto count = static_cast<std::int64_t>(bytes.size() / size_of(type));
    tensors.push_back({name_of(type), type, {1, count}, as_bytes(bytes), bytes.size()});
  }
  tensors.push_back({"scalar", DType::kF32, {}, as_bytes(bytes), 4});
  tensors.push_back({"a.empty", DType::kI64, {3, 0}, nullptr, 0});
  write_safetensors(folder / "all.safetensors", tensors, {{"format", "pt"}});

  const auto archive = open_safetensors(folder / "all.safetensors");
  ASSERT_EQ(archive->tensors().size(), tensors.size());
  EXPECT_EQ(archive->format(), "safetensors");
  EXPECT_EQ(archive->metadata().at("format"), "pt");
  for (const TensorView& expected : tensors) {
    const TensorView* found = archive->find(expected.name);
    ASSERT_NE(found, nullptr) << expected.name;
    EXPECT_EQ(found->dtype, expected.dtype);
    EXPECT_EQ(found->shape, expected.shape);
    ASSERT_EQ(found->bytes, expected.bytes);
    EXPECT_EQ(values_of<char>(*found), values_of<char>(expected));
  }
  EXPECT_EQ(archive->find("no such"), nullptr);
  EXPECT_TRUE(std::is_sorted(archive->tensors().begin(), archive->tensors().end(),
                             [](const TensorView& a, const TensorView& b) { return a.name < b.name; }));
}

TEST(Safetensors, WritesTheDocumentedBytes) {
  const test::TemporaryFolder folder;
  const std::string data = "\x01\x02";
  write_safetensors(folder / "b", {view("b", DType::kU8, {2}, data), view("a", DType::kU8, {0}, "")},
                    {{"k", "v"}});
  const std::string header =
      R"({"__metadata__":{"k":"v"},"b":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},)"
      R"("a":{"dtype":"U8","shape":[0],"data_offsets":[2,2]}})";
  const std::string padded = header + std::string((8 - header.size() % 8) % 8, ' ');
  EXPECT_EQ(test::read_text(folder / "b"), file_of(padded, 0) + data);
}

TEST(Safetensors, AFileOfNoTensorsIsLegal) {
  const std::string file = file_of("{}", 0);
  EXPECT_TRUE(parse_safetensors(as_bytes(file), file.size(), "x")->tensors().empty());
}

TEST(Safetensors, ReadsInPlace) {
  const std::string file = file_of(R"({"t":{"dtype":"I16","shape":[2],"data_offsets":[0,4]}})", 4);
  const auto archive = parse_safetensors(as_bytes(file), file.size(), "x");
  EXPECT_EQ(archive->tensors()[0].data, as_bytes(file) + file.size() - 4);
}

TEST(Safetensors, TheWriterRefusesDuplicateAndReservedNamesAndLeavesNothing) {
  const test::TemporaryFolder folder;
  const TensorView one = view("one", DType::kU8, {1}, "1");
  EXPECT_ERROR(write_safetensors(folder / "f", {one, one}), ErrorCode::kDuplicateName, "\"one\"");
  const TensorView reserved = view("__metadata__", DType::kU8, {1}, "1");
  EXPECT_ERROR(write_safetensors(folder / "f", {reserved}), ErrorCode::kDuplicateName, "__metadata__");
  const TensorView no_text = view("\xFF", DType::kU8, {1}, "1");
  EXPECT_ERROR(write_safetensors(folder / "f", {no_text}), ErrorCode::kBadHeader, "UTF-8");
  const TensorView short_data = view("short", DType::kF32, {1}, "123");
  EXPECT_ERROR(write_safetensors(folder / "f", {short_data}), ErrorCode::kInternal, "\"short\"");
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Safetensors, NamesAMissingFile) {
  EXPECT_ERROR(open_safetensors("/no/such/file"), ErrorCode::kModelNotFound, "/no/such/file");
}

TEST(Safetensors, RefusesTruncatedFiles) {
  expect_refused("1234567", ErrorCode::kTruncatedArchive, "7 bytes");
  const std::string good = file_of(R"({"t":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})", 4);
  expect_refused(good.substr(0, good.size() - 1), ErrorCode::kTruncatedArchive, "bytes 0 to 4 of 3");
  expect_refused(good.substr(0, 20), ErrorCode::kTruncatedArchive, "the file at 20");
}

TEST(Safetensors, RefusesBadHeaders) {
  expect_refused(std::string(16, '\x7F'), ErrorCode::kBadHeader, "at most 100000000");
  expect_refused(file_of("{\"t\":", 0), ErrorCode::kBadHeader, "header: not valid JSON at line 1, byte 6");
  expect_refused(file_of("[]", 0), ErrorCode::kBadHeader, "no JSON object");
  expect_refused(file_of(R"({"t":1e999})", 0), ErrorCode::kBadHeader, "out of range");
  expect_refused(file_of(R"({"t":[[[[[[[[[[]]]]]]]]]]})", 0), ErrorCode::kBadHeader,
                 "dtype, shape and data_offsets");
  expect_refused(file_of(R"({"t":7})", 0), ErrorCode::kBadHeader, "dtype, shape and data_offsets");
  expect_refused(file_of(R"({"t":{"dtype":"U8","shape":[0],"data_offsets":[0,0],"more":1}})", 0),
                 ErrorCode::kBadHeader, "dtype, shape and data_offsets");
  expect_refused(file_of(R"({"t":{"dtype":7,"shape":[0],"data_offsets":[0,0]}})", 0), ErrorCode::kBadHeader,
                 "dtype");
  expect_refused(file_of(R"({"t":{"dtype":"U8","shape":1,"data_offsets":[0,0]}})", 0), ErrorCode::kBadHeader,
                 "shape");
  expect_refused(file_of(R"({"t":{"dtype":"U8","shape":[1.5],"data_offsets":[0,0]}})", 0),
                 ErrorCode::kBadHeader, "no integer");
  expect_refused(file_of(R"({"t":{"dtype":"U8","shape":[0],"data_offsets":[0]}})", 0), ErrorCode::kBadHeader,
                 "pair");
  expect_refused(file_of(R"({"__metadata__":{"k":1}})", 0), ErrorCode::kBadHeader, "\"k\"");
  expect_refused(file_of(R"({"__metadata__":[]})", 0), ErrorCode::kBadHeader, "__metadata__");
}

TEST(Safetensors, RefusesBadOffsets) {
  expect_refused(file_of(R"({"t":{"dtype":"U8","shape":[4],"data_offsets":[0,3]}})", 3),
                 ErrorCode::kBadOffsets, "takes 4 bytes, data_offsets give 3");
  expect_refused(file_of(R"({"t":{"dtype":"F32","shape":[4],"data_offsets":[0,4]}})", 4),
                 ErrorCode::kBadOffsets, "takes 16 bytes");
  expect_refused(file_of(R"({"t":{"dtype":"U8","shape":[1],"data_offsets":[2,1]}})", 2),
                 ErrorCode::kBadOffsets, "before they begin");
  expect_refused(file_of(R"({"t":{"dtype":"U8","shape":[1],"data_offsets":[-1,0]}})", 2),
                 ErrorCode::kBadOffsets, "no byte positions");
  expect_refused(file_of(R"({"t":{"dtype":"U8","shape":[1],"data_offsets":[9,10]}})", 2),
                 ErrorCode::kBadOffsets, "outside the file");
}

TEST(Safetensors, RefusesOverlapsAndHoles) {
  const std::string first = R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},)";
  expect_refused(file_of(first + R"("b":{"dtype":"U8","shape":[4],"data_offsets":[3,7]}})", 7),
                 ErrorCode::kOverlap, "overlap");
  expect_refused(file_of(first + R"("b":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})", 4),
                 ErrorCode::kOverlap, "overlap");
  expect_refused(file_of(first + R"("b":{"dtype":"U8","shape":[2],"data_offsets":[5,7]}})", 7),
                 ErrorCode::kOverlap, "from 4 on belong to no tensor");
  expect_refused(file_of(first + R"("b":{"dtype":"U8","shape":[2],"data_offsets":[4,6]}})", 7),
                 ErrorCode::kOverlap, "last 1 bytes");
}

TEST(Safetensors, RefusesImpossibleShapes) {
  const auto with_shape = [](const std::string& shape) {
    return file_of(R"({"t":{"dtype":"F32","shape":)" + shape + R"(,"data_offsets":[0,4]}})", 4);
  };
  expect_refused(with_shape("[4294967296,4294967296]"), ErrorCode::kShapeOverflow, "overflows");
  expect_refused(with_shape("[9223372036854775807]"), ErrorCode::kShapeOverflow, "overflows");
  expect_refused(with_shape("[18446744073709551615]"), ErrorCode::kShapeOverflow, "no size of a dimension");
  expect_refused(with_shape("[-1]"), ErrorCode::kShapeOverflow, "-1");
  std::string many = "[1";
  for (int i = 0; i < 40; ++i) many += ",1";
  expect_refused(with_shape(many + "]"), ErrorCode::kShapeOverflow, "more than 32 dimensions");
}

TEST(Safetensors, RefusesUnknownTypes) {
  expect_refused(file_of(R"({"t":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}})", 1),
                 ErrorCode::kUnsupportedDtype, "F8_E4M3");
}

TEST(Safetensors, RefusesDuplicateNames) {
  const std::string entry = R"("t":{"dtype":"U8","shape":[1],"data_offsets":[0,1]})";
  expect_refused(file_of("{" + entry + "," + entry + "}", 1), ErrorCode::kDuplicateName, "\"t\"");
  expect_refused(file_of(R"({"t":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}})", 1),
                 ErrorCode::kDuplicateName, "\"dtype\"");
}

TEST(Safetensors, TheSameKeyInTwoObjectsIsNoDuplicate) {
  const std::string file = file_of(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
                                   R"("b":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})",
                                   2);
  EXPECT_THAT(test::names_of(*parse_safetensors(as_bytes(file), file.size(), "x")), ElementsAre("a", "b"));
}

TEST(Safetensors, MessagesDefuseHostileNames) {
  const std::string file = file_of(R"({"\u001b[31mred\nline":7})", 0);
  expect_refused(file, ErrorCode::kBadHeader, "\\u001b[31mred\\nline");
}

}  // namespace
}  // namespace relprompt::archive
