// lake demo: the sample data in, five telling questions out, and the server left running.
#pragma once

#include <cstdint>
#include <string>

#include "lake/common/context.h"

namespace lake::app {

struct DemoOptions {
  int64_t rows = 2'469'278;
  int64_t resumes = 5000;  ///< That are indexed; 0: none.
  std::string data_directory = "./data";
  uint16_t port = 3100;
  enum class Afterwards { kServe, kExit } afterwards = Afterwards::kServe;
};

int RunDemo(const Context& context, const DemoOptions& options);

}  // namespace lake::app
