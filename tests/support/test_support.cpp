#include "test_support.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <unistd.h>

namespace relprompt::test {

namespace fs = std::filesystem;

std::optional<fs::path> shared_folder() {
  const char* chosen = std::getenv("RELPROMPT_SHARED");
  const fs::path folder =
      chosen != nullptr ? fs::path(chosen) : fs::path(RELPROMPT_SOURCE_DIR) / ".." / "shared";
  if (!fs::is_directory(folder / "golden")) return std::nullopt;
  return fs::weakly_canonical(folder);
}

fs::path golden_folder() {
  return fs::path(RELPROMPT_SOURCE_DIR) / "tests" / "golden";
}

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (fs::temp_directory_path() / "relprompt-test-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot create " + pattern);
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::string read_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.good()) << path;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void write_text(const fs::path& path, const std::string& bytes) {
  fs::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary);
  file << bytes;
  ASSERT_TRUE(file.good()) << path;
}

}  // namespace relprompt::test
