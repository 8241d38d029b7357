// What GDAL says goes nowhere but into our answers.
#pragma once

#include <string>

#include <cpl_error.h>

#include "raster/raster_table.h"

namespace relprompt::raster_gdal {

using raster::Answer;
using raster::Problem;

/// Collects what GDAL says on this thread while it lives.
class Errors {
 public:
  Errors();
  ~Errors();
  Errors(const Errors&) = delete;
  Errors& operator=(const Errors&) = delete;

  bool failed() const { return failed_; }
  /// The first failure as an answer; `otherwise` where it says nothing of its kind, `words` where it says
  /// nothing at all.
  Answer answer(Problem otherwise, const std::string& words) const;

 private:
  static void CPL_STDCALL hear(CPLErr kind, CPLErrorNum number, const char* words);

  bool failed_ = false;
  CPLErrorNum number_ = CPLE_None;
  std::string words_;
};

}  // namespace relprompt::raster_gdal
