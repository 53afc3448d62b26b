// Whether the nearest by a code are the nearest by the vectors. They are where data look like embeddings; in
// crowds of rows far nearer to one another than the length of the vectors, codes see one point.
#pragma once

#include "coded_rows.h"
#include "lake/common/cancel.h"
#include "lake/common/result.h"
#include "thread_team.h"

namespace lake::ann {

/// The least code by which rows, some of `members` drawn from the seed, keep their nearest near.
/// `high_residuals` are those of the rows. Does not depend on the threads. Errors: those of `cancel`.
Result<Code> ChooseCode(const CodedRows& rows, const float* high_residuals, std::span<const uint32_t> members,
                        uint64_t seed, const CancelToken& cancel, ThreadTeam* team);

}  // namespace lake::ann
