// The pickle machine: every opcode that checkpoints carry, and nothing else.
#include "archive/pickle_reader.h"

#include <gtest/gtest.h>

#include "look_at.h"
#include "pickle_writer.h"
#include "test_support.h"

namespace relprompt::archive {
namespace {

using test::PickledTensorSpec;
using test::PickleWriter;

PickleTree read(const std::string& pickle) {
  return read_pickle(test::as_bytes(pickle), pickle.size(), "p.pkl");
}

void expect_refused(const PickleWriter& writer, ErrorCode code, const std::string& fragment) {
  const std::string pickle = writer.finish();
  EXPECT_ERROR(read(pickle), code, fragment);
  EXPECT_ERROR(read(pickle), code, "p.pkl: pickle, byte ");
}

void expect_malformed(const std::string& opcodes, const std::string& fragment) {
  expect_refused(PickleWriter().raw(opcodes), ErrorCode::kPickleMalformed, fragment);
}

const Value& item(const PickleTree& tree, std::size_t i) {
  return tree[tree[tree.root].items.at(i)];
}

TEST(PickleReader, ReadsConstants) {
  using namespace std::string_literals;
  const PickleTree tree = read(
      PickleWriter()
          .raw(
              "(N\x88\x89K\xFFM\xFF\xFFJ\xFE\xFF\xFF\xFF\x8A\x00\x8A\x01\xFF\x8A\x08\x00\x00\x00\x00\x00\x00\x00\x80"s)
          .raw("G\x3F\xF8\x00\x00\x00\x00\x00\x00t"s)
          .finish());
  ASSERT_EQ(tree[tree.root].kind, ValueKind::kTuple);
  ASSERT_EQ(tree[tree.root].items.size(), 10u);
  EXPECT_EQ(item(tree, 0).kind, ValueKind::kNone);
  EXPECT_EQ(item(tree, 1).kind, ValueKind::kBool);
  EXPECT_EQ(item(tree, 1).number, 1);
  EXPECT_EQ(item(tree, 2).number, 0);
  EXPECT_EQ(item(tree, 3).number, 255);
  EXPECT_EQ(item(tree, 4).number, 65535);
  EXPECT_EQ(item(tree, 5).number, -2);
  EXPECT_EQ(item(tree, 6).number, 0);
  EXPECT_EQ(item(tree, 7).number, -1);
  EXPECT_EQ(item(tree, 8).number, INT64_MIN);
  EXPECT_EQ(item(tree, 9).kind, ValueKind::kDouble);
  EXPECT_EQ(item(tree, 9).real, 1.5);
}

TEST(PickleReader, AnIntegerBeyond64BitsIsInert) {
  const PickleTree tree = read(PickleWriter().raw("\x8A\x09" + std::string(9, '\x7F')).finish());
  EXPECT_EQ(tree[tree.root].kind, ValueKind::kRecord);
}

TEST(PickleReader, ReadsTextsOfEveryLengthForm) {
  using namespace std::string_literals;
  const PickleTree tree = read(PickleWriter()
                                   .raw("(X\x02\x00\x00\x00"s + "ab\x8C\x02" + "cd")
                                   .raw("\x8D\x02\x00\x00\x00\x00\x00\x00\x00"s + "ef")
                                   .raw("B\x02\x00\x00\x00gh"s + "C\x02ijt")
                                   .finish());
  std::string all;
  for (std::size_t i = 0; i < 5; ++i) all += item(tree, i).text;
  EXPECT_EQ(all, "abcdefghij");
}

TEST(PickleReader, ReadsContainers) {
  const PickleTree tree = read(PickleWriter()
                                   .raw("(]K\x01"
                                        "a(K\x02K\x03"
                                        "e")  // [1, 2, 3]
                                   .raw("}")
                                   .text("k")
                                   .raw("K\x04s(")
                                   .text("l")
                                   .raw("K\x05u")
                                   .raw(")K\x06\x85K\x07K\x08\x86K\x09K\x0AK\x0B\x87t")
                                   .finish());
  EXPECT_EQ(item(tree, 0).items.size(), 3u);
  EXPECT_EQ(tree.lookup(item(tree, 1), "k")->number, 4);
  EXPECT_EQ(tree.lookup(item(tree, 1), "l")->number, 5);
  EXPECT_EQ(tree.lookup(item(tree, 1), "m"), nullptr);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(item(tree, 2 + i).kind, ValueKind::kTuple);
    EXPECT_EQ(item(tree, 2 + i).items.size(), i);
  }
  EXPECT_EQ(tree[item(tree, 5).items[0]].number, 9);
}

TEST(PickleReader, RemembersAndDiscards) {
  using namespace std::string_literals;
  const PickleTree tree =
      read(PickleWriter()
               .raw("(K\x01q\x05r\x00\x01\x00\x00\x94\x30h\x05j\x00\x01\x00\x00j\x02\x00\x00\x00"s)
               .raw("(\x30(K\x09K\x09\x31t")
               .finish());
  ASSERT_EQ(tree[tree.root].items.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(item(tree, i).number, 1);
}

TEST(PickleReader, ReadsFramesAndStackGlobals) {
  using namespace std::string_literals;
  const PickleTree tree = read("\x80\x04\x95\x00\x00\x00\x00\x00\x00\x00\x00"s +
                               PickleWriter().text("collections").text("OrderedDict").raw("\x93)R").finish());
  EXPECT_EQ(tree[tree.root].kind, ValueKind::kDict);
}

TEST(PickleReader, ReadsTensors) {
  PickledTensorSpec spec;
  spec.key = "17";
  spec.shape = {2, 3};
  spec.strides = {1, 2};
  spec.offset = 1000;
  spec.elements = 1LL << 40;
  spec.type = "HalfStorage";
  spec.device = "cuda:0";
  const PickleTree tree = read(PickleWriter().tensor(spec).finish());
  ASSERT_EQ(tree[tree.root].kind, ValueKind::kTensor);
  ASSERT_EQ(tree.tensors.size(), 1u);
  EXPECT_EQ(tree.tensors[0].shape, spec.shape);
  EXPECT_EQ(tree.tensors[0].strides, spec.strides);
  EXPECT_EQ(tree.tensors[0].offset, 1000u);
  const PickledStorage& storage = tree.storages[tree.tensors[0].storage];
  EXPECT_EQ(storage.key, "17");
  EXPECT_EQ(storage.dtype, DType::kF16);
  EXPECT_EQ(storage.elements, 1ULL << 40);
}

TEST(PickleReader, ReadsParametersSizesAndTypeTags) {
  const PickleTree tree = read(PickleWriter()
                                   .raw("(")
                                   .global("torch._utils", "_rebuild_parameter")
                                   .raw("(")
                                   .tensor({})
                                   .raw("\x88")
                                   .global("collections", "OrderedDict")
                                   .raw(")RtR")
                                   .global("torch", "Size")
                                   .raw("(")
                                   .integers({4, 5})
                                   .raw("tR")
                                   .global("torch.jit._pickle", "build_intlist")
                                   .raw("(](K\x07"
                                        "etRt")
                                   .finish());
  EXPECT_EQ(item(tree, 0).kind, ValueKind::kTensor);
  EXPECT_EQ(tree[item(tree, 1).items.at(1)].number, 5);
  EXPECT_EQ(tree[item(tree, 2).items.at(0)].number, 7);
}

TEST(PickleReader, TorchScriptClassesAreInertRecords) {
  const PickleTree tree =
      read(PickleWriter().global("__torch__.a.b", "Module").raw(")\x81}(").text("x").raw("K\x05ub").finish());
  const Value& record = tree[tree.root];
  EXPECT_EQ(record.kind, ValueKind::kRecord);
  EXPECT_EQ(record.text, "__torch__.a.b.Module");
  EXPECT_EQ(tree.lookup(tree[record.items.at(0)], "x")->number, 5);
}

TEST(PickleReader, StateOnAnOrderedDictIsDropped) {
  const PickleTree tree = read(PickleWriter()
                                   .global("collections", "OrderedDict")
                                   .raw(")R(")
                                   .text("w")
                                   .raw("K\x01u")
                                   .raw("}(")
                                   .text("_metadata")
                                   .raw("}ub")
                                   .finish());
  EXPECT_EQ(tree[tree.root].items.size(), 2u);
}

TEST(PickleReader, RefusesOtherGlobals) {
  expect_refused(PickleWriter().global("os", "system").raw("(").text("echo").raw("tR"),
                 ErrorCode::kPickleGlobal, "\"os.system\"");
  expect_refused(PickleWriter().text("builtins").text("eval").raw("\x93"), ErrorCode::kPickleGlobal,
                 "builtins.eval");
  expect_refused(PickleWriter().global("torch", "load"), ErrorCode::kPickleGlobal, "torch.load");
  expect_refused(PickleWriter().global("__torch__x", "y"), ErrorCode::kPickleGlobal, "__torch__x.y");
  expect_refused(PickleWriter().global("torch._utils", "_rebuild_tensor_v2.__globals__"),
                 ErrorCode::kPickleGlobal, "__globals__");
  expect_refused(PickleWriter().global("os\x1b[31m", "system"), ErrorCode::kPickleGlobal, "\\u001b");
}

TEST(PickleReader, RefusesStoragesOfOtherTypes) {
  expect_refused(PickleWriter().global("torch", "ComplexFloatStorage"), ErrorCode::kUnsupportedDtype,
                 "torch.ComplexFloatStorage");
}

TEST(PickleReader, RefusesEveryOtherOpcode) {
  const std::string allowed =
      "(.01JKMNQRXBCGabcehjqrstu)]}\x80\x81\x85\x86\x87\x88\x89\x8A\x8C\x8D\x93\x94\x95";
  int refused = 0;
  for (int opcode = 0; opcode < 256; ++opcode) {
    if (allowed.find(static_cast<char>(opcode)) != std::string::npos) continue;
    char text[32];
    std::snprintf(text, sizeof text, "byte 3: opcode 0x%02x", static_cast<unsigned>(opcode));
    expect_refused(PickleWriter().raw("N" + std::string(1, static_cast<char>(opcode))),
                   ErrorCode::kPickleOpcode, text);
    ++refused;
  }
  EXPECT_EQ(refused, 256 - 41);
}

TEST(PickleReader, RefusesUnderflow) {
  for (const char* opcodes : {"", "0", "1", "a", "(e", "s", "u", "t", "\x85", "K\x01\x86", "R", "b", "Q",
                              "q\x01", "K\x01(a", "](K\x01(\x85", "\x93", "\x81",
                              "(K\x01"
                              "0\x85"}) {
    SCOPED_TRACE(opcodes);
    EXPECT_ERROR(read(PickleWriter().raw(opcodes).finish()), ErrorCode::kPickleMalformed, "pickle, byte");
  }
}

TEST(PickleReader, RefusesAnEarlyEnd) {
  const std::string whole = PickleWriter().raw("}(").text("weight").tensor({}).raw("u").finish();
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_ERROR(read(whole.substr(0, length)), ErrorCode::kPickleMalformed, "");
  }
  EXPECT_NO_THROW(read(whole));
  EXPECT_ERROR(read(whole + "x"), ErrorCode::kPickleMalformed, "bytes follow");
}

TEST(PickleReader, RefusesHugeCounts) {
  using namespace std::string_literals;
  expect_malformed("X\xFF\xFF\xFF\xFF"s, "4294967295 bytes wanted");
  expect_malformed("\x8D\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"s, "18446744073709551615 bytes wanted");
  expect_malformed("(" + std::string(3'000'000, 'N') + "t", "too many values");
  expect_malformed("c" + std::string(5000, 'x') + "\ny\n", "a name does not end");
}

TEST(PickleReader, RefusesMisuse) {
  expect_malformed(
      "K\x01K\x02"
      "a",
      "no container");
  expect_malformed("]K\x01K\x02s", "no container");
  expect_malformed("}(K\x01u", "no value");
  expect_malformed("h\x07", "nothing was remembered under 7");
  expect_malformed("K\x01K\x02", "exactly one value");
  expect_malformed("K\x01(", "exactly one value");
  expect_malformed("K\x01)R", "only an allowed name");
  expect_malformed("K\x01}b", "no object");
  expect_malformed("K\x01Q", "persistent id");
  expect_malformed("K\x01K\x02\x93", "no short text");
  expect_malformed("\x80\x09N", "protocol 9");
  expect_refused(PickleWriter().global("torch", "FloatStorage").raw(")R"), ErrorCode::kPickleMalformed,
                 "cannot be applied");
  expect_refused(PickleWriter().global("collections", "OrderedDict").raw("K\x01\x85R"),
                 ErrorCode::kPickleMalformed, "OrderedDict");
  expect_refused(PickleWriter().global("torch._utils", "_rebuild_parameter").raw("K\x01\x85R"),
                 ErrorCode::kPickleMalformed, "parameter");
  expect_refused(PickleWriter().global("torch._utils", "_rebuild_tensor_v2").raw(")R"),
                 ErrorCode::kPickleMalformed, "arguments");
}

TEST(PickleReader, RefusesMisshapenTensors) {
  PickledTensorSpec negative;
  negative.shape = {-2};
  expect_refused(PickleWriter().tensor(negative), ErrorCode::kShapeOverflow, "-2");
  PickledTensorSpec backwards;
  backwards.strides = {-1};
  expect_refused(PickleWriter().tensor(backwards), ErrorCode::kBadOffsets, "stride -1");
  PickledTensorSpec before;
  before.offset = -8;
  expect_refused(PickleWriter().tensor(before), ErrorCode::kBadOffsets, "offset -8");
  PickledTensorSpec uneven;
  uneven.shape = {1, 2};
  expect_refused(PickleWriter().tensor(uneven), ErrorCode::kPickleMalformed, "as many strides");
  PickledTensorSpec many;
  many.shape = many.strides = std::vector<std::int64_t>(33, 1);
  expect_refused(PickleWriter().tensor(many), ErrorCode::kShapeOverflow, "33 dimensions");
  PickledTensorSpec no_storage;
  no_storage.elements = -1;
  expect_refused(PickleWriter().tensor(no_storage), ErrorCode::kPickleMalformed, "negative number");
}

TEST(PickleReader, RefusesCycles) {
  expect_malformed(
      "]q\x01h\x01"
      "a",
      "contains itself");
  expect_malformed(
      "]q\x01]h\x01"
      "aa",
      "contains itself");
  expect_refused(PickleWriter().raw("}q\x01(").text("me").raw("h\x01u"), ErrorCode::kPickleMalformed,
                 "contains itself");
}

TEST(PickleReader, RefusesDeepNestingWithoutOverflowingItsOwnStack) {
  expect_malformed(std::string(500'000, ']') + std::string(499'999, 'a'), "nest deeper than 200");
  EXPECT_NO_THROW(read(PickleWriter().raw(std::string(200, ']') + std::string(199, 'a')).finish()));
  expect_malformed(std::string(201, ']') + std::string(200, 'a'), "nest deeper than 200");
}

}  // namespace
}  // namespace relprompt::archive
