// Proves that the layering check catches each kind of breach, on small trees made for the purpose.
#include "include_rules.h"

#include <gmock/gmock.h>

#include "test_support.h"

namespace relprompt::tooling {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kTable =
    "# comment\n"
    "base:\n"
    "image: base opencv\n"
    "nn: base torch\n"
    "api: base image nn torch\n"
    "cli: base image api  # no torch\n";

class IncludeRules : public ::testing::Test {
 protected:
  void write(const std::string& path, const std::string& text) { test::write_text(root_ / path, text); }
  Findings check() { return check_tree(root_.path(), parse_edges(kTable)); }

  test::TemporaryFolder root_;
};

TEST_F(IncludeRules, AcceptsATreeThatFollowsTheTable) {
  write("include/relprompt/thing.h", "#pragma once\n#include <vector>\n#include \"relprompt/other.h\"\n");
  write("src/base/hash.h", "#pragma once\n#include <openssl/evp.h>\n");
  write("src/image/read.cpp",
        "#include \"image/read.h\"\n#include \"base/hash.h\"\n#include <opencv2/core.hpp>\n");
  write("src/nn/block.h", "#pragma once\n#include <torch/torch.h>\n#include \"relprompt/thing.h\"\n");
  write("apps/cli/main.cpp", "#include \"cli/options.h\"\n#include \"image/read.h\"\n");
  const auto found = check();
  EXPECT_THAT(found.violations, IsEmpty());
  EXPECT_THAT(found.warnings, IsEmpty());
  EXPECT_EQ(found.files, 5);
  EXPECT_EQ(found.includes, 10);
}

TEST_F(IncludeRules, CatchesAnIncludeThatGoesUpALayer) {
  write("src/base/hash.cpp", "// first line\n#include \"nn/block.h\"\n");
  EXPECT_THAT(check().violations, ElementsAre("src/base/hash.cpp:2: base may not include \"nn/block.h\""));
}

TEST_F(IncludeRules, CatchesAForbiddenEdgeBetweenNeighbours) {
  write("apps/cli/main.cpp", "  #  include <nn/block.h>\n");
  EXPECT_THAT(check().violations, ElementsAre(HasSubstr("cli may not include \"nn/block.h\"")));
}

TEST_F(IncludeRules, CatchesAnIncludeOfThePythonModule) {
  write("python/src/model.cpp", "#include \"relprompt/model.h\"\n#include \"base/hash.h\"\n");
  EXPECT_THAT(check().violations, ElementsAre(HasSubstr("python/src/model.cpp:2: python may not include")));
}

TEST_F(IncludeRules, CatchesAPathThatClimbs) {
  write("src/nn/block.cpp", "#include \"../base/hash.h\"\n");
  EXPECT_THAT(check().violations, ElementsAre(HasSubstr("src/nn/block.cpp:1: \"../base/hash.h\" goes up")));
}

TEST_F(IncludeRules, CatchesTorchOutsideTheTorchAreas) {
  write("src/image/read.cpp", "#include <torch/torch.h>\n");
  write("apps/cli/main.cpp", "#include <ATen/ATen.h>\n");
  EXPECT_THAT(check().violations,
              ElementsAre(HasSubstr("image may not use torch"), HasSubstr("cli may not use torch")));
}

TEST_F(IncludeRules, CatchesOpenCvOutsideItsAreas) {
  write("src/nn/block.cpp", "#include <opencv2/core.hpp>\n");
  EXPECT_THAT(check().violations, ElementsAre(HasSubstr("nn may not use opencv")));
}

TEST_F(IncludeRules, CatchesAPublicHeaderThatNeedsMoreThanTheStandardLibrary) {
  write("include/relprompt/a.h", "#pragma once\n#include <torch/torch.h>\n");
  write("include/relprompt/b.h", "#pragma once\n#include \"base/hash.h\"\n");
  write("include/relprompt/c.h", "#pragma once\n#include <png.h>\n");
  EXPECT_THAT(check().violations, ElementsAre(HasSubstr("include/relprompt/a.h:2: public headers"),
                                              HasSubstr("include/relprompt/b.h:2: public headers"),
                                              HasSubstr("include/relprompt/c.h:2: public headers")));
}

TEST_F(IncludeRules, CatchesAHeaderWithoutPragmaOnce) {
  write("src/base/hash.h", "// #pragma once\nint f();\n");
  EXPECT_THAT(check().violations, ElementsAre(HasSubstr("src/base/hash.h:1: a header needs #pragma once")));
}

TEST_F(IncludeRules, CatchesAnIncludeThroughAMacro) {
  write("src/base/hash.cpp", "#include HEADER\n");
  EXPECT_THAT(check().violations, ElementsAre(HasSubstr("must name its file literally")));
}

TEST_F(IncludeRules, CatchesLongFiles) {
  const auto lines = [](int count) {
    std::string text;
    for (int line = 0; line < count; ++line) text += "\n";
    return text;
  };
  write("src/base/at_limit.cpp", lines(kLongLines));
  write("src/base/long.cpp", lines(kLongLines + 1));
  write("src/base/longer.cpp", lines(kMaxLines));
  write("src/base/longest.cpp", lines(kMaxLines + 1));
  const auto found = check();
  EXPECT_THAT(found.warnings,
              ElementsAre(HasSubstr("long.cpp:251: 251 lines"), HasSubstr("longer.cpp:500: 500")));
  EXPECT_THAT(found.violations, ElementsAre(HasSubstr("longest.cpp:501: 501 lines, the cap is 500")));
}

TEST_F(IncludeRules, CatchesAnAreaThatIsNotInTheTable) {
  write("src/misc/helper.cpp", "#include <vector>\n");
  write("src/loose.cpp", "#include <vector>\n");
  EXPECT_THAT(check().violations, ElementsAre("src/loose.cpp:1: a source file outside every area",
                                              HasSubstr("area 'misc' has no line")));
}

TEST(EdgeTable, RefusesAnEdgeThatGoesUp) {
  EXPECT_THAT([] { parse_edges("base: nn\nnn: base\n"); },
              ::testing::ThrowsMessage<std::runtime_error>(
                  HasSubstr("include_edges.txt:1: 'nn' is not listed above")));
  EXPECT_THAT([] { parse_edges("base: base\n"); },
              ::testing::ThrowsMessage<std::runtime_error>(HasSubstr("'base' is not listed above")));
}

TEST(EdgeTable, RefusesMalformedLines) {
  EXPECT_THAT([] { parse_edges("# fine\nbase\n"); },
              ::testing::ThrowsMessage<std::runtime_error>(HasSubstr("include_edges.txt:2: expected")));
  EXPECT_THAT([] { parse_edges("base:\nbase:\n"); },
              ::testing::ThrowsMessage<std::runtime_error>(HasSubstr("'base' cannot be listed here")));
}

}  // namespace
}  // namespace relprompt::tooling
