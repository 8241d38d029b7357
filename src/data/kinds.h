// One function a kind of data set: its folders, its encoding, its classes. Each family has a source of its
// own.
#pragma once

#include <memory>

#include "data/dataset.h"

namespace relprompt::data {

/// All throw as open_dataset does.
std::unique_ptr<Dataset> open_voc_20(const DatasetSpec& spec);
std::unique_ptr<Dataset> open_voc_21(const DatasetSpec& spec);
std::unique_ptr<Dataset> open_coco_stuff(const DatasetSpec& spec);
std::unique_ptr<Dataset> open_coco_object(const DatasetSpec& spec);
std::unique_ptr<Dataset> open_cityscapes(const DatasetSpec& spec);
std::unique_ptr<Dataset> open_context_59(const DatasetSpec& spec);
std::unique_ptr<Dataset> open_context_60(const DatasetSpec& spec);
std::unique_ptr<Dataset> open_context_459(const DatasetSpec& spec);
std::unique_ptr<Dataset> open_ade_150(const DatasetSpec& spec);
std::unique_ptr<Dataset> open_ade_847(const DatasetSpec& spec);
std::unique_ptr<Dataset> open_folder(const DatasetSpec& spec);

}  // namespace relprompt::data
