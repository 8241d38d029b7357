#include "written_files.h"

#include <system_error>

namespace relprompt::cli {

WrittenFiles::~WrittenFiles() {
  std::error_code ignored;
  for (const auto& file : files_) std::filesystem::remove(file, ignored);
}

}  // namespace relprompt::cli
