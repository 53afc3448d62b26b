// The part of founding the company that is a story of its own: who works where, and for how long.
#pragma once

#include "company.h"

namespace lake::demo_data {

/// Fills `placements` and `first_timesheet`, and marks jobs and candidates accordingly. Nobody works in two
/// places at once, nobody blocked works, and the weeks add up to exactly the rows of timesheets.
void PlaceCandidates(Company* company);

}  // namespace lake::demo_data
