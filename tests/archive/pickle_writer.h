// Makes pickles opcode by opcode, so that a test can say exactly what a hostile file would.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace relprompt::test {

struct PickledTensorSpec {
  std::string key = "0";
  std::vector<std::int64_t> shape = {2};
  std::vector<std::int64_t> strides = {1};
  std::int64_t offset = 0;
  std::int64_t elements = 2;  ///< of the storage
  std::string type = "FloatStorage";
  std::string device = "cpu";
};

class PickleWriter {
 public:
  /// Begins with PROTO 2.
  PickleWriter() : bytes_("\x80\x02", 2) {}

  /// Any bytes: opcodes without operands, or malformed ones.
  PickleWriter& raw(const std::string& bytes);
  PickleWriter& text(const std::string& value);
  PickleWriter& integer(std::int64_t value);
  PickleWriter& integers(const std::vector<std::int64_t>& values);  ///< a tuple
  PickleWriter& global(const std::string& module, const std::string& name);
  /// A tensor as torch.save writes it.
  PickleWriter& tensor(const PickledTensorSpec& spec);

  std::string finish() const { return bytes_ + "."; }

 private:
  std::string bytes_;
};

/// A PyTorch zip file with this pickle and the storages data/0, data/1, ...
std::string make_pytorch_file(const std::string& pickle, const std::vector<std::string>& storages);

/// The bytes of these numbers.
template <class Number>
std::string bytes_of(const std::vector<Number>& numbers) {
  return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(Number)};
}

}  // namespace relprompt::test
