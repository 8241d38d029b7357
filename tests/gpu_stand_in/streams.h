// The stand-in's streams: what one is asked for happens later, in its order, on a thread of its own, as on a
// device.
#pragma once

#include <functional>
#include <future>

namespace relprompt::stand_in {

using Happened = std::shared_future<void>;

/// Asks a stream for work; nullptr is the default stream, as in CUDA.
void enqueue(void* stream, std::function<void()> work);
/// Ready when everything that the stream has been asked for so far is done.
Happened done_so_far(void* stream);
/// Waits for all streams.
void wait_for_all();
bool is_ready(const Happened& happened);

}  // namespace relprompt::stand_in
