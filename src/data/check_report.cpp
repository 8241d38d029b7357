// A data set's check report as text and as JSON.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include <fmt/format.h>

#include "base/json_output.h"
#include "data/check.h"

namespace relprompt::data {
namespace {

struct FaultKind {
  const char* key;    ///< in JSON
  const char* title;  ///< in text
  Faults CheckReport::*faults;
};

constexpr FaultKind kFaultKinds[] = {
    {"missing", "samples without image or mask", &CheckReport::missing},
    {"unreadable", "samples that cannot be read", &CheckReport::unreadable},
    {"size_mismatches", "masks of another size than their image", &CheckReport::sizes},
    {"bad_labels", "masks with labels of no class", &CheckReport::labels},
    {"repeated", "names that occur again", &CheckReport::repeated},
    {"unpaired", "files without partner", &CheckReport::unpaired},
};

std::uint64_t labelled_pixels(const CheckReport& report) {
  return std::accumulate(report.pixels.begin(), report.pixels.end(), std::uint64_t{0});
}

double percent(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

std::string class_table(const CheckReport& report) {
  const std::uint64_t labelled = labelled_pixels(report);
  std::string text = fmt::format("{:>6} {:>16} {:>8} {:>8}  class\n", "label", "pixels", "share", "images");
  for (std::size_t label = 0; label < report.titles.size(); ++label) {
    text += fmt::format("{:>6} {:>16} {:>7.3f}% {:>8}  {}\n", label, report.pixels[label],
                        percent(report.pixels[label], labelled), report.images[label], report.titles[label]);
  }
  return text;
}

std::string indented(std::string lines) {
  for (std::size_t at = lines.find('\n'); at != std::string::npos; at = lines.find('\n', at + 1)) {
    lines.insert(at + 1, "    ");
  }
  return "    " + lines + "\n";
}

std::string fault_list(const FaultKind& kind, const Faults& faults) {
  std::string text = fmt::format("{}: {}\n", kind.title, faults.count);
  for (const std::string& listed : faults.listed) text += indented(listed);
  if (faults.count > faults.listed.size()) {
    text += indented(fmt::format("and {} more", faults.count - faults.listed.size()));
  }
  return text;
}

}  // namespace

std::string as_text(const CheckReport& report) {
  const std::uint64_t labelled = labelled_pixels(report);
  const auto shown = std::count_if(report.pixels.begin(), report.pixels.end(), [](auto n) { return n > 0; });
  std::string text = fmt::format("{} samples, {} of them sound\n", report.samples, report.sound);
  text += fmt::format("{} classes, {} of them with pixels\n", report.titles.size(), shown);
  text += fmt::format("{} labelled pixels, {} ignored ({:.2f}%)\n", labelled, report.ignored_pixels,
                      percent(report.ignored_pixels, labelled + report.ignored_pixels));
  text += fmt::format("images {} to {} pixels wide, {} to {} high\n\n", report.min_width, report.max_width,
                      report.min_height, report.max_height);
  text += class_table(report) + "\n";
  if (report.clean()) return text + "nothing is wrong\n";
  for (const FaultKind& kind : kFaultKinds) {
    const Faults& faults = report.*kind.faults;
    if (faults.count > 0) text += fault_list(kind, faults);
  }
  return text;
}

std::string as_json(const CheckReport& report) {
  nlohmann::ordered_json out;
  out["samples"] = report.samples;
  out["sound"] = report.sound;
  out["clean"] = report.clean();
  out["ignored_pixels"] = report.ignored_pixels;
  out["width"] = {report.min_width, report.max_width};
  out["height"] = {report.min_height, report.max_height};
  out["classes"] = nlohmann::ordered_json::array();
  for (std::size_t label = 0; label < report.titles.size(); ++label) {
    out["classes"].push_back({{"label", label},
                              {"name", report.titles[label]},
                              {"pixels", report.pixels[label]},
                              {"images", report.images[label]}});
  }
  for (const FaultKind& kind : kFaultKinds) {
    const Faults& faults = report.*kind.faults;
    out[kind.key] = {{"count", faults.count}, {"listed", faults.listed}};
  }
  return json_text(out, 2) + "\n";
}

}  // namespace relprompt::data
