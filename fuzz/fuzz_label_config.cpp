// Arbitrary bytes as a labelling interface of Label Studio: refused as a bad request or a bad class list, or
// a control with classes that have titles.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "check.h"
#include "serve/http.h"
#include "serve/label_config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace relprompt;
  try {
    const auto config = serve::parse_label_config({reinterpret_cast<const char*>(data), size});
    fuzz::check(config.classes.size() > 0 && config.classes.titles.size() == config.classes.size());
    fuzz::check(!config.from_name.empty() && !config.to_name.empty() && !config.data_key.empty());
  } catch (const serve::HttpError& error) {
    fuzz::check(error.status() == 400);
  } catch (const Error& error) {
    fuzz::check(exit_status(error.code()) == 2);
  }
  return 0;
}
