// What the operations compute, seen from outside: the numbers that every worker ends up with.
#include <cstring>
#include <sstream>

#include <gmock/gmock.h>

#include "worker_process.h"

namespace relprompt::test {
namespace {

/// What follows `title` on its lines.
std::vector<std::string> lines(const WorkerProcess& worker, const std::string& title) {
  std::vector<std::string> found;
  std::istringstream output(worker.output());
  for (std::string line; std::getline(output, line);) {
    if (line.rfind(title + " ", 0) == 0) found.push_back(line.substr(title.size() + 1));
  }
  return found;
}

template <class Number>
std::string bits(const std::vector<Number>& numbers) {
  std::ostringstream hex;
  const auto* const bytes = reinterpret_cast<const unsigned char*>(numbers.data());
  for (std::size_t i = 0; i < numbers.size() * sizeof(Number); ++i) {
    hex << "0123456789abcdef"[bytes[i] >> 4] << "0123456789abcdef"[bytes[i] & 15];
  }
  return hex.str();
}

/// The upper half of a float is the bfloat16 of the same value, for values as small as these.
std::uint16_t bfloat16(float value) {
  std::uint32_t all = 0;
  std::memcpy(&all, &value, sizeof all);
  return static_cast<std::uint16_t>(all >> 16);
}

/// The tensors of worker_program's mixture() when each was made with this factor.
std::vector<std::string> mixture(int factor) {
  const auto f = static_cast<float>(factor);
  const std::int64_t i = factor;
  return {bits<float>({f, f, f, f}),
          bits<std::int64_t>({0, i, 2 * i}),
          bits<std::uint16_t>({bfloat16(f), bfloat16(f)}),
          "",
          bits<double>({0.5 * factor, 0.5 * factor}),
          bits<float>({0, 3 * f, f, 4 * f, 2 * f, 5 * f})};
}

class Operations : public testing::TestWithParam<std::size_t> {};

TEST_P(Operations, GiveEveryWorkerTheSame) {
  const std::size_t size = GetParam();
  const auto group = start_workers({"operations", size});
  for (const auto& worker : group) ASSERT_EQ(worker->wait(), 0) << worker->output();

  auto broadcast = mixture(1);
  broadcast.push_back("010101");
  for (std::size_t rank = 0; rank < size; ++rank) {
    const WorkerProcess& worker = *group[rank];
    SCOPED_TRACE("worker " + std::to_string(rank));
    EXPECT_EQ(lines(worker, "sum"), lines(*group[0], "sum"));
    EXPECT_EQ(lines(worker, "sum").at(0).size(), 1001 * 4 * 2u);
    EXPECT_EQ(lines(worker, "mixture"), mixture(static_cast<int>(size * (size + 1) / 2)));
    EXPECT_EQ(lines(worker, "broadcast"), broadcast);
    EXPECT_EQ(lines(worker, "leaf"), std::vector<std::string>{bits<float>({0, 0})});
    EXPECT_EQ(lines(worker, "shared"), (std::vector<std::string>{"'text of 0'", "nothing ''"}));
  }
  std::vector<std::string> gathered{"'text of 0'", "''"};
  if (size == 3) gathered.push_back("'text of 2'");
  EXPECT_EQ(lines(*group[0], "gathered"), gathered);
  for (std::size_t rank = 1; rank < size; ++rank) {
    EXPECT_THAT(lines(*group[rank], "gathered"), testing::IsEmpty());
    EXPECT_THAT(lines(*group[rank], "large"), testing::IsEmpty());
  }
  EXPECT_EQ(lines(*group[0], "large"), std::vector<std::string>(size, "right"));
}

INSTANTIATE_TEST_SUITE_P(Sizes, Operations, testing::Values(2, 3));

}  // namespace
}  // namespace relprompt::test
