#include "tar_members.h"

#include <fmt/format.h>

#include "relprompt/output.h"

#include "image_report.h"
#include "json_report.h"
#include "tar/tar_library.h"

namespace relprompt::cli {
namespace {

void append(std::string& members, const std::string& name, const std::string& content) {
  std::string words;
  if (tar::tar_table().append(members, name, content, words)) return;
  throw Error(ErrorCode::kInternal, fmt::format("cannot make a member {} of a tar: {}", name, words));
}

/// The classes that occur: with thousands of classes the others would drown them.
Json found_classes(const Segmentation& result, const ClassList& classes) {
  Json rows = Json::array();
  for (std::size_t label = 0; label < classes.size(); ++label) {
    if (result.pixels[label] == 0) continue;
    rows.push_back({{"label", label},
                    {"name", classes.title(label)},
                    {"pixels", result.pixels[label]},
                    {"share", share(result.pixels[label], result.labels)}});
  }
  return rows;
}

Json begin_report(const TarStep& step, const char* status) {
  Json report = {{"key", step.sample.key}, {"status", status}};
  if (!step.sample.image.empty()) report["image"] = step.sample.image;
  if (!step.image_sha256.empty()) report["image_sha256"] = step.image_sha256;
  return report;
}

/// Without times, so that the same run gives the same bytes.
std::string report_of_sample(const TarStep& step, const Segmentation& result, const ClassSetting& classes,
                             const OutputPlan& plan) {
  Json report = begin_report(step, "done");
  report["height"] = step.image.height;
  report["width"] = step.image.width;
  Json files = Json::object();
  for (const std::string& name : plan.formats)
    if (name != "json") files[name] = step.sample.key + output_format(name).image_file;
  report["files"] = files;
  report["notes"] = step.image.notes;
  report["classes"] = found_classes(result, classes.classes);
  report["unknown"] = {{"label", unknown_label(classes.classes.size())},
                       {"pixels", result.unknown_pixels},
                       {"share", share(result.unknown_pixels, result.labels)}};
  report["settings_sha256"] = classes.facts.settings();
  return to_text(report);
}

}  // namespace

std::string members_of(const TarStep& step, const Segmentation& result, const ClassSetting& classes,
                       const OutputPlan& plan) {
  const std::string& key = step.sample.key;
  ImageResult about{step.sample.image, "sample", result.labels, &step.image};
  if (plan.has("json")) about.report = report_of_sample(step, result, classes, plan);
  // Beside its image, wherever both are unpacked.
  about.path = step.sample.image.substr(step.sample.image.rfind('/') + 1);
  std::string members;
  for (const std::string& name : plan.formats) {
    append(members, key + output_format(name).image_file,
           encode_image_file(name, about, classes.classes, plan.options));
  }
  return members;
}

std::string members_of_failed(const TarStep& step, const Error& failure, const ClassSetting& classes,
                              const OutputPlan& plan) {
  std::string members;
  if (!plan.has("json") || step.sample.repeated) return members;  // the first of that key has its name
  Json report = begin_report(step, "failed");
  report["code"] = name_of(failure.code());
  report["message"] = failure.what();
  report["settings_sha256"] = classes.facts.settings();
  append(members, step.sample.key + output_format("json").image_file, to_text(report));
  return members;
}

}  // namespace relprompt::cli
