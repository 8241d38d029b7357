// Completion scripts and manual pages, in the shells and by the formatter where this machine has them.
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>

#include "program.h"

namespace relprompt::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

bool has_program(const std::string& name) {
  return std::system(("command -v " + name + " >/dev/null 2>&1").c_str()) == 0;
}

class Completion : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) const { std::ofstream(place_ / name) << text; }

  /// What the shell's command prints, after the script was loaded.
  std::string said_by(const std::string& shell, const std::string& command) const {
    write("script", place_.run({"completion", shell}).out);
    write("command", command);
    const std::string line = "cd '" + place_.path().string() + "' && " + shell + " command >said 2>&1";
    EXPECT_EQ(std::system(line.c_str()), 0) << read_text(place_ / "said");
    return read_text(place_ / "said");
  }

  /// What bash offers for the last of these words.
  std::string offered(const std::string& words) const {
    return said_by(
        "bash",
        "source ./script\nCOMP_WORDS=(" + words +
            ")\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_relprompt\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n");
  }

  Workplace place_;
};

TEST_F(Completion, BashOffersCommandsOptionsAndValues) {
  if (!has_program("bash")) GTEST_SKIP() << "no bash here";
  EXPECT_EQ(offered("relprompt seg"), "segment\n");
  EXPECT_EQ(offered("relprompt data ''"), "check\n");
  EXPECT_EQ(offered("relprompt segment --prec"), "--precision\n");
  EXPECT_EQ(offered("relprompt segment --precision ''"), "fp32\nbf16\nint8\n");
  EXPECT_EQ(offered("relprompt segment --precision = b"), "bf16\n");
  EXPECT_EQ(offered("relprompt segment -m x --vocabulary coco"), "coco-stuff-171\ncoco-object-81\n");
  EXPECT_THAT(offered("relprompt data check --"),
              AllOf(HasSubstr("--part\n"), Not(HasSubstr("--precision"))));
  EXPECT_EQ(offered("relprompt completion ''"), "bash\nzsh\nfish\n");
  EXPECT_EQ(offered("relprompt classes cont"), "context-59\ncontext-60\n");
}

TEST_F(Completion, BashOffersFilesWhereFilesAreTaken) {
  if (!has_program("bash")) GTEST_SKIP() << "no bash here";
  write("a street.jpg", "");
  EXPECT_EQ(offered("relprompt segment a"), "a street.jpg\n");
  EXPECT_EQ(offered("relprompt segment --model a"), "a street.jpg\n");
  EXPECT_EQ(offered("relprompt segment --threads ''"), "\n") << "a number cannot be completed";
  EXPECT_EQ(offered("relprompt init a"), "\n") << "it takes no file";
}

TEST_F(Completion, ZshLoadsItsScript) {
  if (!has_program("zsh")) GTEST_SKIP() << "no zsh here";
  EXPECT_EQ(said_by("zsh",
                    "autoload -U compinit && compinit -u -D\nsource ./script\nwhence -w _relprompt_segment\n"
                    "print $_comps[relprompt]\n"),
            "_relprompt_segment: function\n_relprompt\n");
}

TEST_F(Completion, FishOffersCommandsOptionsAndValues) {
  if (!has_program("fish")) GTEST_SKIP() << "no fish here";
  const std::string said = said_by(
      "fish",
      "source ./script\ncomplete -C 'relprompt seg'\ncomplete -C 'relprompt segment --precision b'\n");
  EXPECT_THAT(said, AllOf(HasSubstr("segment\tLabel every pixel"), HasSubstr("bf16")));
}

TEST_F(Completion, UnknownShell) {
  const auto outcome = place_.run({"completion", "tcsh"});
  EXPECT_EQ(outcome.status, 2) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("possible: bash, zsh, fish"));
}

TEST_F(Completion, ManualHasAPageForEveryCommand) {
  std::istringstream names(place_.run({"manual", "--list"}).out);
  std::vector<std::string> pages;
  for (std::string name; std::getline(names, name);) {
    pages.push_back("page" + std::to_string(pages.size()) + ".1");
    const auto outcome = place_.run({"manual", name});
    ASSERT_EQ(outcome.status, 0) << outcome;
    write(pages.back(), outcome.out);
  }
  EXPECT_GT(pages.size(), 20u);
  EXPECT_THAT(place_.run({"manual", "data check"}).out, HasSubstr("relprompt\\-data\\-check"));
  EXPECT_THAT(place_.run({"manual", "segment"}).out,
              HasSubstr("\\fB\\-m\\fR, \\fB\\-\\-model\\fR \\fIMODEL\\fR"));
  if (!has_program("groff")) return;
  for (const auto& page : pages) {
    const std::string line =
        "cd '" + place_.path().string() + "' && groff -man -ww -Tutf8 -z " + page + " >said 2>&1";
    EXPECT_EQ(std::system(line.c_str()), 0);
    EXPECT_EQ(read_text(place_ / "said"), "") << page;
  }
}

}  // namespace
}  // namespace relprompt::test
