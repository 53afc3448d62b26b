// What is wrong with a transaction whatever the state of the catalog: sizes, names, columns, duplicates.
#pragma once

#include "lake/catalog/action.h"
#include "lake/common/result.h"

namespace lake::catalog {

/// Errors: invalid_argument/bad_transaction, /bad_dataset_name, /bad_columns, /bad_file, /bad_tombstones,
/// /bad_entity, with the place as a detail ("/actions/2").
Status CheckTransaction(const Transaction& transaction);

}  // namespace lake::catalog
