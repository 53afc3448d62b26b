// A seeded stream of transactions of every kind over a few names, so that many of them collide and are
// refused.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "catalog_fixture.h"

namespace lake::catalog {

class Workload {
 public:
  explicit Workload(uint64_t seed) : random_(seed) {}

  Transaction Next() {
    Transaction transaction = Txn({});
    const uint64_t actions = random_.NextBelow(3) == 0 ? 3 : 1;
    for (uint64_t i = 0; i < actions; ++i) transaction.actions.push_back(NextAction());
    if (random_.NextBelow(3) == 0) {
      transaction.idempotency_key = Name("key", 60);
      transaction.request_fingerprint = Name("print", 2);
      transaction.result = JsonValue::MakeObject({{"n", random_.NextBelow(100)}, {"x", 0.5}});
    }
    if (random_.NextBelow(8) == 0) transaction.read_set = {{Dataset(), 1, {FileId(Name("f", 40))}}};
    return transaction;
  }
  uint64_t Below(uint64_t bound) { return random_.NextBelow(bound); }

 private:
  std::string Name(const std::string& stem, uint64_t count) {
    return stem + std::to_string(random_.NextBelow(count));
  }
  DatasetId Dataset() { return DatasetId(Name("d", 8)); }

  Action NextAction() {
    switch (random_.NextBelow(16)) {
      case 0:
      case 1:
        return Create(Name("d", 8), Name("Table", 10));
      case 2:
        return DropDataset{Dataset()};
      case 3:
        return UndropDataset{Dataset()};
      case 4:
        return RenameDataset{Dataset(), Name("table", 10)};
      case 5:
        return RemoveFiles{Dataset(), {FileId(Name("f", 40))}};
      case 6:
        return random_.NextBelow(4) == 0 ? Action(RemoveAllFiles{Dataset()})
                                         : Action(SetMetadata{Dataset(), JsonValue(Name("note \u00fc", 9))});
      case 7:
        return NextSchema();
      case 8:
        return AddTombstones{Dataset(),
                             random_.NextBelow(5) == 0 ? "name" : "id",
                             {Name("v", 30), Name("v", 30)},
                             "a",
                             Name("reason", 3)};
      case 9:
        return RemoveTombstones{Dataset(), {Name("v", 30)}};
      case 10:
        return DeleteEntity{"thing", Name("e", 10), {}};
      case 11:
      case 12:
        return PutEntity{"thing", Name("e", 10), {}, JsonValue(Name("doc", 100))};
      default:
        return Add(Name("d", 8), {File(Name("f", 40), random_.NextBelow(100))});
    }
  }

  Action NextSchema() {
    SetSchema schema{.dataset = Dataset(),
                     .expected_schema_id = static_cast<int32_t>(1 + random_.NextBelow(3)),
                     .columns = TwoColumns()};
    schema.columns[0].name = Name("id", 2);
    if (random_.NextBelow(2) == 0)
      schema.columns.push_back(
          {.field_id = static_cast<int32_t>(3 + random_.NextBelow(3)), .name = "more", .type = "DATE"});
    return schema;
  }

  SeededRandom random_;
};

}  // namespace lake::catalog
