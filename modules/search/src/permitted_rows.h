// Which rows of an index a caller may find: those whose documents are in the dataset as the caller sees it.
#pragma once

#include <list>
#include <memory>
#include <string>
#include <unordered_map>

#include "lake/access/decision.h"
#include "lake/ann/row_set.h"
#include "lake/common/mutex.h"
#include "lake/query/query_service.h"
#include "lake/vector/open_index.h"

namespace lake::search {

/// What is asked about.
struct Scope {
  const access::Request& request;
  const catalog::Dataset& dataset;
  const access::Decision& decision;
  const catalog::Column& id_column;
  vector::OpenIndex& index;
  const std::string& filter;  ///< Empty: none.
};

/// Answers are kept for those who ask the same about the same content under the same rules. Any thread.
class PermittedRows {
 public:
  explicit PermittedRows(query::QueryService& queries) : queries_(queries) {}

  /// Null: all of them. Errors: invalid_argument/bad_filter, those of the query.
  Result<std::shared_ptr<const ann::RowSet>> Find(const Scope& scope);

 private:
  using Rows = std::shared_ptr<const ann::RowSet>;
  struct Entry {
    std::string key;
    Rows rows;
  };

  Result<Rows> Ask(const Scope& scope);
  Rows Kept(const std::string& key) LAKE_EXCLUDES(mutex_);
  void Keep(const std::string& key, Rows rows) LAKE_EXCLUDES(mutex_);

  query::QueryService& queries_;
  Mutex mutex_;
  std::list<Entry> kept_ LAKE_GUARDED_BY(mutex_);  ///< The last used first.
  std::unordered_map<std::string, std::list<Entry>::iterator> by_key_ LAKE_GUARDED_BY(mutex_);
  size_t bytes_ LAKE_GUARDED_BY(mutex_) = 0;
};

}  // namespace lake::search
