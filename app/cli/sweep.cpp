#include "app/cli/sweep.h"

#include <atomic>
#include <cmath>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include "app/session/analysis.h"
#include "app/session/session.h"
#include "core/config/keys.h"
#include "core/config/open.h"

namespace backflow::cli {
namespace {

constexpr std::size_t kMostValues = 10'000, kMostPoints = 1'000'000;
// In Sweep::identity().
constexpr std::string_view kPoints = " points=", kOver = " over ";

std::vector<std::string> split(std::string_view text, char sign) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t at = text.find(sign);
    parts.emplace_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

// "a:b:n" and "a:b:n:log".
std::string parse_range(const std::vector<std::string>& parts, const config::Key& key,
                        std::vector<std::string>& values) {
  const auto first = config::parse_number<double>(parts[0]);
  const auto last = config::parse_number<double>(parts[1]);
  const auto count = config::parse_number<std::size_t>(parts[2]);
  const bool logarithmic = parts.size() == 4;
  if (!first || !last || !count || (logarithmic && parts[3] != "log"))
    return "is not a:b:n, numbers from a to b, or a:b:n:log";
  if (*count < 1 || *count > kMostValues) return "has not 1 to 10,000 values";
  if (logarithmic && (*first <= 0.0 || *last <= 0.0)) return "is logarithmic, but not above 0";
  for (std::size_t i = 0; i < *count; ++i) {
    const double share =
        *count == 1 ? 0.0 : static_cast<double>(i) / static_cast<double>(*count - 1);
    double value =
        logarithmic ? *first * std::pow(*last / *first, share) : *first + (*last - *first) * share;
    if (i + 1 == *count && *count > 1) value = *last;
    if (key.kind == config::KeyKind::integer) value = std::round(value);
    std::string text = fmt::format("{:.12g}", value);  // 0.7, not 0.7000000000000001
    if (values.empty() || values.back() != text) values.push_back(std::move(text));
  }
  return {};
}

// Of a point, or one sentence.
std::string config_at(const Sweep& sweep, std::size_t point, config::Config& config) {
  config = sweep.config;
  const std::vector<std::string> values = values_at(sweep.axes, point);
  for (std::size_t i = 0; i < values.size(); ++i)
    if (std::string error = config::set_key_as_meant(config, sweep.axes[i].key, values[i]);
        !error.empty())
      return error;
  return config::validate(config);
}

// Empty, or one sentence: an option changes nothing in the number.
std::string check_map(const Sweep& sweep) {
  using session::QuantitySource;
  const QuantitySource source = sweep.quantity.info->source;
  MapRequest kept;
  kept.sequence = sweep.map.sequence;  // also that of the states
  if (source != QuantitySource::record) {
    kept.norm = sweep.map.norm;
    kept.block = sweep.map.block;
  }
  if (source == QuantitySource::spectra) kept.product = sweep.map.product;
  if (sweep.quantity.info->name == "reach") kept.epsilon = sweep.map.epsilon;
  if (sweep.map == kept) return {};
  return fmt::format("{} does not depend on all of{}", sweep.metric, sweep.map.differences());
}

}  // namespace

std::size_t size_of(const std::vector<SweepAxis>& axes) {
  std::size_t size = 1;
  for (const SweepAxis& axis : axes) size *= axis.values.size();
  return size;
}

std::vector<std::size_t> indices_at(const std::vector<SweepAxis>& axes, std::size_t point) {
  std::vector<std::size_t> indices(axes.size());
  for (std::size_t i = axes.size(); i-- > 0; point /= axes[i].values.size())
    indices[i] = point % axes[i].values.size();
  return indices;
}

std::vector<std::string> values_at(const std::vector<SweepAxis>& axes, std::size_t point) {
  const std::vector<std::size_t> indices = indices_at(axes, point);
  std::vector<std::string> values;
  for (std::size_t i = 0; i < axes.size(); ++i) values.push_back(axes[i].values[indices[i]]);
  return values;
}

std::optional<std::vector<SweepAxis>> axes_of(std::string_view identity) {
  std::size_t at = identity.rfind(kPoints);
  if (at == std::string_view::npos) return std::nullopt;
  std::string_view rest = identity.substr(at + kPoints.size());
  const auto points = config::parse_number<std::size_t>(rest.substr(0, rest.find(' ')));
  std::vector<SweepAxis> axes;
  std::size_t size = 1;
  for (at = rest.find(kOver); at != std::string_view::npos; at = rest.find(kOver)) {
    rest.remove_prefix(at + kOver.size());
    const std::string_view one = rest.substr(0, rest.find(kOver));
    const std::size_t equals = one.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    axes.push_back({std::string(one.substr(0, equals)), split(one.substr(equals + 1), ',')});
    size *= axes.back().values.size();
    if (size > kMostPoints) return std::nullopt;
  }
  if (axes.empty() || points != size) return std::nullopt;
  return axes;
}

std::string Sweep::identity() const {
  std::string text = fmt::format("iterations={}", iterations);
  for (const std::string& setting : config::differences_from_default(config)) text += " " + setting;
  text += fmt::format("{}{}{}", kMetric, metric, map.differences());
  // What the files among them hold: others under the same names make another sweep.
  for (const auto& [path, stamp] : config.files)
    text += fmt::format(" {}={}:{:08x}", path, stamp.bytes, stamp.crc32);
  text += fmt::format("{}{}", kPoints, size_of(axes));
  for (const SweepAxis& axis : axes)
    text += fmt::format("{}{}={}", kOver, axis.key, fmt::join(axis.values, ","));
  return text;
}

std::string parse_axis(std::string_view text, SweepAxis& axis) {
  const std::string whole = "--over " + std::string(text) + " ";
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) return whole + "is not key=a:b:n";
  SweepAxis read;
  read.key = text.substr(0, equals);
  const config::Key* key = config::find_key(read.key);
  if (key == nullptr) return whole + "names no key; backflow keys lists them";
  if (key->names_file) return whole + "names a key of files, which cannot be varied";
  const std::string_view rest = text.substr(equals + 1);
  const std::vector<std::string> parts = split(rest, ':');
  if (parts.size() == 3 || parts.size() == 4) {
    if (const std::string error = parse_range(parts, *key, read.values); !error.empty())
      return whole + error;
  } else {
    read.values = split(rest, ',');
  }
  axis = std::move(read);
  return {};
}

std::string check(const Sweep& sweep) {
  if (sweep.axes.empty()) return "sweep needs --over key=a:b:n";
  if (sweep.iterations > 0 && !config::has_targets(sweep.config))
    return "--iterations asks for training, and these inputs have no targets";
  if (const std::string error = check_map(sweep); !error.empty()) return error;
  std::size_t points = 1;
  for (std::size_t i = 0; i < sweep.axes.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j)
      if (sweep.axes[i].key == sweep.axes[j].key)
        return "--over has the key " + sweep.axes[i].key + " twice";
    points *= sweep.axes[i].values.size();
    if (points > kMostPoints) return "the sweep has more than 1,000,000 points";
  }
  config::Config config;
  for (std::size_t point = 0; point < points; ++point)
    if (std::string error = config_at(sweep, point, config);
        !error.empty() || !(error = check(sweep.map, config)).empty())
      return fmt::format("the point {} cannot be: {}",
                         fmt::join(values_at(sweep.axes, point), ", "), error);
  return {};
}

double measure(const Sweep& sweep, std::size_t point) {
  auto config = std::make_shared<config::Config>();
  if (!config_at(sweep, point, *config).empty()) return std::nan("");
  session::Session session(*config, 0);
  const session::QuantitySource source = sweep.quantity.info->source;
  session::AnalysisOptions options = sweep.map.options();
  options.spectra = source == session::QuantitySource::spectra;
  session.execute(session::SetAnalysis{options});
  session.execute(session::Run{});
  for (std::int64_t i = 0; i < sweep.iterations && session.wants_to_iterate(); ++i)
    session.iterate();
  session.execute(session::Pause{});
  session.refresh();
  session::Snapshot snapshot = session.snapshot();
  if (source != session::QuantitySource::record)
    attach(session::analyse(snapshot.record, session.analysis_options()), snapshot);
  return session::value_of(sweep.quantity, snapshot);
}

void measure_all(const Sweep& sweep, const std::vector<std::size_t>& points, int jobs,
                 const std::function<bool(std::size_t point, double value)>& take) {
  std::atomic<std::size_t> next = 0;
  std::atomic<bool> stopped = false;
  std::mutex mutex;
  std::exception_ptr failure;
  const auto work = [&] {
    try {
      for (std::size_t i = next++; i < points.size() && !stopped; i = next++) {
        const double value = measure(sweep, points[i]);
        const std::lock_guard lock(mutex);
        if (!stopped && !take(points[i], value)) stopped = true;
      }
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!failure) failure = std::current_exception();
      stopped = true;
    }
  };
  {
    std::vector<std::jthread> threads;
    for (int job = 1; job < jobs; ++job) threads.emplace_back(work);
    work();
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace backflow::cli
