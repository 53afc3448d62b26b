#include "tuning_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>
#include <set>
#include <utility>
#include <vector>

#include "lake/common/json_io.h"
#include "recall_chart.h"
#include "rest.h"
#include "trial_rows.h"
#include "trial_statistics.h"

namespace lake::app {
namespace {

constexpr std::string_view kStyle = R"(
:root { color-scheme: light dark; --ink: #1b1f24; --dim: #667; --line: #d8dde3; --paper: #fff; --best: #0b6bcb;
        --mark: #c2410c; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e8eb; --dim: #9aa3ad; --line: #353b43; --paper: #14171a; --best: #6cb2ff; --mark: #ff9a5c; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 62rem;
       margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2.2rem; } .dim, caption { color: var(--dim); }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .25rem .7rem .25rem 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
td.note { white-space: normal; } tr.promoted td { color: var(--mark); font-weight: 600; }
svg { width: 100%; height: auto; font-size: 12px; fill: var(--dim); } .grid { stroke: var(--line); }
.front { fill: none; stroke: var(--best); stroke-width: 1.5; } g.best { fill: var(--best); stroke: var(--best); }
g.beaten { fill: var(--dim); stroke: var(--dim); opacity: .65; } g.promoted { fill: none; stroke: var(--mark);
stroke-width: 2.5; } .bar { display: inline-block; height: .7rem; background: var(--best); vertical-align: baseline; }
pre { overflow-x: auto; border: 1px solid var(--line); padding: .6rem; }
)";

/// As people read it: text as it is, nothing where there is nothing.
std::string TextOf(const JsonValue* value) {
  if (value == nullptr || value->is_null()) return "";
  if (value->is_string()) return EscapeHtml(value->as_string());
  return EscapeHtml(WriteJson(*value));
}
std::string TextOf(const JsonValue& object, std::string_view member) { return TextOf(object.Find(member)); }

/// "ef_construction 80, ef_search 30": without what is not set.
std::string ConfigText(const JsonValue* config) {
  std::string text;
  if (config == nullptr || !config->is_object()) return text;
  for (const auto& [member, value] : config->as_object())
    if (!value.is_null()) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", member, TextOf(&value));
  return text;
}

std::string PromotedTrial(const TuningFacts& facts) {
  const JsonValue* current = facts.promoted.Find("current");
  return current == nullptr ? "" : std::string(current->FindString("trial_id"));
}

std::string Heading(const TuningFacts& facts, size_t comparable) {
  const std::string name = TextOf(facts.index, "index_name");
  return fmt::format(
      "<h1>Tuning of {}</h1>\n<p class=\"dim\">{} of dataset {} · {} chunks · model {} · configuration {} · "
      "{} "
      "trials, {} of them comparable (same queries, same vectors) · {}</p>\n",
      name, TextOf(facts.index, "text_column"), TextOf(facts.index, "source"), TextOf(facts.index, "chunks"),
      TextOf(facts.index, "model"), ConfigText(facts.index.Find("config")), facts.trials.size(), comparable,
      EscapeHtml(facts.made_at));
}

std::string Chart(const std::vector<MeasuredTrial>& trials, const std::vector<size_t>& front,
                  const std::string& promoted) {
  const std::set<size_t> best(front.begin(), front.end());
  std::vector<ChartPoint> points;
  for (size_t i = 0; i < trials.size(); ++i) {
    const MeasuredTrial& measured = trials[i];
    const std::string id(measured.trial.FindString("id"));
    points.push_back({.recall = measured.recall,
                      .recall_low = measured.recall_low,
                      .recall_high = measured.recall_high,
                      .latency_us = measured.latency_us,
                      .on_front = best.contains(i),
                      .promoted = id == promoted,
                      .label = fmt::format("{}: recall {:.4f}, {:.1f} µs; {}", id, measured.recall,
                                           measured.latency_us, ConfigText(measured.trial.Find("config")))});
  }
  return "<h2>Recall and latency</h2>\n" + RecallChart(points) +
         "<p class=\"dim\">Blue: no other trial finds more in less time. Bars: 95 % confidence interval of "
         "the "
         "recall. Ring: what is promoted.</p>\n";
}

std::string TrialTable(const std::vector<JsonValue>& trials, const std::string& promoted) {
  std::string html = "<div class=\"scroll\"><table>\n<tr><th>trial</th><th>configuration</th>";
  const auto is_figure = [](const std::string& column) {
    return column != "id" && column != "ef_construction" && column != "ef_search" && column != "note";
  };
  for (const std::string& column : TrialColumns())
    if (is_figure(column)) html += fmt::format("<th>{}</th>", column);
  html += "<th>note</th></tr>\n";
  for (const JsonValue& trial : trials) {
    const JsonValue row = TrialRow(trial);
    html += fmt::format("<tr{}><td>{}</td><td>{}</td>",
                        trial.FindString("id") == promoted ? " class=\"promoted\"" : "", TextOf(row, "id"),
                        ConfigText(trial.Find("config")));
    for (const std::string& column : TrialColumns())
      if (is_figure(column)) html += fmt::format("<td>{}</td>", TextOf(row, column));
    html += fmt::format("<td class=\"note\">{}</td></tr>\n", TextOf(row, "note"));
  }
  return html + "</table></div>\n";
}

std::string ShareCell(const std::optional<double>& share) {
  if (!share) return "<td class=\"dim\">not told apart</td>";
  return fmt::format("<td><span class=\"bar\" style=\"width:{:.1f}rem\"></span> {:.0f} %</td>", *share * 8,
                     *share * 100);
}

std::string Importances(const std::vector<MeasuredTrial>& trials) {
  const std::vector<ParameterImportance> importances = ParameterImportances(trials);
  if (importances.empty()) return "";
  std::string html =
      "<h2>What each parameter tells</h2>\n<table>\n<tr><th>parameter</th><th>values tried</th>"
      "<th>of recall</th><th>of latency</th></tr>\n";
  for (const ParameterImportance& one : importances)
    html += fmt::format("<tr><td>{}</td><td>{}</td>{}{}</tr>\n", EscapeHtml(one.parameter), one.values,
                        ShareCell(one.recall_share), ShareCell(one.latency_share));
  return html +
         "</table>\n<p class=\"dim\">Share of the variance of logit recall, and of log latency, that lies "
         "between "
         "the values of one parameter (epsilon squared). Parameters that were changed together share "
         "theirs.</p>\n";
}

std::string Decision(const TuningFacts& facts) {
  std::string html = "<h2>What was decided</h2>\n";
  const JsonValue* current = facts.promoted.Find("current");
  if (current == nullptr || !current->is_object())
    html += "<p>Nothing is promoted: the index has the configuration it was made with.</p>\n";
  else
    html += fmt::format("<p>Promoted is {} of {}, by {} at {}{}. {}</p>\n",
                        ConfigText(current->Find("config")), TextOf(*current, "trial_id"),
                        TextOf(*current, "promoted_by"), TextOf(*current, "promoted_at"),
                        TextOf(*current, "note").empty() ? "" : ": " + TextOf(*current, "note"),
                        Says(facts.promoted, "live") ? "The graph that answers was built for it."
                                                     : "It counts from the next refresh on.");
  if (facts.run) {
    html += fmt::format("<p>The last run made {} trials, {} of them within its limits. {}</p>\n",
                        TextOf(*facts.run, "trials_run"), TextOf(*facts.run, "trials_eligible"),
                        TextOf(*facts.run, "reason"));
    if (const JsonValue* decision = facts.run->Find("decision"); decision != nullptr && !decision->is_null())
      html += fmt::format("<pre>{}</pre>\n", EscapeHtml(WriteJson(*decision)));
  }
  const JsonValue* history = facts.promoted.Find("history");
  if (history == nullptr || !history->is_array() || history->as_array().empty()) return html;
  html +=
      "<div class=\"scroll\"><table>\n<tr><th>before that</th><th>configuration</th><th>by</th><th>at</th>"
      "<th>note</th></tr>\n";
  for (const JsonValue& former : std::views::reverse(history->as_array()))
    html += fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td class=\"note\">{}</td></tr>\n",
                        TextOf(former, "trial_id"), ConfigText(former.Find("config")),
                        TextOf(former, "promoted_by"), TextOf(former, "promoted_at"), TextOf(former, "note"));
  return html + "</table></div>\n";
}

}  // namespace

std::string TuningReport(const TuningFacts& facts) {
  const std::vector<MeasuredTrial> trials = ComparableTrials(facts.trials);
  const std::vector<size_t> front = ParetoFront(trials);
  const std::string promoted = PromotedTrial(facts);
  std::vector<JsonValue> best;
  for (const size_t i : front) best.push_back(trials[i].trial);
  std::string html = fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width\">\n<title>Tuning of {}</title>\n"
      "<style>{}</style>\n</head>\n<body>\n",
      TextOf(facts.index, "index_name"), kStyle);
  html += Heading(facts, trials.size());
  if (facts.trials.empty()) return html + "<p>No trial was made yet.</p>\n</body>\n</html>\n";
  html += Chart(trials, front, promoted) + TrialTable(best, promoted);
  html += Importances(trials) + Decision(facts);
  html += "<h2>Every trial</h2>\n" + TrialTable(facts.trials, promoted);
  return html + "</body>\n</html>\n";
}

}  // namespace lake::app
