// One admitted request between the I/O thread that moves its bytes and the worker that answers it.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "admission.h"
#include "answer_queue.h"
#include "body_queue.h"
#include "json_body.h"
#include "lake/common/log.h"

namespace lake::gateway {

struct ServedRequest {
  struct Sizes {
    std::optional<uint64_t> declared_length;
    uint64_t max_body_bytes = 0;
  };
  ServedRequest(RequestHead the_head, const Sizes& sizes, ByteBudget& body_bytes,
                const std::function<void()>& wake)
      : head(std::move(the_head)),
        body(sizes.max_body_bytes, body_bytes),
        upload(sizes.declared_length, wake),
        answer(head.method == Method::kHead ? AnswerQueue::Body::kHeadOnly : AnswerQueue::Body::kWanted,
               wake) {}

  const RequestHead head;
  CancelSource cancel;
  const internal::BoundRoute* route = nullptr;  ///< Null when it was refused before.
  PathValues path_values;
  access::Request request;
  JsonBody body;  ///< Complete when Serve is called.
  BodyQueue upload;
  AnswerQueue answer;
};

/// Runs the route's handler and closes the answer. On a worker, or on the I/O thread for instant routes.
/// Errors with an internal cause, and internal ones, are logged.
void Serve(ServedRequest& served, Log& log);

}  // namespace lake::gateway
