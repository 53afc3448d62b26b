#include "line_editor.h"

#include <fmt/format.h>
#include <histedit.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cwchar>

#include "column_list.h"
#include "lake/common/check.h"
#include "line_history.h"

namespace lake::app {
namespace {

constexpr char kCtrlC = 0x03;
constexpr char kCtrlD = 0x04;
constexpr char kCtrlZ = 0x1a;
constexpr size_t kShownCandidates = 200;  // More are no list to read.

char LowerAscii(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// The longest start that all candidates share, whatever the case.
std::string_view SharedStart(const std::vector<std::string>& candidates) {
  std::string_view shared = candidates.front();
  for (const std::string& candidate : candidates) {
    const auto [left, right] = std::ranges::mismatch(
        shared, candidate, [](char a, char b) { return LowerAscii(a) == LowerAscii(b); });
    shared = shared.substr(0, static_cast<size_t>(left - shared.begin()));
  }
  while (!shared.empty() && shared.size() < candidates.front().size() &&
         (static_cast<unsigned char>(candidates.front()[shared.size()]) & 0xc0) == 0x80)
    shared.remove_suffix(1);  // Not half a character.
  return shared;
}

int CharactersIn(std::string_view utf8) {
  return static_cast<int>(
      std::ranges::count_if(utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

}  // namespace

struct LineEditor::State {
  LineEditorOptions options;
  LineHistory history;
  EditLine* editor = nullptr;
  std::string prompt;
  LineInput::Kind ending = LineInput::Kind::kLine;
  int cancel_event = -1;
  CancelRegistration on_cancel;

  explicit State(LineEditorOptions the_options)
      : options(std::move(the_options)), history(options.history_file) {}

  static State& Of(EditLine* editor) {
    void* self = nullptr;
    el_get(editor, EL_CLIENTDATA, &self);
    return *static_cast<State*>(self);
  }
  static char* Prompt(EditLine* editor) { return Of(editor).prompt.data(); }
  static int ReadCharacter(EditLine* editor, wchar_t* character) { return Of(editor).Read(character); }
  static unsigned char OnTab(EditLine* editor, int) { return Of(editor).Complete(); }

  bool WaitForInput();
  int Read(wchar_t* character);
  unsigned char Complete();
};

/// False when there will be none.
bool LineEditor::State::WaitForInput() {
  pollfd waited[] = {{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0},
                     {.fd = cancel_event, .events = POLLIN, .revents = 0}};
  while (::poll(waited, 2, -1) < 0) {
    if (errno != EINTR) return false;
    el_set(editor, EL_REFRESH);  // The window changed, or we were stopped and go on.
  }
  return waited[1].revents == 0;
}

int LineEditor::State::Read(wchar_t* character) {
  std::mbstate_t shift = {};
  for (;;) {
    char byte = 0;
    if (!WaitForInput()) return 0;
    const ssize_t count = ::read(STDIN_FILENO, &byte, 1);
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (count <= 0) return 0;
    if (byte == '\0') byte = kCtrlD;  // What the terminal makes of a Ctrl-D from before the line began.
    if (byte == kCtrlC) {  // The line ends as if by Return, so that the editor leaves the terminal in order.
      ending = LineInput::Kind::kInterrupted;
      *character = L'\n';
      return 1;
    }
    if (byte == kCtrlZ) {  // The whole job stops, as it does for the terminal's own Ctrl-Z.
      ::kill(0, SIGTSTP);
      continue;
    }
    const size_t used =
        std::mbrtowc(character, &byte, 1, &shift);  // NOLINT(concurrency-mt-unsafe): the state is ours
    if (used <= 1) return 1;
    if (used == static_cast<size_t>(-1)) shift = {};  // No UTF-8: such bytes are left out.
  }
}

unsigned char LineEditor::State::Complete() {
  const LineInfo* line = el_line(editor);
  const std::string before(line->buffer, line->cursor);
  const std::string after(line->cursor, line->lastchar);
  Completion completion = options.complete(before, after);
  const std::vector<std::string>& candidates = completion.candidates;
  if (candidates.empty()) return CC_ERROR;
  const std::string_view typed = std::string_view(before).substr(before.size() - completion.replaced);
  const std::string_view shared = SharedStart(candidates);
  if (candidates.size() == 1 || shared.size() > typed.size()) {
    el_deletestr(editor, CharactersIn(typed));
    el_insertstr(editor, (std::string(shared) + (candidates.size() == 1 ? " " : "")).c_str());
    return CC_REFRESH;
  }
  const size_t shown = std::min(candidates.size(), kShownCandidates);
  fmt::print("\n{}", FormatColumns({candidates.begin(), candidates.begin() + static_cast<ptrdiff_t>(shown)}));
  if (shown < candidates.size()) fmt::print("and {} more\n", candidates.size() - shown);
  std::fflush(stdout);
  return CC_REDISPLAY;
}

LineEditor::LineEditor(LineEditorOptions options) : state_(std::make_unique<State>(std::move(options))) {
  State& state = *state_;
  state.cancel_event = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  LAKE_CHECK(state.cancel_event >= 0);
  state.on_cancel =
      state.options.cancel.OnCancel([event = state.cancel_event] { ::eventfd_write(event, 1); });
  state.editor = el_init("lake", stdin, stdout, stderr);
  LAKE_CHECK(state.editor != nullptr);
  el_set(state.editor, EL_CLIENTDATA, &state);
  el_set(state.editor, EL_PROMPT, &State::Prompt);
  el_set(state.editor, EL_EDITOR, "emacs");
  el_set(state.editor, EL_SIGNAL, 1);  // Window size, stop and continue.
  el_set(state.editor, EL_HIST, history, state.history.get());
  el_set(state.editor, EL_GETCFN, &State::ReadCharacter);
  el_set(state.editor, EL_ADDFN, "lake-complete", "Complete a name or keyword", &State::OnTab);
  el_set(state.editor, EL_BIND, "^I", "lake-complete", nullptr);
  el_set(state.editor, EL_BIND, "^R", "em-inc-search-prev", nullptr);
  el_source(state.editor, nullptr);  // The person's own ~/.editrc.
  // While a line is edited Ctrl-C and Ctrl-Z are characters, see Read.
  el_set(state.editor, EL_SETTY, "-d", "-isig", nullptr);
}

LineEditor::~LineEditor() {
  el_end(state_->editor);
  state_->on_cancel = {};
  ::close(state_->cancel_event);
}

LineInput LineEditor::ReadLine(const std::string& prompt) {
  State& state = *state_;
  state.prompt = prompt;
  state.ending = LineInput::Kind::kLine;
  el_set(state.editor, EL_PREP_TERM, 1);  // Before the prompt, so that no key finds the terminal unready.
  int count = 0;
  const char* text = el_gets(state.editor, &count);
  if (state.ending == LineInput::Kind::kInterrupted) return {.kind = state.ending, .line = ""};
  if (text == nullptr || count <= 0) return {};
  std::string line(text);
  while (line.ends_with('\n') || line.ends_with('\r')) line.pop_back();
  return {.kind = LineInput::Kind::kLine, .line = std::move(line)};
}

void LineEditor::Remember(const std::string& entry) { state_->history.Add(entry); }

}  // namespace lake::app
