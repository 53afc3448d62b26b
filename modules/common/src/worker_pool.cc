#include "lake/common/worker_pool.h"

#include <pthread.h>

#include <deque>
#include <thread>
#include <vector>

#include "lake/common/check.h"
#include "lake/common/mutex.h"

namespace lake {

struct WorkerPool::State {
  using Task = std::move_only_function<void()>;

  explicit State(Options the_options) : options(std::move(the_options)) {}

  const Options options;
  mutable Mutex mutex;
  CondVar work_or_stop;
  CondVar stopped;
  std::deque<Task> queue LAKE_GUARDED_BY(mutex);
  size_t running LAKE_GUARDED_BY(mutex) = 0;
  bool stopping LAKE_GUARDED_BY(mutex) = false;
  bool joined LAKE_GUARDED_BY(mutex) = false;
  std::vector<std::thread> threads;  ///< Written by the constructor and by the one Shutdown that joins.

  void Work();
  /// The next task, counted as running; empty when the pool stops and nothing is left.
  Task Take();
  void MarkDone();
};

void WorkerPool::State::Work() {
  pthread_setname_np(pthread_self(), options.name.c_str());
  while (Task task = Take()) {
    task();
    task = nullptr;  // What it captured dies while it still counts as running.
    MarkDone();
  }
}

WorkerPool::State::Task WorkerPool::State::Take() {
  MutexLock lock(mutex);
  while (queue.empty() && !stopping) work_or_stop.Wait(mutex);
  if (queue.empty()) return nullptr;
  Task task = std::move(queue.front());
  queue.pop_front();
  ++running;
  return task;
}

void WorkerPool::State::MarkDone() {
  MutexLock lock(mutex);
  --running;
}

WorkerPool::WorkerPool(Options options) : state_(std::make_unique<State>(std::move(options))) {
  LAKE_CHECK(state_->options.threads > 0 && state_->options.name.size() <= 15);
  state_->threads.reserve(state_->options.threads);
  for (size_t i = 0; i < state_->options.threads; ++i)
    state_->threads.emplace_back([state = state_.get()] { state->Work(); });
}

WorkerPool::~WorkerPool() { Shutdown(); }

Status WorkerPool::Submit(std::move_only_function<void()> task) {
  MutexLock lock(state_->mutex);
  const Options& options = state_->options;
  if (state_->stopping) return Unavailable("shutting_down", "the server is shutting down");
  // Counted together with the running ones: whether an idle thread has woken up yet must not decide.
  if (state_->queue.size() + state_->running >= options.threads + options.queue_limit)
    return ResourceExhausted("pool_full", "the {} queue is full ({} waiting)", options.name,
                             options.queue_limit);
  state_->queue.push_back(std::move(task));
  state_->work_or_stop.NotifyOne();
  return {};
}

void WorkerPool::Shutdown() {
  {
    MutexLock lock(state_->mutex);
    if (state_->stopping) {
      while (!state_->joined) state_->stopped.Wait(state_->mutex);
      return;
    }
    state_->stopping = true;
    state_->work_or_stop.NotifyAll();
  }
  for (std::thread& thread : state_->threads) thread.join();
  MutexLock lock(state_->mutex);
  state_->joined = true;
  state_->stopped.NotifyAll();
}

size_t WorkerPool::queued() const {
  MutexLock lock(state_->mutex);
  return state_->queue.size();
}

size_t WorkerPool::running() const {
  MutexLock lock(state_->mutex);
  return state_->running;
}

}  // namespace lake
