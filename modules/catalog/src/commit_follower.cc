#include "lake/catalog/commit_follower.h"

#include <utility>

namespace lake::catalog {

CommitFollower::CommitFollower(Catalog& catalog, std::chrono::milliseconds tick, Look look)
    : catalog_(catalog), tick_(tick), look_(std::move(look)), thread_([this] { Run(); }) {}

CommitFollower::~CommitFollower() {
  stop_.Cancel("shutdown");
  thread_.join();
}

void CommitFollower::Run() {
  const Context context = {.cancel = stop_.token()};
  while (!stop_.token().cancelled()) {
    const Version seen = look_(context);
    const Context until_tick = {.deadline = Deadline::After(tick_), .cancel = stop_.token()};
    (void)catalog_.WaitForCommit(until_tick, seen).ok();
  }
}

}  // namespace lake::catalog
