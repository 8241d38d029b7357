// Slurm's compressed lists of hosts, such as "node[03-07,9],big1".
#pragma once

#include <string>

namespace relprompt::processes {

/// The first host of a list: "node03" of the example above. Empty if the list is empty or malformed.
std::string first_host(const std::string& list);

}  // namespace relprompt::processes
