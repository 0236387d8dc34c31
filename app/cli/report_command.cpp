#include "app/cli/report_command.h"

#include "app/cli/command_line.h"
#include "app/cli/destination.h"
#include "app/cli/progress.h"
#include "app/cli/train.h"
#include "app/cli/version.h"
#include "app/export/atomic_write.h"
#include "app/export/lesson_report.h"
#include "app/export/report.h"
#include "app/lesson/library.h"

namespace backflow::cli {

namespace {

int write_handout(const ReportRequest& request, std::ostream& out, std::ostream& err) {
  lesson::Lesson lesson;
  std::string error = lesson::find_lesson(request.lesson, lesson);
  if (!error.empty()) return complain(err, error, kBadUsage);
  Progress progress("computing pages");
  const auto count = static_cast<std::int64_t>(lesson.pages.size());
  const std::string page = exporting::lesson_html(
      lesson, std::string(kProgram), request.colors,
      [&](std::size_t done) { progress.update(static_cast<std::int64_t>(done), count); });
  error = exporting::write_file_atomically(request.output, page);
  if (!error.empty()) return complain(err, error);
  out << request.output << '\n';
  return kSuccess;
}

}  // namespace

int write_report(const Start& start, const ReportRequest& request, std::ostream& out,
                 std::ostream& err) {
  std::string error;
  if (request.output.empty())
    error = "report needs --output FILE, such as report.html";
  else if (!request.output.ends_with(".html"))
    error = "--output " + request.output + " does not end in .html";
  if (error.empty()) error = check_destination(request.output);
  if (error.empty() && !request.force) error = check_existing({request.output});
  if (error.empty() && request.lesson.empty()) error = check(request.map, start.config);
  if (error.empty() && !request.lesson.empty() && request.map != MapRequest())
    error = "a lesson's pages say themselves which products they show;" +
            request.map.differences() + " changes nothing in its handout";
  if (!error.empty()) return complain(err, error, kBadUsage);
  if (!request.lesson.empty()) return write_handout(request, out, err);
  session::AnalysisOptions options = request.map.options();
  options.spectra = options.chain = options.contributions = true;
  options.lyapunov = options.neuron = true;
  const session::Snapshot snapshot = train(start, request.iterations, options, true, err);
  error = exporting::write_file_atomically(
      request.output, exporting::report_html(snapshot, std::string(kProgram), request.colors));
  if (!error.empty()) return complain(err, error);
  out << request.output << '\n';
  return kSuccess;
}

}  // namespace backflow::cli
