#include "data/check.h"

#include <algorithm>
#include <unordered_set>

#include "data/prefetch.h"

namespace relprompt::data {
namespace {

void add(Faults& faults, const std::string& text, std::size_t max_listed) {
  if (faults.count++ < max_listed) faults.listed.push_back(text);
}

Faults* faults_of(CheckReport& report, Problem problem) {
  switch (problem) {
    case Problem::kNone:
      return nullptr;
    case Problem::kMissing:
      return &report.missing;
    case Problem::kUnreadable:
      return &report.unreadable;
    case Problem::kSizeMismatch:
      return &report.sizes;
    case Problem::kBadLabel:
      return &report.labels;
  }
  return nullptr;
}

void count_size(CheckReport& report, const Image& image) {
  const bool first = report.sound == 1;
  report.min_height = first ? image.height : std::min(report.min_height, image.height);
  report.max_height = std::max(report.max_height, image.height);
  report.min_width = first ? image.width : std::min(report.min_width, image.width);
  report.max_width = std::max(report.max_width, image.width);
}

void count_pixels(CheckReport& report, const LabelMap& map) {
  std::vector<std::uint64_t> counts(report.titles.size());
  for (const std::uint16_t label : map.labels) {
    if (label == kIgnore) {
      ++report.ignored_pixels;
    } else {
      ++counts[label];
    }
  }
  for (std::size_t label = 0; label < counts.size(); ++label) {
    report.pixels[label] += counts[label];
    report.images[label] += counts[label] > 0 ? 1 : 0;
  }
}

void count(CheckReport& report, const Inspection& inspection, std::size_t max_listed) {
  if (Faults* faults = faults_of(report, inspection.problem)) {
    add(*faults, inspection.error->what(), max_listed);
    return;
  }
  ++report.sound;
  count_size(report, inspection.sample.image);
  count_pixels(report, inspection.sample.labels);
}

CheckReport empty_report(const Dataset& dataset) {
  CheckReport report;
  const ClassList& classes = dataset.classes();
  for (std::size_t label = 0; label < classes.size(); ++label) report.titles.push_back(classes.title(label));
  report.samples = dataset.size();
  report.pixels.resize(classes.size());
  report.images.resize(classes.size());
  return report;
}

}  // namespace

bool CheckReport::clean() const {
  return sound == samples && repeated.count == 0 && unpaired.count == 0;
}

CheckReport check_dataset(const Dataset& dataset, const CheckOptions& options) {
  CheckReport report = empty_report(dataset);
  std::unordered_set<std::string> names;
  for (std::size_t i = 0; i < dataset.size(); ++i) {
    if (!names.insert(dataset.name(i)).second) add(report.repeated, dataset.name(i), options.max_listed);
  }
  for (const std::string& file : dataset.unpaired()) add(report.unpaired, file, options.max_listed);

  const PrefetchOptions ahead{options.threads, 2 * static_cast<std::size_t>(std::max(1, options.threads))};
  Prefetch<Inspection> inspections(
      dataset.size(), [&](std::uint64_t index) { return dataset.inspect(index); }, ahead);
  for (std::size_t done = 1; inspections.has_next(); ++done) {
    count(report, inspections.next(), options.max_listed);
    if (options.progress) options.progress(done, dataset.size());
  }
  return report;
}

}  // namespace relprompt::data
