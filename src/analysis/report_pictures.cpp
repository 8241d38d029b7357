#include "analysis/report_pictures.h"

#include "analysis/confusion_picture.h"
#include "image/picture_files.h"

namespace relprompt::analysis {

void write_confusion_png(const std::filesystem::path& file, const eval::ConfusionMatrix& matrix,
                         const ClassList& classes) {
  image::write_png(file, draw_confusion(matrix, classes));
}

}  // namespace relprompt::analysis
