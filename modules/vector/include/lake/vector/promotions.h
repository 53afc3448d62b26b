// Which configuration an index is to have: the one that was promoted, and those before it, to go back to.
// Kept in the record of the index, exported as a file: docs/formats/promotions.md.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "lake/common/clock.h"
#include "lake/common/describe.h"
#include "lake/common/json.h"
#include "lake/common/result.h"
#include "lake/vector/hnsw_config.h"

namespace lake::vector {

inline constexpr size_t kMaxFormerPromotions = 50;
inline constexpr size_t kMaxRolledBack = 50;

/// A configuration that was chosen for an index.
struct Promotion {
  HnswConfig config;
  std::string trial_id;  ///< Opaque here.
  Timestamp promoted_at;
  std::string promoted_by;
  std::optional<std::string> note;
  JsonValue::Object unknown;
};

struct Promotions {
  std::optional<Promotion> current;  ///< None: all were rolled back.
  std::vector<Promotion> history;    ///< Those before it, the newest last; at most kMaxFormerPromotions.
  /// What was taken back because it found less than was promised, the newest last; their notes begin with the
  /// reason. At most kMaxRolledBack; none: there never was one.
  std::optional<std::vector<Promotion>> rolled_back = {};
  JsonValue::Object unknown;
};

/// The current one becomes the newest of the history; the oldest goes when they are too many.
void Promote(Promotion promotion, Promotions* promotions);
/// The newest of the history becomes the current one; none when there is none. Error:
/// failed_precondition/nothing_promoted when there is no current one.
Status RollBack(Promotions* promotions);
/// The same, and the one that goes is remembered among those rolled back, with the reason before its note.
Status RollBackBecause(const std::string& reason, Promotions* promotions);
/// Whether that trial was promoted once and taken back with a reason.
bool WasRolledBack(const Promotions& promotions, std::string_view trial_id);
/// Drops the oldest that are too many.
void LimitHistory(Promotions* promotions);

}  // namespace lake::vector

template <>
struct lake::Describe<lake::vector::Promotion> {
  using T = lake::vector::Promotion;
  static constexpr std::string_view kName = "Promotion";
  static constexpr auto kUnknown = &T::unknown;
  static constexpr auto kFields =
      std::tuple{Required("config", &T::config, "What the graph is to be built and searched with."),
                 Required("trial_id", &T::trial_id, "Trial it is from."),
                 Required("promoted_at", &T::promoted_at, "When it was promoted."),
                 Optional("promoted_by", &T::promoted_by, "Who promoted it."),
                 Optional("note", &T::note, "Why.").NullWhenNone()};
};
template <>
struct lake::Describe<lake::vector::Promotions> {
  using T = lake::vector::Promotions;
  static constexpr auto kUnknown = &T::unknown;
  static constexpr auto kFields =
      std::tuple{Optional("current", &T::current, "The promoted configuration.").NullWhenNone(),
                 Optional("history", &T::history, "Those before it, the newest last."),
                 Optional("rolled_back", &T::rolled_back,
                          "Those that were taken back because they found less than was promised.")};
};
