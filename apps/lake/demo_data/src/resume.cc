#include "resume.h"

#include "csv_rows.h"
#include "industries.h"
#include "pattern.h"
#include "places.h"
#include "planted.h"
#include "resume_wording.h"
#include "skill_set.h"

namespace lake::demo_data {
namespace {

enum class Layout { kParagraph, kSections };

// Writes sentences into a layout and counts words as it goes.
class Sheet {
 public:
  Sheet(Layout layout, std::string* out) : layout_(layout), out_(*out), counted_(out->size()) {}

  // In a paragraph a heading is nothing; elsewhere it starts a line of its own.
  void Heading(std::string_view heading) {
    if (layout_ == Layout::kParagraph) return;
    if (started_) out_.append("\n\n");
    out_.append(heading);
    out_.push_back('\n');
    started_ = false;
  }
  void Sentence(std::string_view pattern, std::initializer_list<Filling> fillings) {
    if (started_) out_.push_back(' ');
    started_ = true;
    AppendPattern(pattern, fillings, &out_);
  }
  int words() {
    for (; counted_ < out_.size(); ++counted_) {
      bool space = out_[counted_] == ' ' || out_[counted_] == '\n';
      if (!space && !in_word_) ++words_;
      in_word_ = !space;
    }
    return words_;
  }

 private:
  Layout layout_;
  std::string& out_;
  size_t counted_;
  bool started_ = false;
  bool in_word_ = false;
  int words_ = 0;
};

class ResumeWriter {
 public:
  ResumeWriter(const Company& company, int64_t row, std::string* out)
      : traits_(company.candidates[static_cast<size_t>(row)]),
        role_(*Roles()[traits_.role]),
        plant_(PlantAt(row, static_cast<int64_t>(company.candidates.size()))),
        skills_(CandidateSkills(company, row)),
        draw_(Stream::kResume, row),
        employer_(Industries()[company.chances.IndustryFor(role_.family, draw_)].employer),
        sheet_(draw_.Chance(350) ? Layout::kSections : Layout::kParagraph, out) {}

  void Write() {
    sheet_.Heading("SUMMARY");
    Open();
    MainSkills();
    sheet_.Heading("EXPERIENCE");
    Experience(role_.specialties[traits_.specialty].clauses[Choice(3)]);
    if (plant_) Planted();
    Number(Achievements(role_.family));
    OtherSkills();
    sheet_.Heading("EDUCATION & MORE");
    Fill();
  }

 private:
  // Optional sentences are at most 15 words long; from here on none would fit.
  static constexpr int kFull = kMostWords - 15;

  size_t Choice(int64_t bound) { return static_cast<size_t>(draw_.Below(bound)); }
  std::string_view City() const { return Cities()[traits_.city].name; }
  std::string_view Phrase(const Skill& skill) { return draw_.Chance(550) ? skill.literal : skill.paraphrase; }

  void Open() {
    std::string_view title = draw_.Chance(600) ? role_.title : draw_.OneOf(role_.other_titles);
    std::string years = std::to_string(traits_.years);
    if (traits_.years < 2)
      sheet_.Sentence(draw_.OneOf(BeginnerOpenings()), {{'t', title}, {'w', City()}});
    else
      sheet_.Sentence(draw_.OneOf(Openings()), {{'t', title}, {'y', years}, {'e', employer_}, {'w', City()}});
  }

  void MainSkills() {
    auto known = skills_.skills();
    std::string_view a = Phrase(*known[0]), b = Phrase(*known[1]), c = Phrase(*known[2]);
    sheet_.Sentence(draw_.OneOf(MainSkillSentences()), {{'a', a}, {'b', b}, {'c', c}});
  }

  void OtherSkills() {
    auto patterns = OtherSkillSentences();
    size_t next =
        Choice(static_cast<int64_t>(patterns.size()));  // They follow each other round: none twice in a row.
    for (const Skill* skill : skills_.skills().subspan(3)) {
      if (!draw_.Chance(600)) continue;
      std::string_view phrase =
          Phrase(*skill);  // Draws are statements: arguments have no order of evaluation.
      sheet_.Sentence(patterns[next++ % patterns.size()], {{'a', phrase}});
    }
  }

  void Experience(std::string_view clause) {
    sheet_.Sentence(draw_.OneOf(ExperienceSentences()), {{'s', clause}, {'e', employer_}});
  }

  void Planted() {
    if (plant_->kind == Plant::Kind::kPhrase) Experience(kUniquePhrase);
    if (plant_->kind == Plant::Kind::kRareExperience)
      Experience(RareExperiences()[plant_->experience].clauses[plant_->clause]);
  }

  void Number(std::span<const std::string_view> patterns) {
    std::string number = std::to_string(draw_.Between(6, 48));
    sheet_.Sentence(draw_.OneOf(patterns), {{'n', number}});
  }

  void Fill() {
    std::string_view degree = draw_.OneOf(Degrees(role_.family));
    if (draw_.Chance(700)) sheet_.Sentence(draw_.OneOf(EducationSentences()), {{'d', degree}});
    if (draw_.Chance(500)) sheet_.Sentence(draw_.OneOf(CertificateSentences()), {{'f', role_.certificate}});
    if (draw_.Chance(180)) sheet_.Sentence(draw_.OneOf(Languages()), {});
    if (draw_.Chance(550) && sheet_.words() < kFull)
      sheet_.Sentence(draw_.OneOf(Closings()), {{'w', City()}});
    // No habit twice: they follow each other round.
    size_t habit = Choice(static_cast<int64_t>(Habits().size()));
    bool more = draw_.Chance(450) && sheet_.words() < kFull;
    for (; more || sheet_.words() < kFewestWords; more = false)
      sheet_.Sentence(Habits()[habit++ % Habits().size()], {});
  }

  const CandidateTraits& traits_;
  const Role& role_;
  std::optional<Plant> plant_;
  SkillSet skills_;
  Draw draw_;
  std::string_view employer_;
  Sheet sheet_;
};

}  // namespace

void AppendResume(const Company& company, int64_t row, std::string* out) {
  ResumeWriter(company, row, out).Write();
}

}  // namespace lake::demo_data
