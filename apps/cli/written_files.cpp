#include "written_files.h"

#include "base/own_files.h"

namespace relprompt::cli {

WrittenFiles::~WrittenFiles() {
  for (const auto& file : files_) remove_own(file);
}

}  // namespace relprompt::cli
