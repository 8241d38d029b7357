#include "raster_gdal/errors.h"

namespace relprompt::raster_gdal {
namespace {

bool mentions(const std::string& words, const char* part) {
  return words.find(part) != std::string::npos;
}

}  // namespace

Errors::Errors() {
  CPLErrorReset();
  CPLPushErrorHandlerEx(&Errors::hear, this);
}

Errors::~Errors() {
  CPLPopErrorHandler();
}

void CPL_STDCALL Errors::hear(CPLErr kind, CPLErrorNum number, const char* words) {
  auto* own = static_cast<Errors*>(CPLGetErrorHandlerUserData());
  if (own == nullptr || own->failed_ || (kind != CE_Failure && kind != CE_Fatal)) return;
  own->failed_ = true;
  own->number_ = number;
  own->words_ = words != nullptr ? words : "";
}

Answer Errors::answer(Problem otherwise, const std::string& words) const {
  if (!failed_) return {otherwise, words};
  Problem problem = otherwise;
  if (number_ == CPLE_OutOfMemory) problem = Problem::kNoMemory;
  for (const char* full : {"No space left", "File too large", "quota"})
    if (mentions(words_, full)) problem = Problem::kDiskFull;
  return {problem, words + " (GDAL: " + words_ + ")"};
}

}  // namespace relprompt::raster_gdal
