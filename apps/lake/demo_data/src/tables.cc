#include "lake/demo_data/tables.h"

namespace lake::demo_data {
namespace {

constexpr Column kCandidates[] = {
    {"candidate_id", "VARCHAR"},
    {"first_name", "VARCHAR"},
    {"last_name", "VARCHAR"},
    {"email", "VARCHAR"},
    {"phone", "VARCHAR"},
    {"city", "VARCHAR"},
    {"state", "VARCHAR"},
    {"zip", "VARCHAR"},
    {"skills", "VARCHAR"},
    {"status", "VARCHAR"},
    {"source", "VARCHAR"},
    {"years_experience", "INTEGER"},
    {"desired_salary", "DECIMAL(10,2)"},
    {"available_from", "DATE"},
    {"resume_text", "VARCHAR"},
};
constexpr Column kClients[] = {
    {"client_id", "VARCHAR"},     {"name", "VARCHAR"},
    {"industry", "VARCHAR"},      {"city", "VARCHAR"},
    {"state", "VARCHAR"},         {"contact_name", "VARCHAR"},
    {"contact_email", "VARCHAR"}, {"contact_phone", "VARCHAR"},
    {"status", "VARCHAR"},        {"since", "DATE"},
    {"notes", "VARCHAR"},
};
constexpr Column kJobOrders[] = {
    {"job_id", "INTEGER"},          {"client_id", "VARCHAR"},      {"title", "VARCHAR"},
    {"required_skills", "VARCHAR"}, {"city", "VARCHAR"},           {"state", "VARCHAR"},
    {"bill_rate", "DECIMAL(10,2)"}, {"pay_rate", "DECIMAL(10,2)"}, {"openings", "INTEGER"},
    {"status", "VARCHAR"},          {"opened_on", "DATE"},         {"closed_on", "DATE"},
    {"recruiter", "VARCHAR"},
};
constexpr Column kPlacements[] = {
    {"placement_id", "INTEGER"}, {"job_id", "INTEGER"},          {"candidate_id", "VARCHAR"},
    {"client_id", "VARCHAR"},    {"recruiter", "VARCHAR"},       {"start_date", "DATE"},
    {"end_date", "DATE"},        {"bill_rate", "DECIMAL(10,2)"}, {"pay_rate", "DECIMAL(10,2)"},
    {"status", "VARCHAR"},
};
constexpr Column kTimesheets[] = {
    {"timesheet_id", "INTEGER"},
    {"placement_id", "INTEGER"},
    {"client_id", "VARCHAR"},
    {"candidate_id", "VARCHAR"},
    {"week_ending", "DATE"},
    {"hours", "DECIMAL(6,2)"},
    {"overtime_hours", "DECIMAL(6,2)"},
    {"bill_amount", "DECIMAL(10,2)"},
    {"pay_amount", "DECIMAL(10,2)"},
    {"approved", "BOOLEAN"},
};
constexpr Column kCallLog[] = {
    {"call_id", "INTEGER"},   {"candidate_id", "VARCHAR"}, {"client_id", "VARCHAR"},
    {"recruiter", "VARCHAR"}, {"called_at", "TIMESTAMP"},  {"duration_secs", "INTEGER"},
    {"direction", "VARCHAR"}, {"outcome", "VARCHAR"},      {"notes", "VARCHAR"},
};
constexpr Column kEmailLog[] = {
    {"email_id", "INTEGER"},  {"candidate_id", "VARCHAR"}, {"client_id", "VARCHAR"}, {"recruiter", "VARCHAR"},
    {"sent_at", "TIMESTAMP"}, {"subject", "VARCHAR"},      {"opened", "BOOLEAN"},    {"replied", "BOOLEAN"},
};

}  // namespace

std::span<const Column> ColumnsOf(Table table) {
  switch (table) {
    case Table::kCandidates:
      return kCandidates;
    case Table::kClients:
      return kClients;
    case Table::kJobOrders:
      return kJobOrders;
    case Table::kPlacements:
      return kPlacements;
    case Table::kTimesheets:
      return kTimesheets;
    case Table::kCallLog:
      return kCallLog;
    case Table::kEmailLog:
      return kEmailLog;
  }
  return {};
}

Result<std::vector<TableInfo>> Tables(Scale scale) {
  LAKE_ASSIGN_OR_RETURN(RowCounts rows, CountRows(scale));
  std::vector<TableInfo> tables;
  for (Table table : kTables)
    tables.push_back(
        {.table = table, .name = TableName(table), .rows = rows.Of(table), .columns = ColumnsOf(table)});
  return tables;
}

}  // namespace lake::demo_data
