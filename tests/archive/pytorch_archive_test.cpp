// PyTorch zip files as a whole: where tensors are found, how storages are shared, and what is refused.
#include "archive/pytorch_archive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "look_at.h"
#include "pickle_writer.h"
#include "test_support.h"
#include "zip_writer.h"

namespace relprompt::archive {
namespace {

using test::as_bytes;
using test::make_pytorch_file;
using test::make_zip;
using test::names_of;
using test::PickledTensorSpec;
using test::PickleWriter;
using test::values_of;
using test::ZipMember;
using testing::ElementsAre;
using testing::IsEmpty;

const std::string kTwoFloats = test::bytes_of<float>({1.5f, -2.0f});
const std::string kSixFloats = test::bytes_of<float>({0, 1, 2, 3, 4, 5});

// Keeps the bytes that the archive's views point into.
struct Parsed {
  explicit Parsed(std::string bytes)
      : file(std::move(bytes)), archive(parse_pytorch(as_bytes(file), file.size(), "m.pt")) {}
  std::string file;
  std::unique_ptr<TensorArchive> archive;
};

void expect_refused(const std::string& file, ErrorCode code, const std::string& fragment) {
  EXPECT_ERROR(parse_pytorch(as_bytes(file), file.size(), "m.pt"), code, fragment);
  EXPECT_ERROR(parse_pytorch(as_bytes(file), file.size(), "m.pt"), code, "m.pt");
}

std::string one_tensor(const PickledTensorSpec& spec) {
  return PickleWriter().raw("}").text("w").tensor(spec).raw("s").finish();
}

PickledTensorSpec six(std::vector<std::int64_t> shape, std::vector<std::int64_t> strides,
                      std::int64_t offset = 0) {
  PickledTensorSpec spec;
  spec.shape = std::move(shape);
  spec.strides = std::move(strides);
  spec.offset = offset;
  spec.elements = 6;
  return spec;
}

TEST(PytorchArchive, ReadsATopLevelStateDictInPlace) {
  const Parsed parsed(make_pytorch_file(
      PickleWriter().raw("}(").text("b.weight").tensor({}).text("a").tensor({}).raw("u").finish(),
      {kTwoFloats}));
  EXPECT_EQ(parsed.archive->format(), "pytorch zip");
  EXPECT_THAT(names_of(*parsed.archive), ElementsAre("a", "b.weight"));
  const TensorView& tensor = *parsed.archive->find("b.weight");
  EXPECT_EQ(tensor.dtype, DType::kF32);
  EXPECT_THAT(tensor.shape, ElementsAre(2));
  EXPECT_THAT(values_of<float>(tensor), ElementsAre(1.5f, -2.0f));
  EXPECT_GE(tensor.data, as_bytes(parsed.file));
  EXPECT_LT(tensor.data, as_bytes(parsed.file) + parsed.file.size());
}

TEST(PytorchArchive, PrefersStateDictThenModel) {
  const auto with = [](const char* key) {
    return Parsed(make_pytorch_file(PickleWriter()
                                        .raw("}(")
                                        .text("optimizer")
                                        .raw("}")
                                        .text("m")
                                        .tensor({})
                                        .raw("s")
                                        .text("epoch")
                                        .integer(7)
                                        .text(key)
                                        .raw("}")
                                        .text("module.w")
                                        .tensor({})
                                        .raw("su")
                                        .finish(),
                                    {kTwoFloats}));
  };
  EXPECT_THAT(names_of(*with("state_dict").archive), ElementsAre("module.w"));
  EXPECT_THAT(names_of(*with("model").archive), ElementsAre("module.w"));
  EXPECT_THAT(names_of(*with("weights").archive), ElementsAre("optimizer.m", "weights.module.w"));
}

TEST(PytorchArchive, ATensorNamedModelIsNoModel) {
  const Parsed parsed(make_pytorch_file(
      PickleWriter().raw("}(").text("model").tensor({}).text("other").tensor({}).raw("u").finish(),
      {kTwoFloats}));
  EXPECT_THAT(names_of(*parsed.archive), ElementsAre("model", "other"));
}

TEST(PytorchArchive, WalksTorchScriptModules) {
  const Parsed parsed(make_pytorch_file(PickleWriter()
                                            .global("__torch__", "Net")
                                            .raw(")\x81}(")
                                            .text("training")
                                            .raw("\x89")
                                            .text("name")
                                            .text("x")
                                            .text("list")
                                            .raw("](")
                                            .tensor({})
                                            .raw("e")
                                            .text("child")
                                            .global("__torch__.c", "Child")
                                            .raw(")\x81}(")
                                            .text("weight")
                                            .tensor({})
                                            .raw("ub")
                                            .text("packed")
                                            .global("__torch__.p", "Packed")
                                            .raw(")\x81(K\x01tb")
                                            .text("empty")
                                            .global("__torch__.e", "Empty")
                                            .raw(")\x81")
                                            .text("scale")
                                            .tensor({})
                                            .raw("ub")
                                            .finish(),
                                        {kTwoFloats}));
  EXPECT_THAT(names_of(*parsed.archive), ElementsAre("child.weight", "scale"));
}

TEST(PytorchArchive, EntriesWithoutATextKeyArePassedOver) {
  const Parsed parsed(make_pytorch_file(
      PickleWriter().raw("}(K\x01").tensor({}).text("w").tensor({}).raw("u").finish(), {kTwoFloats}));
  EXPECT_THAT(names_of(*parsed.archive), ElementsAre("w"));
}

TEST(PytorchArchive, CopiesStridedTensors) {
  const Parsed transposed(make_pytorch_file(one_tensor(six({2, 3}, {1, 2})), {kSixFloats}));
  EXPECT_THAT(values_of<float>(transposed.archive->tensors()[0]), ElementsAre(0, 2, 4, 1, 3, 5));
  const Parsed repeated(make_pytorch_file(one_tensor(six({2, 2}, {0, 1}, 4)), {kSixFloats}));
  EXPECT_THAT(values_of<float>(repeated.archive->tensors()[0]), ElementsAre(4, 5, 4, 5));
  const Parsed gaps(make_pytorch_file(one_tensor(six({3}, {2}, 1)), {kSixFloats}));
  EXPECT_THAT(values_of<float>(gaps.archive->tensors()[0]), ElementsAre(1, 3, 5));
}

TEST(PytorchArchive, SharedStoragesOffsetsAndSingletonStridesStayInPlace) {
  const Parsed parsed(make_pytorch_file(PickleWriter()
                                            .raw("}(")
                                            .text("a")
                                            .tensor(six({2}, {1}, 1))
                                            .text("b")
                                            .tensor(six({1, 3}, {999, 1}, 3))
                                            .raw("u")
                                            .finish(),
                                        {kSixFloats}));
  EXPECT_THAT(values_of<float>(*parsed.archive->find("a")), ElementsAre(1, 2));
  EXPECT_THAT(values_of<float>(*parsed.archive->find("b")), ElementsAre(3, 4, 5));
  EXPECT_EQ(parsed.archive->find("b")->data - parsed.archive->find("a")->data, 8);
}

TEST(PytorchArchive, ScalarsAndEmptyTensors) {
  const Parsed scalar(make_pytorch_file(one_tensor(six({}, {}, 5)), {kSixFloats}));
  EXPECT_THAT(scalar.archive->tensors()[0].shape, IsEmpty());
  EXPECT_THAT(values_of<float>(scalar.archive->tensors()[0]), ElementsAre(5));
  PickledTensorSpec nothing = six({3, 0}, {7, 9}, 100);
  nothing.elements = 0;
  const Parsed empty(make_pytorch_file(one_tensor(nothing), {""}));
  EXPECT_THAT(empty.archive->tensors()[0].shape, ElementsAre(3, 0));
  EXPECT_EQ(empty.archive->tensors()[0].bytes, 0u);
}

struct StorageType {
  const char* name;
  DType dtype;
};

class PytorchStorages : public testing::TestWithParam<StorageType> {};

TEST_P(PytorchStorages, ReadsTheType) {
  PickledTensorSpec spec;
  spec.type = GetParam().name;
  spec.device = "cuda:0";
  const Parsed parsed(
      make_pytorch_file(one_tensor(spec), {std::string(2 * size_of(GetParam().dtype), '\1')}));
  EXPECT_EQ(parsed.archive->tensors()[0].dtype, GetParam().dtype);
  EXPECT_EQ(parsed.archive->tensors()[0].bytes, 2 * size_of(GetParam().dtype));
}

INSTANTIATE_TEST_SUITE_P(
    All, PytorchStorages,
    testing::Values(StorageType{"DoubleStorage", DType::kF64}, StorageType{"FloatStorage", DType::kF32},
                    StorageType{"HalfStorage", DType::kF16}, StorageType{"BFloat16Storage", DType::kBF16},
                    StorageType{"LongStorage", DType::kI64}, StorageType{"IntStorage", DType::kI32},
                    StorageType{"ShortStorage", DType::kI16}, StorageType{"CharStorage", DType::kI8},
                    StorageType{"ByteStorage", DType::kU8}, StorageType{"BoolStorage", DType::kBool}),
    [](const auto& kind) { return std::string(kind.param.name); });

std::vector<ZipMember> parts(const std::string& pickle) {
  std::vector<ZipMember> members(2);
  members[0].name = "m/data.pkl";
  members[0].content = pickle;
  members[1].name = "m/data/0";
  members[1].content = kTwoFloats;
  return members;
}

TEST(PytorchArchive, ReadsDeflatedEntries) {
  std::vector<ZipMember> members =
      parts(PickleWriter().raw("}(").text("a").tensor({}).text("b").tensor({}).raw("u").finish());
  for (ZipMember& member : members) member.deflate = true;
  const Parsed parsed(make_zip(members));
  EXPECT_THAT(values_of<float>(*parsed.archive->find("a")), ElementsAre(1.5f, -2.0f));
  EXPECT_EQ(parsed.archive->find("a")->data, parsed.archive->find("b")->data) << "inflated once";
}

TEST(PytorchArchive, ReadsTheByteOrder) {
  std::vector<ZipMember> members = parts(one_tensor({}));
  members.emplace_back();
  members.back().name = "m/byteorder";
  members.back().content = "little";
  EXPECT_EQ(Parsed(make_zip(members)).archive->tensors().size(), 1u);
  members.back().content = "big";
  expect_refused(make_zip(members), ErrorCode::kUnknownFormat, "\"big\"");
  members.back().content = std::string(1000, 'l');
  expect_refused(make_zip(members), ErrorCode::kZipBomb, "byteorder");
}

TEST(PytorchArchive, RefusesOtherZipFiles) {
  std::vector<ZipMember> members(1);
  members[0].name = "readme.txt";
  expect_refused(make_zip(members), ErrorCode::kUnknownFormat, "no NAME/data.pkl");
  members[0].name = "a/data.pkl";
  members.push_back(members[0]);
  members[1].name = "b/data.pkl";
  expect_refused(make_zip(members), ErrorCode::kUnknownFormat, "two pickles");
}

TEST(PytorchArchive, RefusesARootThatIsNoStateDict) {
  expect_refused(make_pytorch_file(PickleWriter()
                                       .raw("](K\x01"
                                            "e")
                                       .finish(),
                                   {}),
                 ErrorCode::kUnknownFormat, "neither a state dict nor a module");
}

TEST(PytorchArchive, RefusesTensorsOutsideTheirStorage) {
  const std::vector<std::string> storages = {kSixFloats};
  expect_refused(make_pytorch_file(one_tensor(six({7}, {1})), storages), ErrorCode::kBadOffsets,
                 "beyond the 6 numbers");
  expect_refused(make_pytorch_file(one_tensor(six({2}, {1}, 5)), storages), ErrorCode::kBadOffsets, "beyond");
  expect_refused(make_pytorch_file(one_tensor(six({2, 2}, {4, 2})), storages), ErrorCode::kBadOffsets,
                 "beyond");
  expect_refused(make_pytorch_file(one_tensor(six({3}, {INT64_MAX})), storages), ErrorCode::kBadOffsets,
                 "beyond");
  expect_refused(make_pytorch_file(one_tensor(six({1}, {1}, INT64_MAX)), storages), ErrorCode::kBadOffsets,
                 "beyond");
  expect_refused(make_pytorch_file(one_tensor(six({6}, {1})), {kTwoFloats}), ErrorCode::kBadOffsets,
                 "has 8 bytes");
}

TEST(PytorchArchive, RefusesShapesThatOverflow) {
  expect_refused(make_pytorch_file(one_tensor(six({INT64_MAX, 4}, {0, 0})), {kSixFloats}),
                 ErrorCode::kShapeOverflow, "overflows");
}

TEST(PytorchArchive, RefusesTensorsThatRepeatOneNumberForever) {
  expect_refused(make_pytorch_file(one_tensor(six({1LL << 40}, {0})), {kSixFloats}), ErrorCode::kZipBomb,
                 "copied");
}

TEST(PytorchArchive, RefusesAMissingStorage) {
  expect_refused(make_pytorch_file(one_tensor({}), {}), ErrorCode::kTruncatedArchive, "\"model/data/0\"");
}

TEST(PytorchArchive, RefusesTwoTensorsOfOneName) {
  expect_refused(make_pytorch_file(PickleWriter()
                                       .raw("}(")
                                       .text("a.b")
                                       .tensor({})
                                       .text("a")
                                       .raw("}")
                                       .text("b")
                                       .tensor({})
                                       .raw("su")
                                       .finish(),
                                   {kTwoFloats}),
                 ErrorCode::kDuplicateName, "\"a.b\"");
}

// Seen by UndefinedBehaviorSanitizer: two steps of that stride are more than 64 bits hold.
TEST(PytorchArchive, ADimensionOfOneMayHaveAnyStride) {
  const Parsed parsed(
      make_pytorch_file(one_tensor(six({1, 3, 1, 2}, {INT64_MAX, 1, INT64_MAX, 3})), {kSixFloats}));
  EXPECT_THAT(values_of<float>(parsed.archive->tensors()[0]), ElementsAre(0, 3, 1, 4, 2, 5));
}

TEST(PytorchArchive, RefusesSharedDictsThatMultiply) {
  PickleWriter writer;
  writer.raw("}q").raw(std::string(1, '\0'));
  for (char i = 1; i < 60; ++i) {
    writer.raw("0}q" + std::string(1, i) + "(");
    writer.text("l").raw("h" + std::string(1, static_cast<char>(i - 1)));
    writer.text("r").raw("h" + std::string(1, static_cast<char>(i - 1))).raw("u");
  }
  expect_refused(make_pytorch_file(writer.finish(), {}), ErrorCode::kPickleMalformed, "too many entries");
}

TEST(PytorchArchive, RefusesOverlongNames) {
  expect_refused(
      make_pytorch_file(PickleWriter().raw("}").text(std::string(5000, 'x')).tensor({}).raw("s").finish(),
                        {kTwoFloats}),
      ErrorCode::kPickleMalformed, "name is too long");
}

TEST(PytorchArchive, PassesOnWhatThePickleReaderRefuses) {
  expect_refused(make_pytorch_file(PickleWriter().global("os", "system").finish(), {}),
                 ErrorCode::kPickleGlobal, "os.system");
  expect_refused(make_pytorch_file(PickleWriter().raw("I7\n").finish(), {}), ErrorCode::kPickleOpcode,
                 "0x49");
}

}  // namespace
}  // namespace relprompt::archive
