#include "index_wire.h"

namespace lake::gateway {

wire::Index IndexToWire(const vector::IndexInfo& info) {
  const vector::IndexRecord& record = info.record;
  wire::Index index = {.index_name = record.name,
                       .source = info.source,
                       .text_column = info.text_column,
                       .id_column = info.id_column,
                       .model = record.model.name,
                       .model_version = record.model.version,
                       .dimensions = record.model.dimensions,
                       .bucket = record.bucket,
                       .chunk = record.chunk,
                       .generation = {},
                       .config = {},
                       .promoted = {},
                       .recall = {},
                       .created_at = record.created_at,
                       .last_embedded_at = {},
                       .dataset_version = {},
                       .stale = info.stale,
                       .stale_since = info.stale_since,
                       .refresh_policy = record.refresh.policy,
                       .refresh_cron = record.refresh.cron};
  if (record.promotions && record.promotions->current) index.promoted = record.promotions->current->config;
  if (!record.live && !record.building) index.state = wire::IndexState::kFailed;
  if (!record.live) return index;
  index.state = wire::IndexState::kReady;
  index.generation = record.live->id;
  index.config = record.live->config;
  index.outdated = !vector::IsBuiltAsConfigured(record);
  index.rows = record.live->documents;
  index.skipped = record.live->skipped;
  index.chunks = record.live->chunks;
  index.bytes = record.live->segment.bytes + record.live->chunk_store.bytes;
  index.recall = record.live->recall;
  index.last_embedded_at = record.live->created_at;
  index.dataset_version = record.live->dataset_version;
  return index;
}

}  // namespace lake::gateway
