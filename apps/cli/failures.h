// What the reports of a run say of its failures.
#pragma once

#include <vector>

#include "image_list.h"
#include "json_report.h"

namespace relprompt::cli {

/// The exit status of a run: 0 without failures, else that of the first; 5 if any has that one, because
/// another try may mend it.
int status_of(const std::vector<Failure>& failures);

/// [{"input", "code", "message"}], as reports list them under "errors".
Json errors_of(const std::vector<Failure>& failures);

}  // namespace relprompt::cli
