// relprompt data check: looks at every image of a data set before hours of training do.
#include <memory>

#include <fmt/format.h>

#include "base/json_read.h"
#include "base/own_files.h"
#include "command_rows.h"
#include "commands.h"
#include "data/check.h"
#include "data_check.h"
#include "json_report.h"
#include "options_force.h"
#include "progress.h"
#include "terminal.h"
#include "usage.h"

namespace relprompt::cli {
namespace {

constexpr int kNotClean = 3;

data::CheckReport look_at(const DataPart& part, const DataCheckArguments& arguments) {
  const auto dataset = data::open_dataset(part.second);
  Progress progress(dataset->size(), arguments.quiet ? Progress::Style::kNone : Progress::style_for_stderr());
  data::CheckOptions options;
  options.threads = arguments.threads;
  options.progress = [&](std::size_t /*done*/, std::size_t /*all*/) { progress.end(); };
  return data::check_dataset(*dataset, options);
}

int run_check(const DataCheckArguments& arguments) {
  if (arguments.config.empty()) {
    throw Error(ErrorCode::kBadArgument, "no config is given", "relprompt data check CONFIG --data DIR");
  }
  std::string text, faulty;
  Json document = Json::object();
  const auto parts = parts_of(arguments);
  const auto sheets =
      arguments.sheet.empty() ? std::vector<std::filesystem::path>() : sheet_files(arguments.sheet, parts);
  require_free(sheets, arguments.force);
  for (const DataPart& part : parts) {
    const data::CheckReport report = look_at(part, arguments);
    document[part.first] = reread_json(data::as_json(report));
    text += fmt::format("{}{}: {}, split {}, {}\n{}", text.empty() ? "" : "\n", part.first, part.second.kind,
                        printable(part.second.split), printable(part.second.root.string()),
                        data::as_text(report));
    if (!report.clean()) faulty += (faulty.empty() ? "" : ", ") + part.first;
  }
  print_result(arguments.json ? to_text(document) : printable(text, true));
  if (!sheets.empty()) write_sheets(sheets, parts);
  for (const auto& file : sheets) print_note("a look at some samples: " + file.string());
  if (faulty.empty()) return 0;
  print_error(fmt::format("the data set is not clean: {}\n  the report says what is wrong", faulty));
  return kNotClean;
}

CLI::App* add_check(CLI::App& data, const std::shared_ptr<DataCheckArguments>& arguments) {
  CLI::App* parser =
      data.add_subcommand("check", "Read a whole data set and report what is wrong")->group("Commands");
  parser
      ->add_option("CONFIG", arguments->config, "config file, or a kind of data set such as voc-20 or folder")
      ->option_text(" ");
  parser->add_option("--data", arguments->root, "root of the data set, unless the config has it")
      ->option_text("DIR");
  parser->add_option("--part", arguments->part, "train or test; default: all that the config has")
      ->option_text("PART");
  suggest_words(*parser->get_option("--part"), {"train", "test"});
  parser
      ->add_option("--set", arguments->assignments, "change a key of the config; may be given several times")
      ->option_text("KEY=VALUE")
      ->allow_extra_args(false);
  parser->add_option("--threads", arguments->threads, "threads that read images; default 2")
      ->option_text("N")
      ->check(in_range(1, 256));
  parser->add_option("--sheet", arguments->sheet, "also write an image of a few samples with their labels")
      ->option_text("FILE.png");
  add_force(*parser, arguments->force, "an image");
  parser->add_flag("--json", arguments->json, "one JSON document instead of text");
  parser->add_flag("-q,--quiet", arguments->quiet, "no progress");
  parser->footer(
      "Examples:\n"
      "  relprompt world -o scenes --scenes 40 && relprompt data check folder --data scenes\n"
      "  relprompt data check configs/voc-zero-shot.yaml --data /data/VOC2012\n"
      "  relprompt data check folder --data my-images --part train\n"
      "\n"
      "Exit status 3 if anything is wrong.");
  return parser;
}

}  // namespace

Command add_data(CLI::App& program) {
  const auto arguments = std::make_shared<DataCheckArguments>();
  CLI::App* parser = program.add_subcommand("data", "Check a data set")->group("Commands");
  parser->require_subcommand(0, 1);
  parser->footer(
      "Example:\n  relprompt world -o scenes --scenes 40 && relprompt data check folder --data scenes");
  const CLI::App* check = add_check(*parser, arguments);
  return {parser, [arguments, check] {
            if (check->parsed()) return run_check(*arguments);
            throw Error(ErrorCode::kBadArgument, "no command of data is given",
                        "relprompt data check CONFIG --data DIR");
          }};
}

}  // namespace relprompt::cli
