// A search within what a profile binds: through graphs that are warm, else by comparing every chunk.
#pragma once

#include <string_view>

#include "lake/access/request.h"
#include "lake/profiles/activation.h"
#include "lake/profiles/profile_service.h"
#include "lake/search/search_service.h"

namespace lake::profiles {

struct ScopedAnswer {
  std::string profile_id;
  search::SearchAnswer answer;
  bool warm = false;  ///< The profile is active and keeps the index warm.
};

/// Any thread.
class ScopedSearch {
 public:
  /// The references outlive it.
  ScopedSearch(const ProfileService& profiles, ActivationService& activation, search::SearchService& searches)
      : profiles_(profiles), activation_(activation), searches_(searches) {}

  /// Errors: those of ProfileService::Find and, with permission_denied/out_of_scope for an index of a
  /// relation that the profile does not bind, of SearchService::Search.
  Result<ScopedAnswer> Search(const access::Request& request, std::string_view profile,
                              search::SearchRequest wanted);

 private:
  const ProfileService& profiles_;
  ActivationService& activation_;
  search::SearchService& searches_;
};

}  // namespace lake::profiles
