// Arbitrary bytes as a config: refused with kBadArgument, or a value that survives being written and read
// again, and whose `data` section is refused or written back the same way.
#include <cstddef>
#include <cstdint>
#include <string>

#include "relprompt/error.h"

#include "check.h"
#include "config/data_config.h"
#include "config/document.h"
#include "config/yaml.h"

namespace {

using namespace relprompt;
using fuzz::allow_refusal;
using fuzz::check;

bool is_refusal(ErrorCode code) {
  return code == ErrorCode::kBadArgument;
}

config::DataConfig data_of(const nlohmann::json& section) {
  return config::read_data(JsonFields(section, "fuzz", ErrorCode::kBadArgument));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  nlohmann::json document;
  try {
    document = config::parse_yaml(text, "fuzz");
  } catch (const Error& error) {
    check(error.code() == ErrorCode::kBadArgument);
    return 0;
  }
  check(config::parse_yaml(config::to_yaml(document), "written") == document);
  allow_refusal(is_refusal, [&] {
    const auto written = config::to_json(data_of(document));
    check(config::to_json(data_of(written)) == written);
  });
  allow_refusal(is_refusal, [&] {
    nlohmann::json changed = nlohmann::json::object();
    config::assign(changed, text);
    check(changed.is_object());
  });
  return 0;
}
