// The settings of the dense heads resclip and resclip-sfr, which their authors choose for each data set.
#pragma once

#include <cstdint>

namespace relprompt::model {

struct ResClipOptions {
  double total = 2;           ///< to which a row of the last layer's attention sums; above 0
  double middle_share = 0.4;  ///< of it, what the mean attention of middle layers gets; 0 to 1
  // resclip-sfr alone:
  double feedback_total = 1.8;    ///< times scores and feedback, before the softmax; above 0
  double feedback_share = 0.7;    ///< of it, what the first pass's labels get; 0 to 1
  double label_scale = 40;        ///< of the cosines of the first pass, before their softmax; above 0
  double label_threshold = 0.11;  ///< a pixel below this probability counts as the first class; 0 to 1
};

}  // namespace relprompt::model
