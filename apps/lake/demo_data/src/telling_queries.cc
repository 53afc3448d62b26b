#include <fmt/format.h>

#include <utility>

#include "csv_rows.h"
#include "lake/demo_data/queries.h"

namespace lake::demo_data {
namespace {

std::string Decimal(int64_t hundredths) {
  std::string text;
  AppendCents(hundredths, &text);
  return text;
}

JsonValue TextOrNull(const std::string& text) { return text.empty() ? JsonValue() : JsonValue(text); }

// A text as an SQL literal.
std::string Quoted(std::string_view text) {
  std::string literal = "'";
  for (char letter : text) {
    if (letter == '\'') literal.push_back('\'');
    literal.push_back(letter);
  }
  literal.push_back('\'');
  return literal;
}

TellingQuery TopClients(const Facts& facts) {
  TellingQuery query{.id = "top_clients",
                     .title = "Best clients",
                     .question = "Which five clients brought the most revenue?",
                     .sql = R"(SELECT c.client_id, c.name, sum(t.hours::DECIMAL(6,2)) AS hours,
       sum(t.bill_amount::DECIMAL(10,2)) AS revenue
FROM clients c
JOIN timesheets t ON t.client_id = c.client_id
GROUP BY c.client_id, c.name
ORDER BY revenue DESC, c.client_id
LIMIT 5)",
                     .columns = {"client_id", "name", "hours", "revenue"},
                     .rows = {}};
  for (const ClientFact& client : facts.top_clients)
    query.rows.push_back(
        {client.client_id, client.name, Decimal(client.hours_hundredths), Decimal(client.revenue_cents)});
  return query;
}

TellingQuery BestPlacements(const Facts& facts) {
  const std::string& client = facts.top_clients.front().name;
  TellingQuery query{
      .id = "best_placements",
      .title = "Best placements at the best client",
      .question = fmt::format("Which placements at {} have the highest bill rate?", client),
      .sql = fmt::format(
          R"(SELECT p.placement_id, a.candidate_id, a.first_name || ' ' || a.last_name AS candidate, j.title,
       p.start_date, p.bill_rate::DECIMAL(10,2) AS bill_rate
FROM clients c
JOIN job_orders j ON j.client_id = c.client_id
JOIN placements p ON p.job_id = j.job_id
JOIN candidates a ON a.candidate_id = p.candidate_id
WHERE c.name = {}
ORDER BY bill_rate DESC, p.placement_id
LIMIT 5)",
          Quoted(client)),
      .columns = {"placement_id", "candidate_id", "candidate", "title", "start_date", "bill_rate"},
      .rows = {}};
  for (const PlacementFact& placement : facts.best_placements_at_top_client)
    query.rows.push_back({placement.placement_id, placement.candidate_id, placement.candidate_name,
                          placement.title, placement.start_date, Decimal(placement.bill_rate_cents)});
  return query;
}

TellingQuery RecruitersOfQuarter(const Facts& facts) {
  TellingQuery query{
      .id = "recruiters_of_quarter",
      .title = "Recruiters of the quarter",
      .question = "Who placed the most people in the second quarter of 2025?",
      .sql = fmt::format(R"(SELECT recruiter, count(*) AS placements, count(DISTINCT client_id) AS clients,
       sum(bill_rate::DECIMAL(10,2) - pay_rate::DECIMAL(10,2)) AS hourly_margin
FROM placements
WHERE start_date >= DATE '{}' AND start_date < DATE '{}'
GROUP BY recruiter
ORDER BY placements DESC, recruiter
LIMIT 5)",
                         facts.quarter_start, facts.quarter_end),
      .columns = {"recruiter", "placements", "clients", "hourly_margin"},
      .rows = {}};
  for (const RecruiterFact& fact : facts.recruiters)
    query.rows.push_back({fact.recruiter, fact.placements, fact.clients, Decimal(fact.margin_cents)});
  return query;
}

TellingQuery ColdClients(const Facts& facts) {
  TellingQuery query{.id = "cold_clients",
                     .title = "Forgotten clients",
                     .question = "Which good clients has nobody called in the last 90 days?",
                     .sql = fmt::format(R"(WITH revenue AS (
  SELECT client_id, sum(bill_amount::DECIMAL(10,2)) AS revenue FROM timesheets GROUP BY client_id
), contact AS (
  SELECT client_id, max(called_at)::DATE AS last_call FROM call_log WHERE client_id IS NOT NULL GROUP BY client_id
)
SELECT c.client_id, c.name, contact.last_call, revenue.revenue
FROM clients c
JOIN revenue ON revenue.client_id = c.client_id
LEFT JOIN contact ON contact.client_id = c.client_id
WHERE contact.last_call IS NULL OR contact.last_call < DATE '{}'
ORDER BY revenue.revenue DESC, c.client_id
LIMIT 5)",
                                        facts.cold_before),
                     .columns = {"client_id", "name", "last_call", "revenue"},
                     .rows = {}};
  for (const ClientFact& client : facts.cold_clients)
    query.rows.push_back(
        {client.client_id, client.name, TextOrNull(client.last_call), Decimal(client.revenue_cents)});
  return query;
}

TellingQuery SkillPair(const Facts& facts) {
  const SkillPairFact& fact = facts.skill_pair;
  return {.id = "skill_pair",
          .title = "One in a hundred thousand",
          .question = fmt::format("Who knows both {} and {}?", fact.skill_a, fact.skill_b),
          .sql = fmt::format(R"(SELECT candidate_id, first_name, last_name
FROM candidates
WHERE skills ILIKE '%{}%' AND skills ILIKE '%{}%'
ORDER BY candidate_id)",
                             fact.skill_a, fact.skill_b),
          .columns = {"candidate_id", "first_name", "last_name"},
          .rows = {{fact.candidate_id, fact.first_name, fact.last_name}}};
}

TellingQuery LastMonths(const Facts& facts) {
  TellingQuery query{.id = "last_months",
                     .title = "The last six months",
                     .question = "How did hours and revenue develop from month to month since July 2025?",
                     .sql = R"(WITH months AS (
  SELECT date_trunc('month', week_ending)::DATE AS month, sum(hours::DECIMAL(6,2)) AS hours,
         sum(bill_amount::DECIMAL(10,2)) AS revenue
  FROM timesheets
  WHERE week_ending >= DATE '2025-07-01'
  GROUP BY 1
)
SELECT month, hours, revenue, revenue - lag(revenue) OVER (ORDER BY month) AS change
FROM months
ORDER BY month)",
                     .columns = {"month", "hours", "revenue", "change"},
                     .rows = {}};
  const MonthFact* before = nullptr;
  for (const MonthFact& month : facts.last_months) {
    JsonValue change =
        before == nullptr ? JsonValue() : JsonValue(Decimal(month.revenue_cents - before->revenue_cents));
    query.rows.push_back(
        {month.month, Decimal(month.hours_hundredths), Decimal(month.revenue_cents), std::move(change)});
    before = &month;
  }
  return query;
}

TellingQuery ResponsiveSources(const Facts& facts) {
  TellingQuery query{.id = "responsive_sources",
                     .title = "Where people answer",
                     .question = "Candidates from which sources reply to our e-mails?",
                     .sql = R"(SELECT coalesce(a.source, 'unknown') AS source, count(*) AS sent,
       count(*) FILTER (WHERE e.opened) AS opened, count(*) FILTER (WHERE e.replied) AS replied
FROM email_log e
JOIN candidates a ON a.candidate_id = e.candidate_id
GROUP BY 1
ORDER BY replied DESC, 1
LIMIT 5)",
                     .columns = {"source", "sent", "opened", "replied"},
                     .rows = {}};
  for (const SourceFact& source : facts.sources)
    query.rows.push_back({source.source, source.sent, source.opened, source.replied});
  return query;
}

}  // namespace

std::vector<TellingQuery> TellingQueries(const Facts& facts) {
  return {TopClients(facts), BestPlacements(facts), RecruitersOfQuarter(facts), ColdClients(facts),
          SkillPair(facts),  LastMonths(facts),     ResponsiveSources(facts)};
}

}  // namespace lake::demo_data
