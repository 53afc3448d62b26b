#include "lake/profiles/profile_record.h"

#include "lake/common/fold.h"
#include "lake/common/json_io.h"
#include "lake/common/plain_name.h"

namespace lake::profiles {
namespace {

constexpr size_t kMaxIdBytes = 64;
constexpr std::string_view kOllama = "ollama/";
constexpr std::string_view kLatest = ":latest";

}  // namespace

Status CheckProfileId(std::string_view id) {
  if (IsPlainName(id, kMaxIdBytes)) return {};
  return InvalidArgument("bad_profile_id",
                         "a profile's id has 1 to {} of letters, digits, '_', '-' and '.', and starts with a "
                         "letter or digit",
                         kMaxIdBytes);
}

Result<ProfileRecord> FindProfileRecord(const catalog::Snapshot& snapshot, std::string_view id) {
  const std::shared_ptr<const catalog::Entity> entity = snapshot.FindEntity(kProfileKind, Fold(id));
  if (entity == nullptr) return NotFound("profile_not_found", "there is no profile '{}'", id.substr(0, 100));
  Result<ProfileRecord> record = FromJson<ProfileRecord>(entity->document, Reading::kTolerant);
  if (record.ok()) return record;
  return DataLoss("profile_damaged", "the record of profile '{}' cannot be read", id)
      .WithCause(record.error().ToString());
}

std::string WritingModel(std::string_view ollama_name) {
  if (ollama_name.ends_with(kLatest)) ollama_name.remove_suffix(kLatest.size());
  if (ollama_name.starts_with(kOllama)) return std::string(ollama_name);
  return std::string(kOllama) + std::string(ollama_name);
}

Status CheckProfileDocument(const JsonValue& document, const catalog::Entity*) {
  LAKE_ASSIGN_OR_RETURN(const ProfileRecord record, FromJson<ProfileRecord>(document, Reading::kTolerant));
  LAKE_RETURN_IF_ERROR(CheckProfileId(record.id));
  if (record.bound.size() <= kMaxBindings) return {};
  return InvalidArgument("bad_profile", "a profile binds more than it may");
}

}  // namespace lake::profiles
