// What `relprompt data check` looks at: the parts of a config, or a kind of data set without one.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "data/dataset.h"

namespace relprompt::cli {

struct DataCheckArguments {
  std::string config;  ///< a config file, or a kind of data set
  std::string root;
  std::string part;
  std::string sheet;  ///< PNG file for a look at some samples; empty: none
  std::vector<std::string> assignments;
  int threads = 2;
  bool force = false;
  bool json = false;
  bool quiet = false;
};

/// A data set with the word for it in a config: train or test.
using DataPart = std::pair<std::string, data::DatasetSpec>;

/// The parts to look at, with their roots. Throws Error: kBadArgument (no such part, no root, anything wrong
/// in the config), kNotFound and kUnreadable for the config's file.
std::vector<DataPart> parts_of(const DataCheckArguments& arguments);

/// The images of a few samples of each part: FILE for a single part, else FILE-train.png and FILE-test.png.
std::vector<std::filesystem::path> sheet_files(const std::string& file, const std::vector<DataPart>& parts);
/// Writes these images, image beside labels. Throws Error: kNotWritable, kDiskFull.
void write_sheets(const std::vector<std::filesystem::path>& files, const std::vector<DataPart>& parts);

}  // namespace relprompt::cli
