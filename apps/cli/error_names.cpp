#include "error_names.h"

namespace relprompt::cli {

ErrorCode code_called(const std::string& name) {
  int code = 0;
  while (code < static_cast<int>(ErrorCode::kInternal) && name != name_of(static_cast<ErrorCode>(code)))
    ++code;
  return static_cast<ErrorCode>(code);
}

}  // namespace relprompt::cli
