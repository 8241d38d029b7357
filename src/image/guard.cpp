#include "image/guard.h"

#include <new>
#include <opencv2/core.hpp>

#include <fmt/format.h>

namespace relprompt::image {

void rethrow_as_error(ErrorCode code, const std::string& doing) {
  const auto out_of_memory = [&] {
    return Error(ErrorCode::kOutOfMemory, fmt::format("cannot {}: not enough memory", doing),
                 "use a smaller image or a machine with more memory");
  };
  try {
    throw;
  } catch (const Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw out_of_memory();
  } catch (const cv::Exception& problem) {
    if (problem.code == cv::Error::StsNoMem) throw out_of_memory();
    throw Error(code, fmt::format("cannot {}: OpenCV says: {}", doing, problem.err));
  } catch (const std::exception& problem) {
    throw Error(code, fmt::format("cannot {}: {}", doing, problem.what()));
  }
}

}  // namespace relprompt::image
