// The part of `lake demo` about knowledge: résumés indexed by what they mean while the rest is shown, then
// found by questions that share no word with them, and an answer that says where it is from.
#pragma once

#include <cstdint>
#include <string>

#include "lake/common/result.h"
#include "rest.h"

namespace lake::app {

/// A dataset "resumes" of at most `resumes` candidates, those among them whom the questions are about, and
/// the job that indexes it: its id, or that of an earlier run's that goes on.
Result<std::string> StartResumes(Rest& rest, int64_t rows, int64_t resumes);

/// Waits for the job with a bar, makes three searches and asks one question. Errors: those of the job;
/// data_loss/wrong_answer when the question has no answer.
Status ShowResumes(Rest& rest, int64_t rows, const std::string& job);

}  // namespace lake::app
