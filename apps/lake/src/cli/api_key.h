// Where the command line gets the key that every request carries.
#pragma once

#include <optional>
#include <string>

#include "lake/common/result.h"

namespace lake::app {

/// What was said about the key; empty is nothing. The first of them that is there counts.
struct KeySources {
  std::string option;       ///< --key: everybody on the machine can read it in the list of processes.
  std::string file;         ///< --key-file
  std::string environment;  ///< LAKEHOUSE_API_KEY
};

/// The key, or none. No message ever holds it. Errors: not_found/file_not_found,
/// permission_denied/key_file_open_to_others, invalid_argument/bad_key.
Result<std::optional<std::string>> FindApiKey(const KeySources& sources);

}  // namespace lake::app
