#include "workers/c10d_process_group.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "workers/bucket.h"

namespace relprompt::workers {
namespace {

torch::Dtype as_it_is(torch::Dtype kind) {
  return kind;
}

torch::Dtype as_summed(torch::Dtype kind) {
  const bool small = kind == torch::kHalf || kind == torch::kBFloat16;
  return small ? torch::kFloat : kind;
}

torch::Tensor bytes_for(std::size_t size) {
  return torch::empty({static_cast<std::int64_t>(size)}, torch::kUInt8);
}

torch::Tensor bytes_of(const std::string& text) {
  torch::Tensor bytes = bytes_for(text.size());
  std::memcpy(bytes.data_ptr(), text.data(), text.size());
  return bytes;
}

std::string text_of(const torch::Tensor& bytes) {
  return {static_cast<const char*>(bytes.data_ptr()), static_cast<std::size_t>(bytes.numel())};
}

/// What an exception of c10d says, without the stack trace that LibTorch appends.
std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

}  // namespace

C10dProcessGroup::C10dProcessGroup(const processes::Environment& environment,
                                   std::unique_ptr<WatchedCalls> calls, std::unique_ptr<Heartbeat> heartbeat,
                                   std::shared_ptr<Group> group)
    : rank_(environment.rank),
      size_(environment.size),
      calls_(std::move(calls)),
      heartbeat_(std::move(heartbeat)),
      group_(std::move(group)) {}

void C10dProcessGroup::operate(const char* name, std::function<void(Group&)> operation) {
  heartbeat_->check();
  auto job = [group = group_, operation = std::move(operation)] { operation(*group); };
  try {
    calls_->run(std::move(job), [this] { heartbeat_->check_waiting(); });
  } catch (const Error&) {
    throw;
  } catch (const std::exception& problem) {
    heartbeat_->explain(fmt::format("{}: {}", name, first_line(problem.what())));
  }
}

void C10dProcessGroup::all_reduce(std::vector<torch::Tensor>& tensors) {
  in_buckets(tensors, as_summed, [this](torch::Tensor& all) {
    torch::Tensor there = group_->takes(all.device()) ? all : all.cpu();
    operate("all_reduce", [there](Group& group) { group.all_reduce(there); });
    all = there;
  });
}

void C10dProcessGroup::broadcast(std::vector<torch::Tensor>& tensors) {
  in_buckets(tensors, as_it_is, [this](torch::Tensor& all) {
    // As bytes, so that every kind of number travels.
    torch::Tensor there = group_->takes(all.device()) ? all : all.cpu();
    operate("broadcast", [bytes = there.view(torch::kUInt8)](Group& group) { group.broadcast(bytes); });
    all = there;
  });
}

torch::Tensor C10dProcessGroup::sizes_of_all(std::size_t own) {
  torch::Tensor sizes = torch::zeros({static_cast<std::int64_t>(size_)}, torch::kInt64);
  sizes[static_cast<std::int64_t>(rank_)] = static_cast<std::int64_t>(own);
  operate("sizes", [sizes](Group& group) { group.all_reduce(sizes); });
  return sizes;
}

std::vector<std::string> C10dProcessGroup::gather(const std::string& text) {
  const torch::Tensor sizes = sizes_of_all(text.size());
  const auto size_at = [&](std::size_t rank) {
    return static_cast<std::size_t>(sizes[static_cast<std::int64_t>(rank)].item<std::int64_t>());
  };
  if (rank_ != 0) {
    if (!text.empty()) operate("gather", [bytes = bytes_of(text)](Group& group) { group.send(bytes, 0); });
    return {};
  }
  std::vector<std::string> texts{text};
  for (std::size_t from = 1; from < size_; ++from) {
    const torch::Tensor bytes = bytes_for(size_at(from));
    if (bytes.numel() > 0) operate("gather", [bytes, from](Group& group) { group.receive(bytes, from); });
    texts.push_back(text_of(bytes));
  }
  return texts;
}

std::string C10dProcessGroup::broadcast_text(const std::string& text) {
  const auto size = sizes_of_all(rank_ == 0 ? text.size() : 0)[0].item<std::int64_t>();
  const torch::Tensor bytes = rank_ == 0 ? bytes_of(text) : bytes_for(static_cast<std::size_t>(size));
  if (size > 0) operate("broadcast", [bytes](Group& group) { group.broadcast(bytes); });
  return text_of(bytes);
}

void C10dProcessGroup::barrier() {
  operate("barrier", [](Group& group) { group.barrier(); });
}

void C10dProcessGroup::leave(const std::string& reason) noexcept {
  try {
    heartbeat_->end(fmt::format("{} ended: {}", name_of_worker(rank_, heartbeat_->members()[rank_]), reason));
  } catch (const std::exception&) {
    // The others notice the silence.
  }
}

}  // namespace relprompt::workers
