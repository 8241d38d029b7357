// Opcodes are written as characters where they are printable: 'X' BINUNICODE, 'c' GLOBAL, 'R' REDUCE, ...
#include "pickle_writer.h"

#include "zip_writer.h"

namespace relprompt::test {
namespace {

template <class Number>
std::string raw_number(Number value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

}  // namespace

PickleWriter& PickleWriter::raw(const std::string& bytes) {
  bytes_ += bytes;
  return *this;
}

PickleWriter& PickleWriter::text(const std::string& value) {
  return raw("X" + raw_number(static_cast<std::uint32_t>(value.size())) + value);
}

PickleWriter& PickleWriter::integer(std::int64_t value) {
  if (value >= 0 && value < 256) return raw("K" + raw_number(static_cast<std::uint8_t>(value)));
  if (value >= INT32_MIN && value <= INT32_MAX)
    return raw("J" + raw_number(static_cast<std::int32_t>(value)));
  return raw("\x8A\x08" + raw_number(value));
}

PickleWriter& PickleWriter::integers(const std::vector<std::int64_t>& values) {
  raw("(");
  for (const std::int64_t value : values) integer(value);
  return raw("t");
}

PickleWriter& PickleWriter::global(const std::string& module, const std::string& name) {
  return raw("c" + module + "\n" + name + "\n");
}

PickleWriter& PickleWriter::tensor(const PickledTensorSpec& spec) {
  global("torch._utils", "_rebuild_tensor_v2").raw("((").text("storage").global("torch", spec.type);
  text(spec.key).text(spec.device).integer(spec.elements).raw("tQ");
  integer(spec.offset).integers(spec.shape).integers(spec.strides);
  return raw("\x89").global("collections", "OrderedDict").raw(")RtR");
}

std::string make_pytorch_file(const std::string& pickle, const std::vector<std::string>& storages) {
  std::vector<ZipMember> members(2);
  members[0].name = "model/data.pkl";
  members[0].content = pickle;
  members[1].name = "model/version";
  members[1].content = "3\n";
  for (std::size_t i = 0; i < storages.size(); ++i) {
    members.emplace_back();
    members.back().name = "model/data/" + std::to_string(i);
    members.back().content = storages[i];
  }
  return make_zip(members);
}

}  // namespace relprompt::test
