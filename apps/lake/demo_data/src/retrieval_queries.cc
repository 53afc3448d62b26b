#include "company.h"
#include "csv_rows.h"
#include "lake/demo_data/queries.h"
#include "planted.h"
#include "roles.h"

namespace lake::demo_data {

Result<std::vector<RetrievalQuery>> RetrievalQueries(Scale scale) {
  LAKE_ASSIGN_OR_RETURN(Company company, FoundCompany(scale));
  int64_t candidates = company.rows.Of(Table::kCandidates);
  std::vector<RetrievalQuery> queries;
  for (size_t experience = 0; experience < RareExperiences().size(); ++experience) {
    const RareExperience& rare = RareExperiences()[experience];
    RetrievalQuery query{
        .kind = RetrievalQuery::Kind::kRareExperience, .text = std::string(rare.query), .relevant = {}};
    for (size_t clause = 0; clause < rare.clauses.size(); ++clause)
      query.relevant.push_back(ToText(CandidateName(RareExperienceRow(experience, clause, candidates))));
    queries.push_back(std::move(query));
  }
  const size_t first_specialty = queries.size();
  for (const Role* role : Roles())
    for (const Specialty& specialty : role->specialties)
      queries.push_back(
          {.kind = RetrievalQuery::Kind::kSpecialty, .text = std::string(specialty.query), .relevant = {}});
  for (int64_t row = 0; row < candidates; ++row) {
    const CandidateTraits& traits = company.candidates[static_cast<size_t>(row)];
    size_t query = first_specialty + size_t{traits.role} * kSpecialtiesPerRole + traits.specialty;
    queries[query].relevant.push_back(ToText(CandidateName(row)));
  }
  std::erase_if(queries, [](const RetrievalQuery& query) { return query.relevant.empty(); });
  return queries;
}

}  // namespace lake::demo_data
