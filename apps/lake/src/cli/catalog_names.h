// Names of datasets and columns for completion: asked for when first wanted, then kept.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "commands.h"
#include "lake/common/cancel.h"

namespace lake::app {

class CatalogNames {
 public:
  CatalogNames(const ClientOptions& client, CancelToken cancel)
      : client_(client), cancel_(std::move(cancel)) {}

  /// Empty when the server does not answer within two seconds; asked again the next time.
  const std::vector<std::string>& Datasets();
  /// Of a dataset that exists, in any case of letters; else empty.
  const std::vector<std::string>& Columns(const std::string& dataset);
  void Forget();

 private:
  Context ShortContext() const;

  const ClientOptions& client_;
  CancelToken cancel_;
  std::vector<std::string> datasets_;
  std::map<std::string, std::vector<std::string>> columns_;  ///< By the dataset's own name.
};

}  // namespace lake::app
