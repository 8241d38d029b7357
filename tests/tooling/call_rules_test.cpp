// Proves that the check of calls catches what it is meant to catch, and nothing else.
#include "call_rules.h"

#include <gmock/gmock.h>

#include "test_support.h"

namespace relprompt::tooling {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(CallRules, CatchesEveryParserOfJson) {
  for (const char* line : {"auto a = nlohmann::json::parse(text);", "Json::parse(text, nullptr, false)",
                           "Json::accept(line)", "nlohmann::json::sax_parse(text, &events);"}) {
    EXPECT_THAT(forbidden_calls(line), ElementsAre(HasSubstr("base/json_read.h"))) << line;
  }
}

TEST(CallRules, CatchesQuestionsThatThrow) {
  for (const char* line :
       {"if (fs::exists(path)) {", "std::filesystem::is_directory(folder / name(a, b))",
        "const auto size = fs::file_size(f);", "fs::absolute(root.empty() ? fs::path(\".\") : root)",
        "return fs::temp_directory_path() / \"x\";"}) {
    EXPECT_THAT(forbidden_calls(line), ElementsAre(HasSubstr("base/paths.h"))) << line;
  }
  EXPECT_EQ(forbidden_calls("fs::exists(a) || fs::is_empty(b)").size(), 2u);
}

TEST(CallRules, CatchesTypedValuesOfJson) {
  for (const char* line :
       {"if (event.value(\"event\", \"\") == \"step\") {", "document.value(\"lost\", 0) > 0",
        "a.value(\"x\", Json()) && a.value(\"y\", false)"}) {
    EXPECT_THAT(forbidden_calls(line), ElementsAre(HasSubstr("base/json_value.h"))) << line;
  }
}

TEST(CallRules, LetsTheRestPass) {
  for (const char* line :
       {"fs::exists(path, ignored)", "fs::relative(clip, fs::absolute(folder, a), problem)",
        "fs::temp_directory_path(problem)", "path_exists(path)", "// fs::exists(path) throws",
        "cafs::exists(x)", "fs::exists(a_long_argument +", "const fs::path exists(name);", "parse_json(text)",
        "document.parse(text)", "event.value(\"loss\", Json())",
        "state.value(\"steps\", nlohmann::json::object())", "list.value(index, 0)"}) {
    EXPECT_THAT(forbidden_calls(line), IsEmpty()) << line;
  }
}

TEST(CallRules, NamesFileAndLineAndSparesTheWrappers) {
  const test::TemporaryFolder root;
  test::write_text(root / "src/base/json_read.cpp", "json::parse(x);\n");
  test::write_text(root / "src/text/a.cpp", "int a;\njson::parse(x);\n");
  test::write_text(root / "apps/cli/b.h", "fs::exists(p);\n");
  int files = 0;
  EXPECT_THAT(
      check_calls(root.path(), files),
      ElementsAre(HasSubstr("apps/cli/b.h:1: std::filesystem::exists"), HasSubstr("src/text/a.cpp:2: JSON")));
  EXPECT_EQ(files, 2);
}

}  // namespace
}  // namespace relprompt::tooling
