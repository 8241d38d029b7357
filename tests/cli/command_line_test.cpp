// Everything that is wrong before a model is touched: exit status 2, and a message that helps.
#include <gmock/gmock.h>

#include "relprompt/version.h"

#include "program.h"
#include "tiny_model.h"

namespace relprompt::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

/// A segment command line that is complete but names a model that does not exist.
std::vector<std::string> segment_with(std::vector<std::string> more) {
  std::vector<std::string> arguments = {"segment", "a.png", "--model", "gone", "-o", "out"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

void expect_usage_error(const std::vector<std::string>& arguments, const std::string& fragment) {
  const Workplace place;
  const Outcome outcome = place.run(arguments);
  EXPECT_EQ(outcome.status, 2) << outcome;
  EXPECT_THAT(outcome.err, StartsWith("relprompt: error: ")) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr(fragment)) << outcome;
  EXPECT_THAT(outcome.out, IsEmpty());
  EXPECT_THAT(place.files("."), IsEmpty()) << "nothing may be left";
}

TEST(CommandLine, VersionGoesToStdout) {
  const Outcome outcome = Workplace().run({"--version"});
  EXPECT_EQ(outcome.status, 0) << outcome;
  EXPECT_EQ(outcome.out, "relprompt " RELPROMPT_VERSION "\n");
  EXPECT_THAT(outcome.err, IsEmpty());
}

TEST(CommandLine, HelpTeachesEveryCommand) {
  const Workplace place;
  const Outcome help = place.run({"--help"});
  EXPECT_EQ(help.status, 0) << help;
  for (const char* command : {"import", "segment", "info", "classes", "init"}) {
    EXPECT_THAT(help.out, HasSubstr(command));
    const Outcome own = place.run({command, "--help"});
    EXPECT_EQ(own.status, 0) << own;
    EXPECT_THAT(own.out, HasSubstr("Example")) << own;
    EXPECT_THAT(own.err, IsEmpty());
  }
  EXPECT_THAT(place.run({"segment", "--help"}).out, HasSubstr("[default: 0.1]"));
}

TEST(CommandLine, HelpFitsIntoAHundredColumns) {
  const std::string help = Workplace().run({"segment", "--help"}).out;
  std::size_t start = 0;
  for (std::size_t end = 0; (end = help.find('\n', start)) != std::string::npos; start = end + 1) {
    const std::string line = help.substr(start, end - start);
    if (line.rfind("  relprompt ", 0) == 0) continue;  // examples are to be copied whole
    EXPECT_LE(line.size(), 100u) << line;
  }
}

TEST(CommandLine, NoCommand) {
  expect_usage_error({}, "no command");
}

TEST(CommandLine, UnknownCommandSuggestsTheNearest) {
  expect_usage_error({"segmnt", "a.png"}, "did you mean segment?");
  expect_usage_error({"street.jpg"}, "unknown command: street.jpg");
}

TEST(CommandLine, UnknownOptionSuggestsTheNearest) {
  expect_usage_error(segment_with({"--classs", "road"}), "did you mean --class");
  expect_usage_error(segment_with({"--classes", "road", "--short-syde=9"}), "did you mean --short-side?");
  expect_usage_error({"classes", "--lost"}, "unknown option: --lost; did you mean --list?");
}

TEST(CommandLine, OptionWithoutValueOrTwice) {
  expect_usage_error({"segment", "a.png", "--model"}, "--model");
  expect_usage_error(segment_with({"--classes", "a", "--window", "64", "--window", "32"}), "--window");
}

TEST(CommandLine, MissingParts) {
  expect_usage_error({"segment", "--model", "m", "--classes", "a", "-o", "out"}, "no image");
  expect_usage_error({"segment", "a.png", "--classes", "a", "-o", "out"}, "no model");
  expect_usage_error({"segment", "a.png", "--model", "m", "--classes", "a"}, "no output folder");
  expect_usage_error(segment_with({}), "no classes");
  expect_usage_error({"import", "-o", "m"}, "no checkpoint");
  expect_usage_error({"import", "clip.pt"}, "no output folder");
  expect_usage_error({"info"}, "no model");
  expect_usage_error({"init"}, "no output folder");
}

TEST(CommandLine, OneArgumentTooMany) {
  expect_usage_error({"info", "a", "b"}, "one argument too many: b");
}

TEST(CommandLine, TwoClassLists) {
  expect_usage_error(segment_with({"--classes", "a", "--vocabulary", "voc-20"}), "more than once");
}

TEST(CommandLine, BadClassLists) {
  expect_usage_error(segment_with({"--classes", ""}), "no classes");
  expect_usage_error(segment_with({"--classes", "road, , sky"}), "empty name");
  expect_usage_error(segment_with({"--classes", "road, sky, road"}), "road");
  expect_usage_error(segment_with({"--class-file", "gone.txt"}), "gone.txt");
  expect_usage_error(segment_with({"--classes", "@gone.txt"}), "gone.txt");
}

TEST(CommandLine, UnknownVocabularySuggestsTheNearest) {
  expect_usage_error(segment_with({"--vocabulary", "coco-stuf-171"}), "coco-stuff-171");
  expect_usage_error({"classes", "vok-20"}, "voc-20");
}

TEST(CommandLine, BadTemplates) {
  expect_usage_error(segment_with({"--classes", "a", "--templates", "gone.txt"}), "gone.txt");
}

TEST(CommandLine, BadValues) {
  const auto with = [](const char* option, const char* value) {
    return segment_with({"--classes", "road, sky", option, value});
  };
  expect_usage_error(with("--device", "gpu"), "unknown device");
  expect_usage_error(with("--device", "cuda:"), "unknown device");
  expect_usage_error(with("--precision", "bf61"), "did you mean bf16?");
  expect_usage_error(with("--save", "labels,overlays"), "did you mean overlay?");
  expect_usage_error(with("--scores-type", "int8"), "--scores-type");
  expect_usage_error(with("--names", "min"), "--names");
  expect_usage_error(with("--window", "-5"), "--window");
  expect_usage_error(with("--window", "many"), "--window");
  expect_usage_error(with("--window", "99999999999999999999"), "--window");
  expect_usage_error(with("--unknown", "nan"), "--unknown");
  expect_usage_error(with("--threads", "0"), "--threads");
  expect_usage_error(with("--max-pixels", "0"), "--max-pixels");
  expect_usage_error(with("--max-pixels", "-1"), "--max-pixels");
}

TEST(CommandLine, StrideBeyondTheWindow) {
  expect_usage_error(segment_with({"--classes", "a", "--window", "64", "--stride", "65"}), "--stride 65");
}

TEST(CommandLine, SeenClasses) {
  expect_usage_error(segment_with({"--classes", "road, sky", "--seen", "0,2"}), "\"2\"");
  expect_usage_error(segment_with({"--classes", "road, sky", "--seen", "roads"}), "did you mean road?");
  expect_usage_error(segment_with({"--classes", "road, sky", "--seen", "auto"}), "no seen/unseen split");
  expect_usage_error(segment_with({"--classes", "road, sky", "--calibration", "0.2"}), "--seen");
}

TEST(CommandLine, UnknownActivation) {
  expect_usage_error({"import", "a.pt", "-o", "m", "--activation", "gelo"}, "did you mean gelu?");
}

TEST(CommandLine, TokensBelongToTheOfficialVariant) {
  expect_usage_error({"init", "--tokens", "5", "-o", "m"}, "official");
  expect_usage_error({"init", "--method", "prompting", "-o", "m"}, "'method' should be one of rpn, lpm_only");
  expect_usage_error({"init", "--method", "lora", "--variant", "official", "-o", "m"},
                     "'variant' is a switch");
  expect_usage_error({"init", "--set", "apg=mlp", "-o", "m"}, "'apg' should be one of knowledge, linear");
  expect_usage_error({"init", "--method", "lora", "--tokens", "5", "-o", "m"}, "choose the method vpt");
  expect_usage_error({"init", "--variant", "offical", "-o", "m"}, "did you mean official?");
}

TEST(CommandLine, ControlCharactersOfArgumentsDoNotReachTheTerminal) {
  const Outcome outcome = Workplace().run({"\x1b[31mred"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, Not(HasSubstr("\x1b"))) << outcome;
  EXPECT_THAT(outcome.err, HasSubstr("\\x1b[31mred"));
}

}  // namespace
}  // namespace relprompt::test
