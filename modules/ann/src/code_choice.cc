#include "code_choice.h"

#include <algorithm>
#include <atomic>
#include <vector>

#include "exact_scan.h"
#include "lake/ann/row_set.h"
#include "lake/common/seeded_numbers.h"

namespace lake::ann {
namespace {

constexpr size_t kQuestions = 32;
/// More rows would only take longer: crowds are seen among these.
constexpr size_t kMostRows = 50'000;
/// Of each question: itself and ten neighbours.
constexpr size_t kNearest = 11;
/// A search compares about twice as many vectors as it was asked for; neighbours among four times as many are
/// near enough to be met.
constexpr size_t kNearEnough = 4 * kNearest;
constexpr double kWantedShare = 0.98;

struct Question {
  Origin origin;
  std::vector<Candidate> nearest;  ///< By the vectors.
};

/// How many of the nearest are among the kNearEnough first by `code`. Rows that a code cannot tell from one
/// of them come before it.
size_t CountKept(const CodedRows& rows, std::span<const uint32_t> members, Code code,
                 const Question& question) {
  std::vector<float> distances(members.size());
  for (size_t begin = 0; begin < members.size(); begin += kMaxRowsAtOnce)
    rows.Distances(question.origin, code,
                   members.subspan(begin, std::min(kMaxRowsAtOnce, members.size() - begin)),
                   distances.data() + begin);
  const auto first_too_far = distances.begin() + static_cast<std::ptrdiff_t>(kNearEnough);
  std::ranges::nth_element(distances, first_too_far);
  return static_cast<size_t>(std::ranges::count_if(question.nearest, [&](const Candidate& near) {
    return rows.Distance(question.origin, code, near.row) < *first_too_far;
  }));
}

}  // namespace

Result<Code> ChooseCode(const CodedRows& rows, const float* high_residuals, std::span<const uint32_t> members,
                        uint64_t seed, const CancelToken& cancel, ThreadTeam* team) {
  members = members.first(std::min(members.size(), kMostRows));
  if (members.size() <= kNearEnough) return Code::kInt8;
  RowSet looked_at(rows.count);
  for (const uint32_t row : members) looked_at.Add(row);
  std::vector<Question> questions(kQuestions);
  std::vector<uint32_t> asked;
  SeededNumbers numbers(seed);
  for (size_t q = 0; q < kQuestions; ++q) asked.push_back(members[numbers.Below(members.size())]);
  std::atomic<bool> cancelled = false;
  team->ForEachPiece(kQuestions, 1, [&](size_t, size_t q, size_t) {
    rows.SetOrigin(asked[q], Code::kInt8, &questions[q].origin);
    ExactScan scan;
    const ScanOptions options = {.high_residuals = high_residuals, .k = kNearest, .filter = &looked_at};
    if (!scan.Find(rows, questions[q].origin, options, cancel, &questions[q].nearest).ok()) cancelled = true;
  });
  if (cancelled) return cancel.error();
  for (const Code code : {Code::kInt4, Code::kInt8}) {
    std::atomic<size_t> kept = 0;
    team->ForEachPiece(kQuestions, 1, [&](size_t, size_t q, size_t) {
      kept += CountKept(rows, members, code, questions[q]);
    });
    if (static_cast<double>(kept) >= kWantedShare * kQuestions * kNearest) return code;
  }
  return Code::kF32;
}

}  // namespace lake::ann
