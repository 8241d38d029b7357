// A file of a run that is the same whatever the images are: the names of the classes.
#pragma once

#include <string>
#include <utility>

#include "formats/format.h"

namespace relprompt::formats {

class StaticFile : public RunFileMaker {
 public:
  StaticFile(ByteSink& sink, std::string text) : sink_(sink), text_(std::move(text)) {}
  void add(std::string_view) override {}
  void finish() override { sink_.write(text_); }

 private:
  ByteSink& sink_;
  std::string text_;
};

}  // namespace relprompt::formats
