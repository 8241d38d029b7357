// What the kinds of relprompt analyze share: images, model, classes, where the results go.
#pragma once

#include <CLI/App.hpp>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "relprompt/segmenter.h"

#include "image_list.h"
#include "image_notes.h"
#include "json_report.h"
#include "options_classes.h"
#include "options_decode.h"
#include "options_model.h"
#include "output_folder.h"
#include "progress.h"

namespace relprompt::cli {

struct AnalyzeArguments {
  std::vector<std::string> inputs;
  ModelArguments model;
  ClassArguments classes;
  DecodeArguments decode;
  std::string output;
  bool force = false, json = false, quiet = false;

  void add_to(CLI::App& command);
  /// Throws Error(kBadArgument).
  std::filesystem::path output_path() const;
};

/// Adds --short-side for kinds that show the tower whole images.
void add_view_option(CLI::App& command, int& short_side);

/// An analysis whose command line is checked, with its images found and its model open.
class AnalyzeJob {
 public:
  /// The files that a command will write, by its output folder and images.
  using Files = std::function<std::vector<std::filesystem::path>(const std::filesystem::path& output,
                                                                 const std::vector<ListedImage>& images)>;
  /// In this order, so that mistakes show before anything slow: arguments, output folder, images, whether the
  /// files may be written (base/own_files.h), model. Throws Error.
  AnalyzeJob(const AnalyzeArguments& arguments, const Files& files);

  /// Another model with the same classes on the same device. Throws Error.
  Segmenter open(const std::filesystem::path& path, bool training_free) const;

  /// Reads an image as the command line asks, and says what that left out. Throws Error.
  Image read(const ListedImage& listed);

  Segmenter& segmenter() { return *segmenter_; }
  const ClassList& classes() const { return classes_; }
  const std::vector<ListedImage>& images() const { return images_; }
  const std::filesystem::path& output() const { return output_; }
  Progress::Style progress_style() const;

  /// What every JSON document of these commands begins with.
  Json facts() const;
  /// The document on stdout if --json asked for it, else what was written on stderr, unless --quiet.
  void report(const Json& document, const std::vector<std::filesystem::path>& files) const;

 private:
  const AnalyzeArguments& arguments_;
  ModelOptions model_options_;
  ClassList classes_;
  TextOptions text_;
  DecodeOptions decode_;
  ImageNotes notes_;
  std::filesystem::path output_;
  OutputFolder folder_;
  std::vector<ListedImage> images_;
  std::unique_ptr<Segmenter> segmenter_;
};

}  // namespace relprompt::cli
