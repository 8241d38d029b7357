#include "edit_tensor.h"

#include <cstdint>
#include <cstring>
#include <nlohmann/json.hpp>

#include "test_support.h"

namespace relprompt::test {

void edit_tensor(const std::filesystem::path& file, const std::string& name,
                 const std::function<float(float)>& change) {
  std::string bytes = read_text(file);
  std::uint64_t header = 0;
  std::memcpy(&header, bytes.data(), sizeof header);
  const auto tensor = nlohmann::json::parse(bytes.substr(sizeof header, header)).at(name);
  ASSERT_EQ(tensor.at("dtype"), "F32");
  const auto begin = tensor.at("data_offsets").at(0).get<std::size_t>();
  const auto end = tensor.at("data_offsets").at(1).get<std::size_t>();
  for (std::size_t i = begin; i < end; i += sizeof(float)) {
    char* place = bytes.data() + sizeof header + header + i;
    float value;
    std::memcpy(&value, place, sizeof value);
    value = change(value);
    std::memcpy(place, &value, sizeof value);
  }
  write_text(file, bytes);
}

}  // namespace relprompt::test
