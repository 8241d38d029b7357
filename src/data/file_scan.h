// Listing the files of a data set's folder and reading its lists of names.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace relprompt::data {

/// [name] path. Ordered, so that samples come in the same order on every machine.
using FilesByName = std::map<std::string, std::string>;

/// All visible files below the folder. `name_of` gets a path relative to it ("a/b.png") and returns the
/// sample's name ("a/b"), or "" for files that are none of ours. Of several files of one name the first by
/// path is kept, the others are added to `spare`. Linked folders below the folder are not entered: they may
/// form a circle. Throws Error(kUnreadable).
FilesByName scan(const std::filesystem::path& folder,
                 const std::function<std::string(const std::string& relative)>& name_of,
                 std::vector<std::string>& spare);

/// The text without its ending if it has one of these, else "".
std::string without_ending(const std::string& text, const std::vector<std::string>& endings);

/// The names in a list: the first word of every line without a slash before it and without image extension.
/// Some lists say "/JPEGImages/x.jpg /SegmentationClass/x.png", so the folders in it need not be the data
/// set's. Throws Error: kNotFound, kUnreadable.
std::vector<std::string> read_names(const std::filesystem::path& list);

}  // namespace relprompt::data
